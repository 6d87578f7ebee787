/** One request and its whole answer over HTTP, within its time: no proxy, no redirects, no more than so many bytes. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { connectionTrouble, type Failing, noAnswer, tooSlow, unreached } from './failures.ts';

/** Bytes; a page of a thousand tokens has one or two million. */
const BODY_MAX = 32 * 2 ** 20;
/** At once: so many as a pass has writes in flight. */
const SOCKETS_MAX = 8;

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly token: string | null;
  /** Sent as JSON; absent: nothing, and then no content type either, which the server takes for a broken body. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly failing: Failing;
  readonly connectSeconds: number;
  readonly answerSeconds: number;
}

export interface Incoming {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
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

/** @param authorities PEM; null: those that Node trusts */
export function openWire(isSecure: boolean, authorities: string | null): Wire {
  const common = { keepAlive: true, maxSockets: SOCKETS_MAX };
  // Agents of our own: the shared ones may have been told of a proxy.
  const agent = isSecure
    ? new HttpsAgent({ ...common, minVersion: 'TLSv1.2', ...(authorities === null ? {} : { ca: authorities }) })
    : new HttpAgent(common);
  let heard = 0;
  let until: number | null = null;
  return {
    exchange: (outgoing) =>
      exchange(outgoing, agent, {
        bytes: (count) => {
          heard += count;
        },
        connected: (socket) => {
          if (socket instanceof TLSSocket) until = Date.parse(socket.getPeerCertificate().valid_to) || until;
        },
      }),
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
  const { method, url, token, body, failing, answerSeconds, connectSeconds } = outgoing;
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    let sent = false;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { method, agent, headers: headersFor(token, payload) });
    const settle = (act: () => void) => {
      clearTimeout(connecting);
      clearTimeout(answering);
      act();
    };
    const give = (seconds: number) => () => {
      settle(() => reject(tooSlow(failing, seconds, sent)));
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
    request.on('error', (error) => settle(() => reject(connectionTrouble(failing, error, sent))));
    request.on('response', (response) => {
      listening.connected(response.socket);
      collect(response, failing, listening).then(
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

function headersFor(token: string | null, payload: Buffer | null): Record<string, string | number> {
  return {
    accept: 'application/json',
    'user-agent': 'muster',
    ...(token === null ? {} : { authorization: token }),
    ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
  };
}

async function collect(response: IncomingMessage, failing: Failing, listening: Listening): Promise<Incoming> {
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
    throw unreached(failing, 'The answer was cut off.', true);
  }
  if (size > BODY_MAX) throw noAnswer(failing, status, `more than ${BODY_MAX} bytes`);
  if (!response.complete) throw unreached(failing, 'The answer was cut off.', true);
  const {
    'content-type': contentType = 'no content type',
    location,
    date,
    'retry-after': retryAfter,
  } = response.headers;
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  return {
    status,
    contentType,
    location,
    retryAfter,
    dateMs: Number.isNaN(dateMs) ? null : dateMs,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
