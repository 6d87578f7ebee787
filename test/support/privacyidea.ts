/** A server that answers as the REST documentation of privacyIDEA 3.12 says and its source does, on 127.0.0.1, with faults to order. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerTo, type Reply, type Request } from './privacyidea-answers.ts';

/** As it is stored; whose it is stays, also while the resolver finds that person no more. */
export interface OtpToken {
  serial: string;
  tokentype: string;
  active: boolean;
  revoked: boolean;
  locked: boolean;
  description: string;
  realms: string[];
  user: string;
  userRealm: string;
  info: Record<string, unknown>;
}

export interface OtpState {
  realm: string;
  /** Whom the resolver finds. */
  readonly people: Set<string>;
  readonly tokens: Map<string, OtpToken>;
  /** Of the account that logs on; without `tokenlist` a list is empty, and no error. */
  readonly rights: Set<string>;
  /** Log-ons that count. */
  readonly valid: Set<string>;
  /** An API token that an administrator made; null: there is none. */
  apiToken: string | null;
  password: string;
  /** Requests that changed something. */
  writes: number;
  /** How far the server's clock is ahead, in milliseconds. */
  aheadMs: number;
  /** `METHOD path?query`, in order. */
  readonly requests: string[];
}

/** What happens to an answer on its way; `null` as reply: the connection is cut. */
export type Fault = (request: Request, proper: () => Reply) => Reply | Promise<Reply | null> | null;

export interface StandIn {
  readonly url: string;
  readonly state: OtpState;
  /** Null: none. */
  fault: Fault | null;
  close(): Promise<void>;
}

export const API_TOKEN = 'eyJ.lasting.token';
export const PASSWORD = 'correct horse';

export async function startPrivacyidea(
  people: readonly string[],
  tls?: { readonly cert: string; readonly key: string },
): Promise<StandIn> {
  const state: OtpState = {
    realm: 'research',
    people: new Set(people),
    tokens: new Map(),
    rights: new Set(['tokenlist', 'enrollSMS', 'enable', 'disable', 'set_tokeninfo']),
    valid: new Set([API_TOKEN]),
    apiToken: API_TOKEN,
    password: PASSWORD,
    writes: 0,
    aheadMs: 0,
    requests: [],
  };
  const handle = (incoming: IncomingMessage, response: ServerResponse) => void serve(incoming, response, standIn);
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const standIn: StandIn = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    state,
    fault: null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}

async function serve(incoming: IncomingMessage, response: ServerResponse, { state, fault }: StandIn): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const request: Request = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization ?? null,
    isJson: /^application\/json/.test(incoming.headers['content-type'] ?? ''),
    body: Buffer.concat(chunks).toString('utf8'),
  };
  state.requests.push(`${request.method} ${url.pathname}${url.search}`);
  const proper = () => answerTo(request, state);
  const reply = await (fault === null ? proper() : fault(request, proper));
  if (reply === null) {
    incoming.socket.destroy();
    return;
  }
  const { status, body, headers = {}, cutAt } = reply;
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  if (cutAt === undefined) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, cutAt), () => incoming.socket.destroy());
}

/** One more SMS token, by somebody's hand. */
export function giveToken(state: OtpState, serial: string, user: string, phone: string): OtpToken {
  const token: OtpToken = {
    serial,
    tokentype: 'sms',
    active: true,
    revoked: false,
    locked: false,
    description: '',
    realms: [state.realm],
    user,
    userRealm: state.realm,
    info: { phone, tokenkind: 'software' },
  };
  state.tokens.set(serial, token);
  return token;
}
