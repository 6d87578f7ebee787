/** Reading accounts: single ones anywhere in the domain, and what every reading on one connection shares. */
import { EqualityFilter, type Filter, OrFilter, PresenceFilter, type SearchEntry } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import { accountOf, attributesToRead } from '../account.ts';
import { foldDn, isBelow } from '../distinguished-name.ts';
import { Onward } from '../onward.ts';
import type { Account, DirectoryReader, DirectorySite } from '../port.ts';
import type { ProtectionRules } from '../protection.ts';
import { assertOpen, type Link } from './connection.ts';
import { EntryReader } from './entry.ts';
import { type DecodedEntry, EntryDecoder } from './entry-decoder.ts';
import { operationFailure } from './failures.ts';
import type { Identity } from './identity.ts';
import type { KeptReading } from './kept-reading.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { guidBytes } from './values.ts';

/** Alternatives in one filter: servers parse long filters slowly and Windows limits them; a round trip costs little beside. */
const FILTER_ALTERNATIVES = 100;

/** What reading and writing share on one connection. */
export interface Desk {
  readonly link: Link;
  readonly identity: Identity;
  /** Which life of the server this is. */
  readonly epoch: string;
  /** What the process keeps from one connection to the next; null: it does not last. */
  readonly kept: KeptReading | null;
  readonly onward: Onward;
  readonly site: DirectorySite;
  readonly rules: ProtectionRules;
  /** Asked for with every account. */
  readonly attributes: readonly string[];
  readonly entries: EntryReader;
  /** The same for entries as they come over the wire. */
  readonly decoder: EntryDecoder;
  /** Managed units, folded. */
  readonly units: readonly string[];
}

export function deskOf(
  server: Pick<Desk, 'link' | 'identity' | 'epoch' | 'kept'>,
  site: DirectorySite,
  rules: ProtectionRules,
): Desk {
  const attributes = ['objectGUID', ...attributesToRead(site)];
  return {
    ...server,
    onward: new Onward(server.link.server),
    site,
    rules,
    attributes,
    entries: new EntryReader(attributes),
    decoder: new EntryDecoder(attributesToRead(site)),
    units: site.read.map(foldDn),
  };
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

export const anything = new PresenceFilter({ attribute: 'objectClass' });

export async function find(desk: Desk, wanted: Parameters<DirectoryReader['find']>[0]): Promise<readonly Account[]> {
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
export function accountFrom(desk: Desk, entry: SearchEntry, step: string, managed: boolean | null): Account {
  const { objectGUID: guid, ...raw } = desk.entries.read(entry);
  return accountFromParts(desk, { dn: entry.name, guid: guid ?? null, raw }, step, managed);
}

/** What was decoded from the wire, as an account. */
export function accountFromParts(
  desk: Desk,
  { dn, guid, raw }: Omit<DecodedEntry, 'usn'>,
  step: string,
  managed: boolean | null,
): Account {
  if (guid === null) throw unproven(desk, step, `The objectGUID of ${dn} can't be read.`);
  return accountOf({ guid, dn, raw, managed: managed ?? isManaged(desk, dn) }, desk.site, desk.rules);
}

function isManaged(desk: Desk, dn: string): boolean {
  const folded = foldDn(dn);
  return desk.units.some((unit) => isBelow(folded, unit));
}

export function searchFor(
  desk: Pick<Desk, 'link'>,
  base: string,
  step: string,
  filter: Filter,
  attributes: readonly string[],
): Search {
  const { link } = desk;
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}

export function unproven(desk: Pick<Desk, 'link'>, step: string, what: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `${desk.link.server}, ${step}`,
    what: `${what} The reading does not count.`,
    next: 'Check the rights of the account Muster logs in with, and the units in the configuration.',
  });
}
