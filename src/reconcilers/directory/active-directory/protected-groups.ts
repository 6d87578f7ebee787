/** Groups whose members nobody may touch: read on every connection, nested ones included, before anything else is. */
import { AndFilter, EqualityFilter, ExtensibleFilter, type Filter, OrFilter, type SearchEntry } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import type { Link } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { type Group, type Member, readGroup } from './ranges.ts';
import { guidBytes, guidText } from './values.ts';

/** Alternatives in one filter: servers parse long filters slowly and Windows limits them. */
const FILTER_ALTERNATIVES = 100;
/** Look-ups in flight at once: enough to hide the way there and back, and no burden for the server. */
const LOOKUPS_IN_FLIGHT = 4;
/** Groups below one protected group; more than this is a mistake, and would take longer than a pass may. */
const NESTED_MAX = 1000;
/** LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS 3.1.1.3.4.4.3): membership through any number of groups. */
const IN_CHAIN = '1.2.840.113556.1.4.1941';

/** What is known of the configured groups on one connection. */
export interface ProtectedGroups {
  /** GUID of each object in one of them, directly or through other groups, to the configured DN of that group. */
  readonly members: ReadonlyMap<string, string>;
  /** How many accounts and groups each of those that could be read has in it. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Those that could not be read as a whole, and why. */
  readonly unread: readonly { readonly group: string; readonly error: MusterError }[];
}

/**
 * Reads the groups from the side of the groups, range by range, which needs nothing but the right to read them. Never throws
 * because of a group: what could not be read is told, and judged where it matters.
 * @param groups DNs
 */
export async function readProtectedGroups(link: Link, groups: readonly string[]): Promise<ProtectedGroups> {
  const members = new Map<string, string>();
  const sizes = new Map<string, number>();
  const unread: { group: string; error: MusterError }[] = [];
  const giveUpAt = performance.now() + link.settings.timeouts.readSeconds * 1000;
  for (const group of groups) {
    try {
      const inside = await insidersOf(link, group, giveUpAt);
      for (const guid of inside) members.set(guid, members.get(guid) ?? group);
      // The group itself is among what nobody touches, and does not count.
      sizes.set(group, inside.size - 1);
    } catch (error) {
      unread.push({ group, error: unreadable(link, group, error) });
    }
  }
  return { members, sizes, unread };
}

/** What to say of the groups to somebody who examines this server; one sentence for each. */
export function remarksOn({ sizes }: ProtectedGroups): readonly string[] {
  return [...sizes].map(([group, size]) => {
    const who = size === 1 ? '1 account or group is' : `${size} accounts and groups are`;
    return `${who} protected by being in ${group}.`;
  });
}

/** GUIDs of everything inside one group; the groups themselves as well. */
async function insidersOf(link: Link, group: string, giveUpAt: number): Promise<ReadonlySet<string>> {
  const inside = new Set<string>();
  const waiting = [group];
  for (let base = waiting.pop(), count = 1; base !== undefined; base = waiting.pop(), count += 1) {
    if (count > NESTED_MAX) throw unusable(link, group, `It has more than ${NESTED_MAX} groups in it.`);
    const read = await readGroup(link, base, giveUpAt);
    if (read === null) throw unusable(link, base, 'There is no such group, or Muster may not see it.');
    inside.add(read.guid);
    if (read.members.length === 0) await assertEmpty(link, read);
    const fresh = read.members.filter(({ guid }) => !inside.has(guid));
    for (const { guid } of fresh) inside.add(guid);
    for (const guid of await groupsAmong(link, read, fresh)) waiting.push(`<GUID=${guid}>`);
    for (const guid of await havingAsPrimary(link, read)) inside.add(guid);
  }
  return inside;
}

async function assertEmpty(link: Link, { dn }: Group): Promise<void> {
  const one = await someoneInside(link, dn);
  if (one !== null) throw unusable(link, dn, `It shows no members, but ${one} is in it.`);
}

/** A `member` that may not be read looks like none at all; from the members' side it may show. Null: nobody says so of themselves. */
export async function someoneInside(link: Link, dn: string): Promise<string | null> {
  const insiders: string[] = [];
  const filter = new EqualityFilter({ attribute: 'memberOf', value: dn });
  await lookUp(link, dn, filter, ['distinguishedName'], (entry) => insiders.push(entry.name));
  return insiders[0] ?? null;
}

/**
 * Which of the members are groups themselves. Each must be found: behind one that can't be seen there may be a group.
 * @throws MusterError (`person`) that names the first that can't.
 */
async function groupsAmong(link: Link, { dn }: Group, members: readonly Member[]): Promise<readonly string[]> {
  const unseen = new Map(members.map((member) => [member.guid, member] as const));
  const groups: string[] = [];
  await lookUpMembers(link, dn, members, ['objectClass'], (guid, entry) => {
    const classes = textsOf(entry, 'objectClass').map((name) => name.toLowerCase());
    if (classes.length > 0) unseen.delete(guid);
    if (classes.includes('group')) groups.push(guid);
  });
  const [first] = unseen.values();
  if (first === undefined) return groups;
  throw unusable(link, dn, `Its member ${first.dn} can't be seen, and might be a group itself.`);
}

/** What can be seen of these members, by their GUIDs, a batch at a time. */
export async function lookUpMembers(
  link: Link,
  group: string,
  members: readonly Member[],
  attributes: readonly string[],
  take: (guid: string, entry: SearchEntry) => void,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(members.length / FILTER_ALTERNATIVES) }, (_, at) =>
    members.slice(at * FILTER_ALTERNATIVES, (at + 1) * FILTER_ALTERNATIVES),
  );
  const lane = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const filter = new OrFilter({ filters: batch.flatMap(({ guid }) => guidFilter(guid)) });
      await lookUp(link, group, filter, ['objectGUID', ...attributes], (entry) => {
        const [bytes] = bytesOf(entry, 'objectGUID');
        if (bytes?.length === 16) take(guidText(bytes), entry);
      });
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_IN_FLIGHT }, lane));
}

/** Accounts have one group that does not list them (primaryGroupID, MS-SAMR 3.1.1.8.2). */
async function havingAsPrimary(link: Link, { dn, sid }: Group): Promise<readonly string[]> {
  const rid = sid === null || !sid.startsWith('S-1-5-21-') ? null : sid.slice(sid.lastIndexOf('-') + 1);
  if (rid === null) return [];
  const guids: string[] = [];
  const filters = [
    new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
    new EqualityFilter({ attribute: 'primaryGroupID', value: rid }),
  ];
  await lookUp(link, dn, new AndFilter({ filters }), ['objectGUID'], (entry) => {
    const [bytes] = bytesOf(entry, 'objectGUID');
    if (bytes?.length === 16) guids.push(guidText(bytes));
  });
  return guids;
}

/**
 * Asks the server itself whether an account is in a group, directly or through others. For a group that can't be read from its
 * own side; it does not see a primary group.
 */
export async function isWithin(link: Link, guid: string, group: string): Promise<boolean> {
  const step = `looking for ${guid} in ${group}`;
  const filter = new ExtensibleFilter({ rule: IN_CHAIN, matchType: 'memberOf', value: group });
  try {
    return (await searchOne(link.client, searchIn(link, `<GUID=${guid}>`, step, filter, ['objectClass']))) !== null;
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

async function lookUp(
  link: Link,
  group: string,
  filter: Filter,
  attributes: readonly string[],
  take: Parameters<typeof searchAll>[2],
): Promise<void> {
  const step = `looking for the members of ${group}`;
  const search = { ...searchIn(link, link.settings.base, step, filter, attributes), scope: 'sub' as const };
  await searchAll(link.client, search, take);
}

function searchIn(link: Link, base: string, step: string, filter: Filter, attributes: readonly string[]): Search {
  const { answerSeconds } = link.settings.timeouts;
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}

function guidFilter(guid: string): readonly Filter[] {
  const value = guidBytes(guid);
  return value === null ? [] : [new EqualityFilter({ attribute: 'objectGUID', value })];
}

function unusable(link: Link, group: string, what: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${link.server}, reading the members of ${group}`,
    what,
    next: 'Correct "protectedGroups" in the configuration, or let the account Muster logs in with read the group and its members.',
  });
}

/** The same failure, with what follows from it. */
function unreadable(link: Link, group: string, error: unknown): MusterError {
  const { remedy, where, what, next } = operationFailure(link.server, `reading the members of ${group}`, error);
  const so = 'So nobody can tell whom this group protects, and nothing is written but blocks.';
  return new MusterError({ remedy, where, what: `${what} ${so}`, next }, { cause: error });
}
