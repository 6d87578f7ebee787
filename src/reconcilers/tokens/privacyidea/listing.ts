/** Listings of tokens, page after page, that are whole or throw: counted, each token once, and of what was asked for. */
import { MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import { type Page, readPage, type StoredToken } from './answers.ts';
import type { Client } from './client.ts';
import { Refusal, UNKNOWN_USER } from './failures.ts';
import { isAddressable, SMS } from './stored.ts';

/** Tokens in one answer: 100,000 of them are 100 requests, and one answer stays well within its time. */
const PAGE_SIZE = 1_000;
/** Whoever changes tokens meanwhile makes the pages shift; so often a listing is begun anew. */
const READINGS_MAX = 3;
/** Serials in one request: some two thousand characters, which every server takes. */
const SERIALS_AT_ONCE = 50;

export interface Scope {
  readonly client: Client;
  readonly realm: string;
  /** `performance.now()` by when all must have come. */
  readonly until: number;
  readonly pageSize?: number;
}

/** All SMS tokens of the realm. */
export function listAll(scope: Scope): Promise<readonly StoredToken[]> {
  const isAsked = ({ realms }: StoredToken) => realms.some((one) => fold(one) === fold(scope.realm));
  return list(scope, { tokenrealm: scope.realm }, isAsked, 'reading tokens');
}

/** Those of these serials that exist, whatever realm they are in. */
export async function listSerials(scope: Scope, serials: readonly string[]): Promise<readonly StoredToken[]> {
  const wanted = serials.filter(isAddressable);
  const found: StoredToken[] = [];
  for (let start = 0; start < wanted.length; start += SERIALS_AT_ONCE) {
    const some = new Set(wanted.slice(start, start + SERIALS_AT_ONCE));
    const isAsked = ({ serial }: StoredToken) => some.has(serial);
    found.push(...(await list(scope, { serial: [...some].join(',') }, isAsked, 'looking tokens up')));
  }
  return found;
}

/** All SMS tokens of one person; none where the system knows nobody of that name. @param username as privacyIDEA has it */
export async function listPerson(scope: Scope, username: string): Promise<readonly StoredToken[]> {
  const isAsked = (token: StoredToken) =>
    fold(token.username) === fold(username) && fold(token.user_realm) === fold(scope.realm);
  try {
    return await list(scope, { user: username, realm: scope.realm }, isAsked, 'looking for tokens');
  } catch (error) {
    if (error instanceof Refusal && error.code === UNKNOWN_USER) return [];
    throw error;
  }
}

async function list(
  scope: Scope,
  filter: Readonly<Record<string, string>>,
  isAsked: (token: StoredToken) => boolean,
  step: string,
): Promise<readonly StoredToken[]> {
  let doubt = '';
  for (let reading = 1; reading <= READINGS_MAX; reading += 1) {
    const read = await once(scope, filter, isAsked, step);
    if (Array.isArray(read.tokens)) return read.tokens;
    doubt = read.doubt ?? '';
  }
  throw new MusterError({
    remedy: 'retry',
    where: `${scope.client.server}, ${step}`,
    what: `The reading does not count, ${READINGS_MAX} times over: ${doubt}.`,
    next: 'Look whether somebody changes many tokens now, and whether something between changes the answers.',
  });
}

interface Once {
  /** Null: there is a doubt. */
  readonly tokens: readonly StoredToken[] | null;
  readonly doubt?: string;
}

async function once(
  scope: Scope,
  filter: Readonly<Record<string, string>>,
  isAsked: (token: StoredToken) => boolean,
  step: string,
): Promise<Once> {
  const { pageSize = PAGE_SIZE } = scope;
  const bySerial = new Map<string, StoredToken>();
  let count: number | null = null;
  for (let number = 1; ; number += 1) {
    const page = await pageOf(scope, { ...filter, page: String(number), pagesize: String(pageSize) }, step);
    count ??= page.count;
    const doubt = doubtAbout(page, { number, pageSize, count });
    if (doubt !== null) return { tokens: null, doubt };
    for (const token of page.tokens) {
      if (token.tokentype.toLowerCase() !== SMS || !isAsked(token)) throw unfiltered(`${scope.client.server}, ${step}`);
      if (bySerial.has(token.serial)) return { tokens: null, doubt: `${token.serial} comes twice` };
      bySerial.set(token.serial, token);
    }
    if (page.next === null) return { tokens: [...bySerial.values()] };
  }
}

async function pageOf({ client, until }: Scope, query: Readonly<Record<string, string>>, step: string): Promise<Page> {
  if (performance.now() > until) {
    const where = `${client.server}, ${step}`;
    const what = 'The whole reading takes longer than it may.';
    throw new MusterError({ remedy: 'retry', where, what, next: 'Look at the server, or raise "readSeconds".' });
  }
  const { value } = await client.ask({ path: '/token/', query: { type: SMS, sortby: 'serial', ...query }, step });
  return readPage(value, `${client.server}, ${step}`);
}

interface Place {
  readonly number: number;
  readonly pageSize: number;
  readonly count: number;
}

/** Null: as many as there must be on this page, and the next one named where there must be one. */
function doubtAbout({ count, next, tokens }: Page, { number, pageSize, count: before }: Place): string | null {
  if (count !== before) return `there were ${before} tokens at first, and ${count} at page ${number}`;
  const offset = (number - 1) * pageSize;
  const due = Math.max(0, Math.min(pageSize, count - offset));
  if (tokens.length !== due) return `page ${number} has ${tokens.length} tokens instead of ${due}, of ${count} in all`;
  const isLast = offset + due >= count;
  if (next === (isLast ? null : number + 1)) return null;
  return `page ${number} names ${next === null ? 'no' : `page ${next} as the`} next one, and there are ${count} tokens`;
}

/** Rather none than those of others: a server or something between did not do what it was asked for. */
function unfiltered(where: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where,
    what: 'The answer holds tokens that were not asked for, so the filter was not heeded.',
    next: 'Check the version of the server, and whether something between changes requests.',
  });
}
