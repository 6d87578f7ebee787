/** The server of the status page: which address gives what, to whom, and how often; it answers GET and HEAD alone. */
import type { Socket } from 'node:net';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { activityOf } from '../core/activity.ts';
import type { LoopState, Status, StatusMemory, StatusSite } from '../core/status.ts';
import { statusOf } from '../core/status.ts';
import type { WhyAnswer } from '../core/why.ts';
import { whyRemembered } from '../core/why-remembered.ts';
import type { Instant } from '../model/document.ts';
import { type AccessRules, doorkeeper } from './access.ts';
import { HEADERS } from './headers.ts';
import type { Html } from './html.ts';
import { keptFor } from './kept.ts';
import { documentHtml } from './layout.ts';
import { mergeRequestPage } from './merge-requests-page.ts';
import { openMetrics } from './metrics.ts';
import { foundPage, nobodyPage, personPage } from './person-page.ts';
import type { Seen } from './pulse.ts';
import { RateLimit } from './rate-limit.ts';
import { statusPage } from './status-page.ts';
import { ICON, STYLESHEET, STYLESHEET_PATH } from './stylesheet.ts';

/** Connections at once; each takes some 50 kB. */
const CONNECTIONS_MAX = 64;
/** A request that takes longer than this to arrive, in milliseconds, is dropped: it is a few hundred bytes. */
const ARRIVAL_MS = 5_000;
const HEADER_BYTES_MAX = 8 * 1024;
/** Two weeks: a course of a month's half, and bars that are wide enough to see. */
const DAYS_SHOWN = 14;
const DAY_MS = 24 * 60 * 60 * 1000;
const HAPPENINGS_SHOWN = 15;
/** Who looks a second later sees what happened in it. */
const KEPT_MS = 1_000;
const FOUND_MAX = 50;
/** Characters of a search or a username. */
const SOUGHT_CHARACTERS_MAX = 100;

export interface StatusServerParts {
  readonly memory: StatusMemory;
  readonly site: StatusSite & { /** IANA name. */ readonly timeZone: string };
  readonly access: AccessRules;
  readonly clock: () => Instant;
  /** Milliseconds that only go forward. */
  readonly steady: () => number;
  readonly seen: () => Seen;
  readonly log: FastifyBaseLogger;
}

/** Ready to listen; nothing has been asked of the store yet but where its reports end. */
export async function statusServer(parts: StatusServerParts): Promise<FastifyInstance> {
  const door = doorOf(parts);
  const server = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1,
    connectionTimeout: ARRIVAL_MS,
    requestTimeout: ARRIVAL_MS,
    keepAliveTimeout: ARRIVAL_MS,
    forceCloseConnections: true,
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: ARRIVAL_MS, connectionsCheckingInterval: 1_000 },
    // Addresses that can't be read reach no hook, so the same door stands here.
    frameworkErrors: (_error, request, reply) => {
      if (door(request, reply) === null) plain(reply, 400, 'This address means nothing here.');
    },
    clientErrorHandler: notHttp,
    routerOptions: { maxParamLength: SOUGHT_CHARACTERS_MAX * 12 },
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  // Nothing is taken, so nothing has to be understood.
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', async (request, reply) => door(request, reply) ?? undefined);
  server.setNotFoundHandler((_request, reply) => plain(reply, 404, 'There is nothing here.'));
  server.setErrorHandler((error, _request, reply) => {
    parts.log.error({ error: String(error) }, 'a page could not be made');
    return plain(reply, 500, 'This could not be shown; the log says why.');
  });
  addHealth(server, parts);
  await addPages(server, parts);
  return server;
}

/** Before anything is looked up: how often, by which method, who. Gives the answer to whoever is turned away; null: come in. */
function doorOf({ access, steady }: StatusServerParts): (request: Knock, reply: Answer) => Answer | null {
  const limit = new RateLimit(steady);
  // A page elsewhere that sends a browser here must not use up what there is for the people at it.
  const wrongHosts = new RateLimit(steady);
  const judge = doorkeeper(access);
  return (request, reply) => {
    reply.headers(HEADERS);
    const { method, ip: address, headers } = request;
    // Who comes through a proxy is counted by name, so that one person cannot use up what is there for all.
    const admission = judge({ address, headers });
    const asker = admission.allowed && admission.who !== null ? `${address} ${admission.who}` : address;
    const counted = admission.allowed || admission.why !== 'wrong-host' ? limit : wrongHosts;
    // Whoever watches over the process asks from the same address as a flood: that must not make it look dead.
    if (!isProbe(request) && !counted.admits(asker)) {
      reply.header('retry-after', '60');
      return plain(reply, 429, 'Too many requests; wait a minute.');
    }
    if (method !== 'GET' && method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD');
      return plain(reply, 405, 'This page only shows.');
    }
    if (admission.allowed || isProbe(request)) return null;
    if (admission.why === 'wrong-host') return plain(reply, 421, 'Ask for this under the name localhost.');
    reply.header('www-authenticate', 'Bearer realm="Muster", Basic realm="Muster", charset="UTF-8"');
    return plain(reply, 401, 'This needs the token of Muster, or the way through its proxy.');
  };
}

/** A request as far as the door looks at it. */
type Knock = Pick<FastifyRequest, 'method' | 'url' | 'ip' | 'headers'>;
type Answer = Pick<FastifyReply, 'code' | 'header' | 'headers' | 'type' | 'send'>;

/** What is no HTTP (RFC 9112) has no address and nobody who asks; it gets the same headers, and the connection ends. */
function notHttp(_error: unknown, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const headers = Object.entries({ ...HEADERS, connection: 'close', 'content-length': '0' });
  socket.end(`HTTP/1.1 400 Bad Request\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
}

/** One word each, so that whoever watches over processes need not be trusted with more. */
function isProbe({ url }: Knock): boolean {
  return url === '/healthz' || url === '/readyz';
}

/** Who is turned away is not read on. */
function plain<Reply extends Answer>(reply: Reply, status: number, text: string): Reply {
  if (status >= 400 && status !== 404) reply.header('connection', 'close');
  reply.code(status);
  reply.type('text/plain; charset=utf-8');
  reply.send(`${text}\n`);
  return reply;
}

function addHealth(server: FastifyInstance, parts: StatusServerParts): void {
  server.get('/healthz', (_request, reply) =>
    parts.seen().alive ? plain(reply, 200, 'alive') : plain(reply, 503, 'the loop stands still'),
  );
  // Not limited by address, and so not looked up for each.
  const last = keptFor(KEPT_MS, parts.steady, () => parts.memory.glances(0, 1));
  server.get('/readyz', async (_request, reply) => {
    const [latest] = await last();
    if (latest === undefined) return plain(reply, 503, 'no pass has ended yet');
    const { unread, trouble } = latest.glance;
    return unread.length + trouble.length === 0
      ? plain(reply, 200, 'ready')
      : plain(reply, 503, 'the last pass could not read everything');
  });
}

async function addPages(server: FastifyInstance, parts: StatusServerParts): Promise<void> {
  const { memory, site, clock, steady, seen } = parts;
  const metrics = await openMetrics(memory);
  const status = keptFor(KEPT_MS, steady, () => statusOf(memory, site, loopOf(seen()), clock()));
  const view = keptFor(KEPT_MS, steady, async () => {
    const at = clock();
    const [now, happenings, counts] = await Promise.all([
      status(),
      memory.past.happenings(HAPPENINGS_SHOWN),
      memory.past.counts(at - (DAYS_SHOWN + 1) * DAY_MS),
    ]);
    const days = activityOf(counts, { at, days: DAYS_SHOWN, timeZone: site.timeZone });
    return { status: now, happenings, days, timeZone: site.timeZone };
  });
  server.get(STYLESHEET_PATH, (_request, reply) =>
    reply.header('cache-control', 'max-age=31536000, immutable').type('text/css; charset=utf-8').send(STYLESHEET),
  );
  server.get('/icon.svg', (_request, reply) => reply.type('image/svg+xml').send(ICON));
  server.get('/', async (_request, reply) => {
    const shown = await view();
    return show(reply, parts, 200, titleOf(shown.status), '', statusPage(shown));
  });
  server.get('/person', async (request, reply) => {
    const sought = soughtIn(request.query);
    const found = sought === '' ? [] : await memory.people.find(sought, FOUND_MAX);
    const [only] = found;
    if (only !== undefined && (found.length === 1 || only.key === sought.toLowerCase()))
      return reply.redirect(`/person/${encodeURIComponent(only.key)}`, 303);
    return show(reply, parts, 200, 'People', sought, foundPage(sought, found, FOUND_MAX));
  });
  server.get<Named>('/person/:username', async (request, reply) => {
    const { username } = request.params;
    const answer = await whyOf(parts, username);
    if (answer === null) return show(reply, parts, 404, 'Nobody known', '', nobodyPage(username));
    return show(reply, parts, 200, answer.declared?.label ?? answer.user, '', personPage(answer, site.timeZone));
  });
  server.get<Numbered>('/merge-requests/:number', async (request, reply) => {
    const { number: given } = request.params;
    const number = /^[1-9]\d{0,8}$/.test(given) ? Number(given) : 0;
    const page = number === 0 ? null : await memory.mergeRequests.page(number);
    return show(reply, parts, page === null ? 404 : 200, `!${number}`, '', mergeRequestPage(number, page));
  });
  server.get('/api/status', async () => status());
  server.get<Named>('/api/person/:username', async (request, reply) => {
    const answer = await whyOf(parts, request.params.username);
    return answer ?? reply.code(404).send({ format: 1, error: 'Nobody of that username is remembered.' });
  });
  server.get('/metrics', async (_request, reply) => {
    const { type, text } = await metrics.expose(await status(), seen());
    return reply.type(type).send(text);
  });
}

interface Numbered {
  Params: { number: string };
}

interface Named {
  Params: { username: string };
}

/** A query is whatever somebody wrote behind the address. */
function soughtIn(query: unknown): string {
  const given = typeof query === 'object' && query !== null ? Reflect.get(query, 'q') : undefined;
  return typeof given === 'string' ? given.slice(0, SOUGHT_CHARACTERS_MAX).trim() : '';
}

async function whyOf({ memory, site, clock }: StatusServerParts, username: string): Promise<WhyAnswer | null> {
  const [[latest], proven] = await Promise.all([memory.glances(0, 1), memory.proven()]);
  return whyRemembered(memory.people, {
    username,
    at: clock(),
    timeZone: site.timeZone,
    modes: site,
    channels: site.channels,
    provenAt: proven.systems,
    heldEntries: latest?.glance.heldEntries.first ?? [],
    notices: latest?.glance.notices.first ?? [],
  });
}

function loopOf({ alive, passingSince, next }: Seen): LoopState {
  return { alive, passingSince, next };
}

function titleOf({ condition }: Status): string {
  return { good: 'All well', waiting: 'Waits for a person', failing: 'Failing', new: 'No pass yet' }[condition];
}

function show(
  reply: FastifyReply,
  { site, clock }: StatusServerParts,
  status: number,
  title: string,
  sought: string,
  main: Html,
): FastifyReply {
  const frame = { instance: site.instance, at: clock(), timeZone: site.timeZone, sought };
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(documentHtml(title, frame, main));
}
