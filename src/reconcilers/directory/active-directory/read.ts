/** Reading accounts: the managed units with proof that nothing is missing, and single accounts anywhere in the domain. */
import { AndFilter, EqualityFilter, type Filter, OrFilter, PresenceFilter, type SearchEntry } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import { accountOf, attributesToRead } from '../account.ts';
import { type Expectation, proven } from '../completeness.ts';
import { foldDn, isBelow } from '../distinguished-name.ts';
import type { Account, DirectoryReader, DirectorySite, Reading } from '../port.ts';
import type { ProtectionRules } from '../protection.ts';
import { NO_SUCH_UNIT, refusal } from '../refusals.ts';
import { assertOpen, type Link } from './connection.ts';
import { EntryReader, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { assertSame, type Identity } from './identity.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { readPosition } from './position.ts';
import { generalizedTimeMs, guidBytes } from './values.ts';

/** Alternatives in one filter: servers parse long filters slowly and Windows limits them; a round trip costs little beside. */
const FILTER_ALTERNATIVES = 100;

/** What reading and writing share on one connection. */
export interface Desk {
  readonly link: Link;
  readonly identity: Identity;
  /** Which life of the server this is. */
  readonly epoch: string;
  readonly site: DirectorySite;
  readonly rules: ProtectionRules;
  /** Asked for with every account. */
  readonly attributes: readonly string[];
  readonly entries: EntryReader;
  /** Managed units, folded. */
  readonly units: readonly string[];
}

export function deskOf(
  server: Pick<Desk, 'link' | 'identity' | 'epoch'>,
  site: DirectorySite,
  rules: ProtectionRules,
): Desk {
  const attributes = ['objectGUID', ...attributesToRead(site)];
  return {
    ...server,
    site,
    rules,
    attributes,
    entries: new EntryReader(attributes),
    units: site.read.map(foldDn),
  };
}

export function directoryReader(desk: Desk): DirectoryReader {
  return {
    server: serverOf(desk),
    position: () => readPosition(desk),
    now: () => serverTime(desk),
    readAll: (knownGuids, valued = new Map()) => readAll(desk, knownGuids, valued),
    find: (wanted) => find(desk, wanted),
  };
}

/**
 * Address and the controller's own name, as in `ldaps://example.org (DC1)`: behind one address there may be several, and
 * what became of an unanswered write only the one that got it can tell (`dsServiceName`, MS-ADTS 3.1.1.3.2).
 */
function serverOf({ link, identity }: Desk): string {
  const [, name] = /^CN=NTDS Settings,CN=([^,]+),/i.exec(identity.service) ?? [];
  return name === undefined ? link.server : `${link.server} (${name})`;
}

/** The account at `base` (a DN or `<GUID=…>`), or null. */
export async function pointRead(desk: Desk, base: string, step: string): Promise<Account | null> {
  assertOpen(desk.link, step);
  try {
    const entry = await searchOne(desk.link.client, searchFor(desk, base, step, anything, desk.attributes));
    return entry === null ? null : accountFrom(desk, entry, step, null);
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
}

export function guidDn(guid: string): string {
  // MS-ADTS 3.1.1.3.1.2.4: the alternative form of a DN that survives renames and moves.
  return `<GUID=${guid}>`;
}

const anything = new PresenceFilter({ attribute: 'objectClass' });
const personsAccount = new AndFilter({
  filters: [
    new EqualityFilter({ attribute: 'objectCategory', value: 'person' }),
    new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
  ],
});

async function serverTime(desk: Desk): Promise<number> {
  const step = 'reading its clock';
  assertOpen(desk.link, step);
  try {
    const root = await searchOne(desk.link.client, searchFor(desk, '', step, anything, ['currentTime']));
    const time = root === null ? Number.NaN : generalizedTimeMs(textsOf(root, 'currentTime')[0] ?? '');
    if (Number.isNaN(time)) throw unproven(desk, step, 'The server does not tell its time.');
    return time;
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
}

async function readAll(
  desk: Desk,
  knownGuids: ReadonlySet<string>,
  valued: ReadonlyMap<string, number>,
): Promise<Reading> {
  const { link, identity } = desk;
  assertOpen(link, 'reading accounts');
  const giveUpAt = performance.now() + link.settings.timeouts.readSeconds * 1000;
  await assertSame(link, identity);
  await Promise.all(desk.site.read.map((unit) => assertUnit(desk, unit)));
  const read = new Map<string, Account>();
  for (const unit of outermost(desk)) await readUnit(desk, unit, read, giveUpAt);
  const expected: Expectation = {
    server: link.server,
    site: desk.site,
    knownGuids,
    valued,
    find: (guids) => find(desk, { guids }),
    point: (guid) => pointRead(desk, guidDn(guid), `looking for account ${guid}`),
  };
  const reading = await proven(read, expected);
  await assertSame(link, identity);
  return reading;
}

/** A unit that does not show itself would read as empty. */
async function assertUnit(desk: Desk, unit: string): Promise<void> {
  const step = `reading ${unit}`;
  try {
    const entry = await searchOne(desk.link.client, searchFor(desk, unit, step, anything, ['objectClass']));
    if (entry !== null && textsOf(entry, 'objectClass').length > 0) return;
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
  throw refusal(`${desk.link.server}, ${step}`, NO_SUCH_UNIT);
}

/** Managed units that lie in no other managed unit: a subtree search of these covers all. */
function outermost(desk: Desk): readonly string[] {
  return desk.site.read.filter((_, at) => {
    const own = desk.units[at] ?? '';
    const inside = desk.units.some((other) => isBelow(own, other));
    return !inside && desk.units.indexOf(own) === at;
  });
}

async function readUnit(desk: Desk, unit: string, read: Map<string, Account>, giveUpAt: number): Promise<void> {
  const step = `reading ${unit}`;
  const search: Search = { ...searchFor(desk, unit, step, personsAccount, desk.attributes), scope: 'sub' };
  const take = (entry: SearchEntry) => {
    const account = accountFrom(desk, entry, step, true);
    read.set(account.guid, account);
  };
  let references: readonly string[];
  try {
    references = await searchAll(desk.link.client, search, take, giveUpAt);
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
  if (references.length > 0) {
    throw unproven(
      desk,
      step,
      `Part of the unit is on another server (${references[0]}), which Muster never follows to.`,
    );
  }
}

async function find(desk: Desk, wanted: Parameters<DirectoryReader['find']>[0]): Promise<readonly Account[]> {
  const alternatives: Filter[] = [];
  for (const guid of wanted.guids ?? []) {
    const value = guidBytes(guid);
    if (value !== null) alternatives.push(new EqualityFilter({ attribute: 'objectGUID', value }));
  }
  for (const value of wanted.usernames ?? []) pushText(alternatives, 'sAMAccountName', value);
  for (const value of wanted.upns ?? []) pushText(alternatives, 'userPrincipalName', value);
  const found = new Map<string, Account>();
  const step = 'looking for accounts in the whole domain';
  assertOpen(desk.link, step);
  for (let at = 0; at < alternatives.length; at += FILTER_ALTERNATIVES) {
    const filter = new OrFilter({ filters: alternatives.slice(at, at + FILTER_ALTERNATIVES) });
    const search: Search = { ...searchFor(desk, desk.link.settings.base, step, filter, desk.attributes), scope: 'sub' };
    try {
      // References to other parts of the forest are normal here, and are not followed: usernames are unique per domain.
      await searchAll(desk.link.client, search, (entry) => {
        const account = accountFrom(desk, entry, step, null);
        found.set(account.guid, account);
      });
    } catch (error) {
      throw operationFailure(desk.link.server, step, error);
    }
  }
  return [...found.values()];
}

/** LDAP knows no empty values, and servers refuse a filter with one. */
function pushText(alternatives: Filter[], attribute: string, value: string): void {
  if (value !== '') alternatives.push(new EqualityFilter({ attribute, value }));
}

/** @param managed whether it lies in a managed unit; null: find out. */
function accountFrom(desk: Desk, entry: SearchEntry, step: string, managed: boolean | null): Account {
  const { objectGUID: guid, ...raw } = desk.entries.read(entry);
  if (typeof guid !== 'string') throw unproven(desk, step, `The objectGUID of ${entry.name} can't be read.`);
  const inUnit = managed ?? isManaged(desk, entry.name);
  return accountOf({ guid, dn: entry.name, raw, managed: inUnit }, desk.site, desk.rules);
}

function isManaged(desk: Desk, dn: string): boolean {
  const folded = foldDn(dn);
  return desk.units.some((unit) => isBelow(folded, unit));
}

function searchFor(desk: Desk, base: string, step: string, filter: Filter, attributes: readonly string[]): Search {
  const { link } = desk;
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}

function unproven(desk: Desk, step: string, what: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `${desk.link.server}, ${step}`,
    what: `${what} The reading does not count.`,
    next: 'Check the rights of the account Muster logs in with, and the units in the configuration.',
  });
}
