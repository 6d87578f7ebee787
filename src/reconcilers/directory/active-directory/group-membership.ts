/** Membership of one group: read whole, and changed one member at a time, so that nobody else in it is touched. */
import { AndFilter, Attribute, Change, EqualityFilter, OrFilter, type SearchEntry } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import type { DirectoryGroup, Insider } from '../group-port.ts';
import { assertOpen, type Link } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { lookUpMembers, someoneInside } from './protected-groups.ts';
import { type Group, readGroup } from './ranges.ts';
import { anything, guidDn, searchFor } from './read.ts';
import { serverTime } from './reader.ts';
import { isSoAlready, send } from './sending.ts';
import { guidText } from './values.ts';

/** What everything on one connection shares. */
export interface Desk {
  readonly link: Link;
  /** For messages. */
  readonly server: string;
  /** As configured. */
  readonly dn: string;
  readonly guid: string;
  readonly markAttribute: string;
  /** Members by their GUIDs, as they were first seen on this connection, which lasts as long as one pass: names are not asked again. */
  readonly seen: Map<string, Insider>;
}

/** Alternatives in one filter: servers parse long filters slowly and Windows limits them. */
const FILTER_ALTERNATIVES = 100;

export function groupOn(desk: Desk): DirectoryGroup {
  const { link, server } = desk;
  return {
    server,
    heard: () => link.heard(),
    now: () => serverTime(desk),
    members: () => members(desk),
    find: (usernames) => find(desk, usernames),
    put: (one, inside) => put(desk, one, inside),
    mayChange: () => mayChange(desk),
    close: () => link.close(),
  };
}

async function members(desk: Desk): Promise<readonly Insider[]> {
  const { link, dn, seen } = desk;
  const step = `reading the members of ${dn}`;
  try {
    const group = await whole(desk);
    // A `member` that may not be read looks like none at all.
    const hidden = group.members.length === 0 ? await someoneInside(link, group.dn) : null;
    if (hidden !== null) throw unread(desk, step, `It shows no members, but ${hidden} is in it.`);
    const strangers = group.members.filter((one) => !seen.has(one.guid));
    await lookUpMembers(link, dn, strangers, attributesOf(desk), (guid, entry) =>
      seen.set(guid, insiderFrom(desk, guid, entry)),
    );
    return group.members.map((one) => ({ username: null, mark: null, ...seen.get(one.guid), ...one }));
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

async function whole(desk: Desk): Promise<Group> {
  const { link, dn, guid } = desk;
  const giveUpAt = performance.now() + link.settings.timeouts.readSeconds * 1000;
  const group = await readGroup(link, guidDn(guid), giveUpAt);
  if (group === null) throw unread(desk, `reading the members of ${dn}`, 'The group is gone, or hidden by now.');
  return group;
}

async function find(desk: Desk, usernames: readonly string[]): Promise<readonly Insider[]> {
  const { link } = desk;
  const step = 'looking for accounts in the whole domain';
  const found: Insider[] = [];
  assertOpen(link, step);
  for (let at = 0; at < usernames.length; at += FILTER_ALTERNATIVES) {
    const names = usernames.slice(at, at + FILTER_ALTERNATIVES);
    const filter = new AndFilter({
      filters: [
        new EqualityFilter({ attribute: 'objectClass', value: 'user' }),
        new OrFilter({ filters: names.map((value) => new EqualityFilter({ attribute: 'sAMAccountName', value })) }),
      ],
    });
    const attributes = ['objectGUID', ...attributesOf(desk)];
    const search: Search = { ...searchFor(desk, link.settings.base, step, filter, attributes), scope: 'sub' };
    try {
      await searchAll(link.client, search, (entry) => {
        const [bytes] = bytesOf(entry, 'objectGUID');
        if (bytes?.length === 16) found.push(insiderFrom(desk, guidText(bytes), entry));
      });
    } catch (error) {
      throw operationFailure(link.server, step, error);
    }
  }
  return found;
}

function attributesOf({ markAttribute }: Desk): readonly string[] {
  return ['objectClass', 'sAMAccountName', markAttribute];
}

/** Groups have a sAMAccountName as well. */
function insiderFrom({ markAttribute }: Desk, guid: string, entry: SearchEntry): Insider {
  const isAccount = textsOf(entry, 'objectClass').some((name) => name.toLowerCase() === 'user');
  const [username = null] = isAccount ? textsOf(entry, 'sAMAccountName') : [];
  const [mark = null] = textsOf(entry, markAttribute);
  return { guid, dn: entry.name, username, mark };
}

/** One value of one attribute in one Modify: whoever else is in the group is not in the request. */
async function put(desk: Desk, one: Insider, inside: boolean): Promise<void> {
  const { link, dn, guid } = desk;
  const step = inside ? `putting ${one.dn} into ${dn}` : `taking ${one.dn} out of ${dn}`;
  const modification = new Attribute({ type: 'member', values: [one.dn] });
  const change = new Change({ operation: inside ? 'add' : 'delete', modification });
  const right = 'write the attribute member of this group';
  await send(desk, { step, absent: NOT_THERE, right }, async () => {
    await link.client.modify(guidDn(guid), [change]).catch(async (error: unknown) => {
      if (!isSoAlready(error, inside ? 'in' : 'out')) throw error;
      const isInside = (await whole(desk)).members.some((member) => member.guid === one.guid);
      if (isInside === inside) return;
      throw inside ? unread(desk, step, 'The server says that it is in there, and does not show it.') : error;
    });
  });
}

const NOT_THERE = {
  remedy: 'retry',
  what: 'The account, or the group, is no longer where it was.',
  next: 'The next pass reads again and decides anew.',
} as const;

/** `allowedAttributesEffective` (MS-ADTS 3.1.1.4.5.23) names what this very log-on may write there. */
async function mayChange(desk: Desk): Promise<boolean | null> {
  const { link, dn, guid } = desk;
  const step = `examining ${dn}`;
  try {
    const wanted = ['allowedAttributes', 'allowedAttributesEffective'];
    const entry = await searchOne(link.client, searchFor(desk, guidDn(guid), step, anything, wanted));
    if (entry === null || textsOf(entry, 'allowedAttributes').length === 0) return null;
    return textsOf(entry, 'allowedAttributesEffective').some((name) => name.toLowerCase() === 'member');
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

function unread({ link }: Desk, step: string, what: string): MusterError {
  const next = 'Let the account Muster logs in with read the attribute member of this group.';
  return new MusterError({ remedy: 'person', where: `${link.server}, ${step}`, what, next });
}
