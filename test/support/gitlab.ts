/** A server that answers as GitLab's documentation of its REST API v4 says (docs.gitlab.com/api), on 127.0.0.1, with faults to order. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerTo, type Reply, type Request } from './gitlab-answers.ts';

export interface LabPerson {
  readonly id: number;
  readonly username: string;
}

export interface LabNote {
  readonly id: number;
  body: string;
  readonly author: LabPerson;
  readonly system: boolean;
  /** The thread it begins; null: it stands alone. */
  readonly thread: string | null;
  /** Where it stands, as it was asked for; null: on no line. */
  readonly position: Readonly<Record<string, unknown>> | null;
  resolvedBy: LabPerson | null;
}

export interface LabVersion {
  readonly head: string;
  readonly base: string;
  readonly at: number;
}

export interface LabRequest {
  readonly iid: number;
  readonly author: LabPerson;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly sourceProject: number | null;
  state: 'opened' | 'merged' | 'closed';
  /** Null: GitLab is still preparing it. */
  head: string | null;
  /** The commit on the target branch, once it is merged. */
  mergeCommit: string | null;
  squashCommit: string | null;
  /** Its own, the newest first. */
  commits: readonly string[];
  /** By commit, addresses of its author and its committer. */
  writers: ReadonlyMap<string, readonly [author: string, committer: string]>;
  /** Newest first. */
  versions: LabVersion[];
  /** By path of a changed file, the numbers of lines that the change added. */
  changed: ReadonlyMap<string, ReadonlySet<number>>;
  readonly notes: LabNote[];
  readonly approvals: Map<string, number>;
}

export interface LabStatus {
  readonly name: string;
  status: string;
  description: string | null;
  targetUrl: string | null;
}

export interface LabState {
  readonly project: { readonly id: number; readonly path: string };
  readonly people: Map<string, LabPerson>;
  /** Token to whose it is. */
  readonly tokens: Map<string, string>;
  readonly requests: Map<number, LabRequest>;
  /** By commit, the newest last. */
  readonly statuses: Map<string, LabStatus[]>;
  /** Orders to GitLab that stood in comments, as `/merge`. */
  readonly orders: string[];
  /** Whether approvals say when they were given, as newer versions do. */
  tellsWhen: boolean;
  nextId: number;
  /** `METHOD path?query`, in order. */
  readonly asked: string[];
  /** Requests that changed something. */
  readonly written: string[];
}

/** What happens to an answer on its way; null: the connection is cut. */
export type LabFault = (request: Request, proper: () => Reply) => Reply | Promise<Reply | null> | null;

export interface Lab {
  readonly url: string;
  readonly state: LabState;
  /** Null: none. */
  fault: LabFault | null;
  close(): Promise<void>;
}

export const BOT = 'muster-bot';
export const BOT_TOKEN = 'glpat-stand-in-token';
export const PROJECT = 'research/desired-state';

export async function startGitlab(tls?: { readonly cert: string; readonly key: string }): Promise<Lab> {
  const state: LabState = {
    project: { id: 7, path: PROJECT },
    people: new Map(),
    tokens: new Map([[BOT_TOKEN, BOT]]),
    requests: new Map(),
    statuses: new Map(),
    orders: [],
    tellsWhen: true,
    nextId: 100,
    asked: [],
    written: [],
  };
  labPerson(state, BOT);
  const handle = (incoming: IncomingMessage, response: ServerResponse) => void serve(incoming, response, lab);
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const lab: Lab = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    state,
    fault: null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return lab;
}

/** Whoever has that name, registered if need be. */
export function labPerson(state: LabState, username: string): LabPerson {
  const known = state.people.get(username);
  if (known !== undefined) return known;
  const person = { id: state.people.size + 1, username };
  state.people.set(username, person);
  return person;
}

/** A merge request as it stands after somebody opened it. */
export function labRequest(
  state: LabState,
  iid: number,
  given: Partial<LabRequest> & { readonly head: string | null; readonly by?: string },
): LabRequest {
  const { by = 'rie', ...rest } = given;
  const request: LabRequest = {
    iid,
    author: labPerson(state, by),
    sourceBranch: `change-${iid}`,
    targetBranch: 'main',
    sourceProject: state.project.id,
    state: 'opened',
    mergeCommit: null,
    squashCommit: null,
    commits: given.head === null ? [] : [given.head],
    writers: new Map(),
    versions: [],
    changed: new Map(),
    notes: [],
    approvals: new Map(),
    ...rest,
  };
  state.requests.set(iid, request);
  return request;
}

/** Comments of the bot that stand alone. */
export function botComments({ state }: Lab, iid: number): readonly string[] {
  const notes = state.requests.get(iid)?.notes ?? [];
  return notes.filter(({ author, thread }) => author.username === BOT && thread === null).map(({ body }) => body);
}

async function serve(incoming: IncomingMessage, response: ServerResponse, lab: Lab): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? '/', lab.url);
  const token = incoming.headers['private-token'];
  const request: Request = {
    method: incoming.method ?? 'GET',
    // Undecoded: a path within a path is one segment, with its slash encoded.
    segments: url.pathname.replace(/^\/api\/v4\//, '').split('/'),
    url,
    token: typeof token === 'string' ? token : null,
    body: Buffer.concat(chunks).toString('utf8'),
  };
  const line = `${request.method} ${url.pathname}${url.search}`;
  lab.state.asked.push(line);
  const proper = () => {
    const reply = answerTo(request, lab.state);
    if (request.method !== 'GET' && reply.status < 300) lab.state.written.push(line);
    return reply;
  };
  const reply = await (lab.fault === null ? proper() : lab.fault(request, proper));
  if (reply === null) {
    incoming.socket.destroy();
    return;
  }
  const { status, body, headers = {} } = reply;
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.end(bytes);
}
