/** Searches over one connection: every page, also past empty ones. The only place that leans on the inside of ldapts. */
import {
  Client,
  type ClientOptions,
  type Filter,
  PagedResultsControl,
  type SearchEntry,
  SearchRequest,
  type SearchResponse,
  StatusCodeParser,
} from 'ldapts';
import { MusterError } from '../../../errors.ts';
import { type EntryBytes, EntryFrames } from './entry-frames.ts';

/** Entries per page: what a Windows domain controller gives at most by default (MaxPageSize, MS-ADTS 3.1.1.3.4.6). */
const PAGE_ENTRIES = 1000;
/** Pages and entries after which a search is not a search any more: ten times the largest directory this is made for. */
const PAGES_MAX = 10_000;
const ENTRIES_MAX = 1_000_000;

/** The members of ldapts' Client that its types keep private. The version is pinned exactly, and a contract test stands behind it. */
interface ClientInside {
  _nextMessageId(): number;
  _send(request: SearchRequest): Promise<SearchResponse | undefined>;
  socketDataHandler: (data: Buffer) => void;
  readonly messageParser: { read(data: Buffer, waiting: unknown): void };
  readonly messageDetailsByMessageId: unknown;
}

/**
 * An ldapts Client that can also run one search request and hand out the whole response: entries, references *and*
 * controls. ldapts' own `search` hides the paging cookie and stops at the first page without entries.
 */
export class SearchingClient extends Client {
  readonly #frames: EntryFrames;

  constructor(options: ClientOptions) {
    super(options);
    const inside = this.#inside();
    this.#frames = new EntryFrames((bytes) => inside.messageParser.read(bytes, inside.messageDetailsByMessageId));
    // ldapts hands this to the socket once it is connected.
    inside.socketDataHandler = (data) => this.#frames.read(data);
  }

  /** Sends `request` on the connection as it is (never opening one) and resolves to its response, whatever its code. */
  async respond(request: SearchRequest): Promise<SearchResponse> {
    const inside = this.#inside();
    request.messageId = inside._nextMessageId();
    const response = await inside._send(request);
    if (response === undefined) throw StatusCodeParser.parse(response);
    return response;
  }

  /** The same, with each entry as the bytes that came instead of in the response. */
  async respondRaw(request: SearchRequest, take: (entry: EntryBytes) => void): Promise<SearchResponse> {
    const inside = this.#inside();
    const messageId = inside._nextMessageId();
    request.messageId = messageId;
    this.#frames.expect(messageId, take);
    try {
      const response = await inside._send(request);
      if (response === undefined) throw StatusCodeParser.parse(response);
      // Were the way through `#frames` gone in a later version, no entry would come that way, and a reading would look empty.
      if (response.searchEntries.length > 0) throw new TypeError('Entries came past the frames: ldapts has changed.');
      return response;
    } finally {
      this.#frames.forget(messageId);
    }
  }

  /** The private members exist in the pinned version; were they gone, their first use would throw and no read would count. */
  #inside(): ClientInside {
    return this as unknown as ClientInside;
  }
}

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
  /** Server and step, for messages. */
  readonly where: string;
  /** How long the server may work on one page, in seconds. */
  readonly answerSeconds: number;
}

/**
 * Runs a search page by page (RFC 2696) until the server's cookie is empty, giving each entry to `take` as it comes;
 * pages without entries are followed like any other.
 * @param giveUpAt milliseconds of `performance.now()` after which no further page is asked for
 * @returns the URLs of all search references (RFC 4511 4.5.3), which nobody follows
 * @throws ldapts' ResultCodeError for any result but success; MusterError (`retry`) where the paging itself breaks its rules.
 */
export async function searchAll(
  client: SearchingClient,
  search: Search,
  take: (entry: SearchEntry) => void,
  giveUpAt = Number.POSITIVE_INFINITY,
): Promise<readonly string[]> {
  const control = new PagedResultsControl({ critical: true, value: { size: PAGE_ENTRIES } });
  const request = requestFor(search, [control]);
  const references: string[] = [];
  let entries = 0;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    if (performance.now() > giveUpAt) throw broken(search, 'The reading took too long.');
    const response = await client.respond(request);
    if (response.status !== 0) throw StatusCodeParser.parse(response);
    for (const entry of response.searchEntries) take(entry);
    for (const reference of response.searchReferences) references.push(...reference.uris);
    entries += response.searchEntries.length;
    if (entries > ENTRIES_MAX) throw broken(search, `The server gave more than ${ENTRIES_MAX} entries.`);
    const cookie = cookieOf(response);
    if (cookie === null) throw broken(search, 'The server did not say whether there is more to come.');
    if (cookie.length === 0) return references;
    // The bytes lie in the buffer of the whole response, which must not live as long as the search.
    control.value = { size: PAGE_ENTRIES, cookie: Buffer.from(cookie) };
  }
  throw broken(search, `The server did not come to an end after ${PAGES_MAX} pages.`);
}

/**
 * As `searchAll`, for many entries: they come as bytes, and those of one page are taken while the server works on the next.
 * @param take must not keep the bytes, which belong to a larger buffer
 */
export async function searchRaw(
  client: SearchingClient,
  search: Search,
  take: (entry: EntryBytes) => void,
  giveUpAt: number,
): Promise<readonly string[]> {
  const control = new PagedResultsControl({ critical: true, value: { size: PAGE_ENTRIES } });
  const request = requestFor(search, [control]);
  const references: string[] = [];
  let entries = 0;
  let waiting: readonly EntryBytes[] = [];
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    if (performance.now() > giveUpAt) throw broken(search, 'The reading took too long.');
    const arrived: EntryBytes[] = [];
    const answer = client.respondRaw(request, (entry) => arrived.push(entry));
    // Whatever is wrong with the page before is said first; the connection is of no use then in any case.
    answer.catch(() => undefined);
    for (const entry of waiting) take(entry);
    const response = await answer;
    if (response.status !== 0) throw StatusCodeParser.parse(response);
    for (const reference of response.searchReferences) references.push(...reference.uris);
    entries += arrived.length;
    if (entries > ENTRIES_MAX) throw broken(search, `The server gave more than ${ENTRIES_MAX} entries.`);
    const cookie = cookieOf(response);
    if (cookie === null) throw broken(search, 'The server did not say whether there is more to come.');
    waiting = arrived;
    if (cookie.length === 0) {
      for (const entry of waiting) take(entry);
      return references;
    }
    control.value = { size: PAGE_ENTRIES, cookie: Buffer.from(cookie) };
  }
  throw broken(search, `The server did not come to an end after ${PAGES_MAX} pages.`);
}

/**
 * The one object named by `search.base`, or null where the server shows none.
 * @throws ldapts' ResultCodeError for any result but success and `noSuchObject`.
 */
export async function searchOne(client: SearchingClient, search: Search): Promise<SearchEntry | null> {
  const response = await client.respond(requestFor({ ...search, scope: 'base' }, []));
  const NO_SUCH_OBJECT = 32;
  if (response.status === NO_SUCH_OBJECT) return null;
  if (response.status !== 0) throw StatusCodeParser.parse(response);
  return response.searchEntries[0] ?? null;
}

function requestFor(search: Search, controls: PagedResultsControl[]): SearchRequest {
  return new SearchRequest({
    messageId: 0,
    baseDN: search.base,
    scope: search.scope,
    filter: search.filter,
    attributes: [...search.attributes],
    // ldapts asks for 10 s on its own account if nothing is said.
    timeLimit: Math.ceil(search.answerSeconds),
    controls,
  });
}

/** The cookie of a response; empty: the last page; null: the server did not answer the paging control at all. */
function cookieOf(response: SearchResponse): Buffer | null {
  for (const control of response.controls ?? []) {
    if (control instanceof PagedResultsControl) return control.value?.cookie ?? null;
  }
  return null;
}

function broken(search: Search, what: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: search.where,
    what: `${what} The reading does not count.`,
    next: 'The next pass tries again; if it goes on, look at that server.',
  });
}
