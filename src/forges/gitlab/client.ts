/** GitLab's REST API as far as it is used: one request, all pages of a list, patience where it is asked for (docs.gitlab.com/api/rest). */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { MusterError } from '../../errors.ts';
import { type Incoming, type Outgoing, openWire, type Wire } from '../../exchange.ts';
import { Secret } from '../../secret.ts';
import { askedToWait, complaintsAt, noAnswer, redirected, refusedBy, serverTrouble } from './failures.ts';
import type { GitlabSettings } from './settings.ts';

/** Requests follow one another; a second connection serves who asks about approvals meanwhile. */
const SOCKETS_MAX = 2;
/** The most that a page may have. */
export const PER_PAGE = 100;
/** Of one list: ten thousand open merge requests, or comments on one. Whoever has more is a server that goes in circles. */
const PAGES_MAX = 100;
/** A wait that is asked for and not longer, in seconds, is waited here; longer ones are left to whoever asks again later. */
const PATIENCE_SECONDS = 5;
/** Times that one request is sent again after such a wait. */
const AGAIN_MAX = 2;
/** What GitLab's own limits are counted by, where an answer names no time. */
const WAIT_SECONDS_DEFAULT = 60;
/** A server that asks for more is asked again after this, in seconds, all the same. */
const WAIT_SECONDS_MAX = 3600;

type Body = Readonly<Record<string, unknown>>;

export interface Client {
  /** For messages: the server and project. */
  readonly where: string;
  /** @param path below the API, as in `user`. */
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>;
  /** Every page of a list below the project. */
  all<T>(path: string, shape: z.ZodType<readonly T[]>): Promise<readonly T[]>;
  /** A change below the project; what is answered is of no interest. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: Body): Promise<void>;
  /** The path of something in the project. */
  project(path: string): string;
  close(): void;
}

export function gitlabClient(settings: GitlabSettings): Client {
  const base = `${settings.url.replace(/\/+$/, '')}/api/v4/`;
  const where = `${settings.url}, project ${settings.project}`;
  const inProject = (path: string) => `projects/${encodeURIComponent(settings.project)}/${path}`;
  let opened: Promise<{ readonly wire: Wire; readonly token: Secret }> | null = null;
  const open = async () => {
    // Read once it is needed: a token that was renewed is taken at the next failure.
    const token = await Secret.fromFile(settings.tokenFile);
    const authorities = await authoritiesIn(settings.caFile);
    return { wire: openWire({ isSecure: base.startsWith('https:'), authorities, sockets: SOCKETS_MAX }), token };
  };
  const close = () => {
    void opened?.then(
      ({ wire }) => wire.close(),
      () => undefined,
    );
    opened = null;
  };
  const ask = async (method: Outgoing['method'], url: URL, body?: Body): Promise<Incoming> => {
    const step = `${where}, ${method} ${url.pathname.slice(new URL(base).pathname.length)}`;
    for (let again = 0; ; again += 1) {
      opened ??= open();
      try {
        const { wire, token } = await opened;
        const credentials = { 'private-token': token.reveal() };
        const sent = { method, url, credentials, complaints: complaintsAt(step), ...settings.timeouts };
        const incoming = await wire.exchange(body === undefined ? sent : { ...sent, body });
        const seconds = waitOf(incoming);
        if (seconds === null) return judged(incoming, step);
        if (seconds > PATIENCE_SECONDS || again >= AGAIN_MAX) throw askedToWait(step, seconds);
        await wait(seconds * 1000);
      } catch (error) {
        // The next one begins with the token and the certificate as they are then.
        if (error instanceof MusterError && error.remedy === 'person') close();
        throw error;
      }
    }
  };
  return {
    where,
    project: inProject,
    get: async (path, shape) => parsed(await ask('GET', new URL(path, base)), shape, `${where}, GET ${path}`),
    all: async (path, shape) => {
      const found = [];
      let next: URL | null = new URL(inProject(path), base);
      for (let pages = 0; next !== null; pages += 1) {
        if (pages >= PAGES_MAX) throw noAnswer(`${where}, GET ${path}`, 200, `more than ${PAGES_MAX} pages`);
        const incoming = await ask('GET', next);
        found.push(...parsed(incoming, shape, `${where}, GET ${path}`));
        next = nextPage(incoming.link, base, `${where}, GET ${path}`);
      }
      return found;
    },
    send: async (method, path, body) => {
      await ask(method, new URL(inProject(path), base), body);
    },
    close,
  };
}

async function authoritiesIn(caFile: string | undefined): Promise<string | null> {
  if (caFile === undefined) return null;
  try {
    return await readFile(caFile, 'utf8');
  } catch (error) {
    throw new MusterError(
      {
        remedy: 'person',
        where: `forge.gitlab.caFile ${caFile}`,
        what: 'The file can’t be read.',
        next: 'Name the PEM file with the authority that signed the server’s certificate.',
      },
      { cause: error },
    );
  }
}

/** Seconds to wait before it is asked again; null: it has answered. */
function waitOf({ status, retryAfter }: Incoming): number | null {
  // A server that is being updated answers 503, and says how long where it knows.
  if (status !== 429 && !(status === 503 && retryAfter !== undefined)) return null;
  if (retryAfter === undefined) return WAIT_SECONDS_DEFAULT;
  const date = Date.parse(retryAfter);
  const seconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((date - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), WAIT_SECONDS_MAX) : WAIT_SECONDS_DEFAULT;
}

function judged(incoming: Incoming, where: string): Incoming {
  const { status, contentType, location, body } = incoming;
  if (status >= 300 && status < 400) throw redirected(where, location);
  if (status >= 500) throw serverTrouble(where, status);
  const isJson = /^application\/(?:[a-z.]+\+)?json\b/i.test(contentType);
  if (status >= 400 && isJson) throw refusedBy(where, status, messageIn(body));
  if (status === 401 || status === 403 || status === 404) throw refusedBy(where, status, contentType);
  // A login page answers everything with 200.
  if (!isJson && status !== 204) throw noAnswer(where, status, contentType);
  return incoming;
}

/** `message` is a text, or lists of texts by field; `error` is a text (docs.gitlab.com/api/rest/troubleshooting). */
function messageIn(body: string): string {
  const value = jsonOf(body);
  if (typeof value !== 'object' || value === null) return 'no message';
  const said: unknown = Reflect.get(value, 'message') ?? Reflect.get(value, 'error');
  return typeof said === 'string' ? said : JSON.stringify(said ?? 'no message');
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function parsed<T>({ body, status }: Incoming, shape: z.ZodType<T>, where: string): T {
  const result = shape.safeParse(jsonOf(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw noAnswer(where, status, `something else at ${issue?.path.join('.') || 'the top'}`);
}

/** The page that `Link` names (RFC 8288); a token goes to no other server than the configured one. */
function nextPage(link: string | undefined, base: string, where: string): URL | null {
  const [, target] = /<([^<>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? '') ?? [];
  if (target === undefined) return null;
  if (!URL.canParse(target, base)) throw noAnswer(where, 200, 'a next page that is no address');
  const named = new URL(target, base);
  const own = new URL(base);
  // Behind a proxy GitLab may believe in another name or scheme of itself: what counts is the path and the query.
  if (!named.pathname.startsWith(own.pathname)) throw redirected(where, target);
  return new URL(named.pathname + named.search, own);
}
