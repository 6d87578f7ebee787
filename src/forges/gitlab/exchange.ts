/** One request to GitLab and its whole answer, within its time: no proxy, no redirects, no more than so many bytes. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connectionTrouble, noAnswer, unreached } from './failures.ts';

/** Bytes: a page of long comments, each at GitLab's own limit, is the largest that is asked for. */
const BODY_MAX = 32 * 2 ** 20;
/** Requests follow one another; a second connection serves who asks about approvals meanwhile. */
const SOCKETS_MAX = 2;

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly token: string;
  /** Sent as JSON; absent: nothing. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** For messages. */
  readonly where: string;
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
  readonly body: string;
}

export interface Wire {
  exchange(outgoing: Outgoing): Promise<Incoming>;
  close(): void;
}

/** @param authorities PEM; null: those that Node trusts */
export function openWire(isSecure: boolean, authorities: string | null): Wire {
  const common = { keepAlive: true, maxSockets: SOCKETS_MAX };
  // Agents of our own: the shared ones may have been told of a proxy.
  const agent = isSecure
    ? new HttpsAgent({ ...common, minVersion: 'TLSv1.2', ...(authorities === null ? {} : { ca: authorities }) })
    : new HttpAgent(common);
  return { exchange: (outgoing) => exchange(outgoing, agent), close: () => agent.destroy() };
}

function exchange(outgoing: Outgoing, agent: HttpAgent | HttpsAgent): Promise<Incoming> {
  const { method, url, token, body, where, answerSeconds, connectSeconds } = outgoing;
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { method, agent, headers: headersFor(token, payload) });
    const settle = (act: () => void) => {
      clearTimeout(connecting);
      clearTimeout(answering);
      act();
    };
    const giveUp = (seconds: number) => () => {
      settle(() => reject(unreached(where, `No whole answer within ${seconds} s.`)));
      request.destroy();
    };
    const connecting = setTimeout(giveUp(connectSeconds), connectSeconds * 1000);
    const answering = setTimeout(giveUp(connectSeconds + answerSeconds), (connectSeconds + answerSeconds) * 1000);
    request.on('socket', (socket) => {
      const ready = () => clearTimeout(connecting);
      if (!socket.connecting) ready();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', ready);
    });
    request.on('error', (error) => settle(() => reject(connectionTrouble(where, error))));
    request.on('response', (response) => {
      collect(response, where).then(
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

function headersFor(token: string, payload: Buffer | null): Record<string, string | number> {
  return {
    accept: 'application/json',
    'user-agent': 'muster',
    'private-token': token,
    ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
  };
}

async function collect(response: IncomingMessage, where: string): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  const status = response.statusCode ?? 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > BODY_MAX) break;
      chunks.push(bytes);
    }
  } catch {
    throw unreached(where, 'The answer was cut off.');
  }
  if (size > BODY_MAX) throw noAnswer(where, status, `more than ${BODY_MAX} bytes`);
  if (!response.complete) throw unreached(where, 'The answer was cut off.');
  const {
    'content-type': contentType = 'no content type',
    location,
    link,
    'retry-after': retryAfter,
  } = response.headers;
  return {
    status,
    contentType,
    location,
    retryAfter,
    link: Array.isArray(link) ? link.join(', ') : link,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
