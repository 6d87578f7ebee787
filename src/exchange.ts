/** One request to a server and its whole answer over HTTP, within its time: no proxy, no redirects, no more than so many bytes. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** Bytes: some ten times the largest page that is asked for anywhere. */
const BODY_MAX = 32 * 2 ** 20;
/** Of what a server says about itself, in characters. */
const QUOTED_MAX = 200;
/**
 * Milliseconds after which an idle connection is not used again. Servers close theirs after some seconds; what is sent at that moment may
 * be lost or done, and nobody can tell which.
 */
const IDLE_MAX = 1_000;
/** Codes by which Node says that a certificate is not trusted. */
const CERTIFICATE = /CERT|SIGNED|ALTNAME|ISSUER|LEAF_SIGNATURE/;

/** How the product that is asked tells what went wrong. */
export interface Complaints {
  /** No whole answer came. @param sent whether the request may have left */
  unreached(what: string, sent: boolean): Error;
  /** An answer came that the product does not give. @param kind as in `text/html` */
  strange(status: number, kind: string): Error;
  /** @param code of Node, as in `CERT_HAS_EXPIRED` */
  untrusted(code: string, cause: unknown): Error;
}

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  /** What says who asks; no other header depends on the product. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Sent as JSON; absent: nothing, and then no content type either, which some take for a broken body. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly complaints: Complaints;
  readonly connectSeconds: number;
  readonly answerSeconds: number;
}

export interface Incoming {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  /** RFC 8288: where the next page is. */
  readonly link: string | undefined;
  /** Milliseconds since 1970 from the Date header; null: it has none. */
  readonly dateMs: number | null;
  readonly body: string;
}

export interface Wire {
  exchange(outgoing: Outgoing): Promise<Incoming>;
  /** Bytes received so far. */
  heard(): number;
  /** When the certificate that the server last showed ends, in milliseconds since 1970; null: none was shown. */
  certificateUntil(): number | null;
  close(): void;
}

export interface WireOptions {
  readonly isSecure: boolean;
  /** PEM; null: those that Node trusts. */
  readonly authorities: string | null;
  /** Connections at once. */
  readonly sockets: number;
}

export function openWire({ isSecure, authorities, sockets }: WireOptions): Wire {
  const common = { keepAlive: true, maxSockets: sockets };
  // Agents of our own: the shared ones may have been told of a proxy.
  const agent = isSecure
    ? new HttpsAgent({ ...common, minVersion: 'TLSv1.2', ...(authorities === null ? {} : { ca: authorities }) })
    : new HttpAgent(common);
  let heard = 0;
  let until: number | null = null;
  const idleSince = new WeakMap<Duplex, number>();
  agent.on('free', (socket: Duplex) => idleSince.set(socket, performance.now()));
  return {
    exchange: (outgoing) => {
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
        if (performance.now() - (idleSince.get(socket) ?? 0) > IDLE_MAX) socket.destroy();
      }
      return exchange(outgoing, agent, {
        bytes: (count) => {
          heard += count;
        },
        connected: (socket) => {
          if (socket instanceof TLSSocket) until = Date.parse(socket.getPeerCertificate().valid_to) || until;
        },
      });
    },
    heard: () => heard,
    certificateUntil: () => until,
    close: () => agent.destroy(),
  };
}

interface Listening {
  bytes(count: number): void;
  connected(socket: unknown): void;
}

function exchange(outgoing: Outgoing, agent: HttpAgent | HttpsAgent, listening: Listening): Promise<Incoming> {
  const { method, url, credentials, body, complaints, answerSeconds, connectSeconds } = outgoing;
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    let sent = false;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { method, agent, headers: headersFor(credentials, payload) });
    const settle = (act: () => void) => {
      clearTimeout(connecting);
      clearTimeout(answering);
      act();
    };
    const give = (seconds: number) => () => {
      settle(() => reject(complaints.unreached(`No whole answer within ${seconds} s.`, sent)));
      request.destroy();
    };
    const connecting = setTimeout(give(connectSeconds), connectSeconds * 1000);
    const answering = setTimeout(give(connectSeconds + answerSeconds), (connectSeconds + answerSeconds) * 1000);
    request.on('socket', (socket) => {
      const ready = () => {
        clearTimeout(connecting);
        sent = true;
      };
      if (!socket.connecting) ready();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', ready);
    });
    request.on('error', (error) => settle(() => reject(brokenOff(error, complaints, sent))));
    request.on('response', (response) => {
      listening.connected(response.socket);
      collect(response, complaints, listening).then(
        (incoming) => settle(() => resolve(incoming)),
        (error: unknown) => {
          settle(() => reject(error));
          request.destroy();
        },
      );
    });
    request.end(payload ?? undefined);
  });
}

function brokenOff(error: unknown, complaints: Complaints, sent: boolean): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'broken off';
  if (CERTIFICATE.test(code)) return complaints.untrusted(code, error);
  return complaints.unreached(`The connection failed (${code}).`, sent);
}

function headersFor(credentials: Outgoing['credentials'], payload: Buffer | null): Record<string, string | number> {
  return {
    accept: 'application/json',
    'user-agent': 'muster',
    ...credentials,
    ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
  };
}

async function collect(response: IncomingMessage, complaints: Complaints, listening: Listening): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  const status = response.statusCode ?? 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      listening.bytes(bytes.length);
      if (size > BODY_MAX) break;
      chunks.push(bytes);
    }
  } catch {
    throw complaints.unreached('The answer was cut off.', true);
  }
  if (size > BODY_MAX) throw complaints.strange(status, `more than ${BODY_MAX} bytes`);
  if (!response.complete) throw complaints.unreached('The answer was cut off.', true);
  const {
    'content-type': contentType = 'no content type',
    location,
    link,
    date,
    'retry-after': retryAfter,
  } = response.headers;
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  return {
    status,
    contentType,
    location,
    retryAfter,
    link: Array.isArray(link) ? link.join(', ') : link,
    dateMs: Number.isNaN(dateMs) ? null : dateMs,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** A server's own words in one line. */
export function quoted(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return plain.length > QUOTED_MAX ? `${plain.slice(0, QUOTED_MAX)}…` : plain;
}
