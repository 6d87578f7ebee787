/** Attributes with more values than one answer holds: every range, and again from the start where the object changed meanwhile. */
import { Control, PresenceFilter, type SearchEntry, SearchRequest, StatusCodeParser } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import { assertOpen, type Link } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { guidText, sidText } from './values.ts';

/** Readings of one group that somebody keeps changing: each takes a second for 100,000 members, and few groups change that often. */
const ATTEMPTS_MAX = 5;
/** Members after which a group is not one any more: ten times the largest directory this is made for. */
const MEMBERS_MAX = 1_000_000;
const NO_SUCH_OBJECT = 32;

/** One member as the group names it. */
export interface Member {
  /** objectGUID, lower-case text form. */
  readonly guid: string;
  readonly dn: string;
}

export interface Group {
  readonly guid: string;
  readonly dn: string;
  /** objectSid as text; null where it has none that can be read. */
  readonly sid: string | null;
  readonly members: readonly Member[];
}

/**
 * Asks for names with GUIDs in them (LDAP_SERVER_EXTENDED_DN_OID, MS-ADTS 3.1.1.3.4.1.5), so that a member that is renamed
 * while the group is read is still the same one. The value `SEQUENCE { flag 1 }` asks for the readable form.
 */
class ExtendedNames extends Control {
  constructor() {
    super('1.2.840.113556.1.4.529', { critical: true });
  }

  protected override writeControl(writer: Parameters<Control['write']>[0]): void {
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01]), 0x04);
  }
}

/**
 * Every direct member of a group, as it stood at one moment.
 *
 * A server that has more members than it puts into one answer names the attribute `member;range=0-1499` (MS-ADTS
 * 3.1.1.3.1.3.3); each further range is asked for until one ends in `*`. Ranges that came from before and after a change do not
 * fit together: where uSNChanged differs in the end, all of it is read again.
 * @param base a DN or `<GUID=…>`
 * @param giveUpAt milliseconds of `performance.now()` after which no further range is asked for
 * @returns null where the server shows no such object
 * @throws MusterError (`retry`) where the group keeps changing or the ranges do not follow one another.
 */
export async function readGroup(link: Link, base: string, giveUpAt: number): Promise<Group | null> {
  const step = `reading the members of ${base}`;
  try {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const head = await ask(link, base, step, ['objectClass', 'objectGUID', 'objectSid', 'uSNChanged', 'member']);
      if (head === null) return null;
      const members = await membersFrom(link, base, step, head, giveUpAt);
      if (members !== null) return groupOf(link, step, head, members);
    }
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
  throw broken(link, step, `The group changed while it was read, ${ATTEMPTS_MAX} times in a row.`);
}

/** Null where the group changed on the way. */
async function membersFrom(
  link: Link,
  base: string,
  step: string,
  head: SearchEntry,
  giveUpAt: number,
): Promise<readonly Member[] | null> {
  const members: Member[] = [];
  let entry: SearchEntry | null = head;
  for (;;) {
    const range = rangeOf(link, step, entry, members.length);
    for (const name of range.names) members.push(memberOf(link, step, name));
    // One answer is a state of one moment by itself.
    if (range.isLast && entry === head) return members;
    if (range.isLast) return (await changed(link, base, step, head)) ? null : members;
    if (members.length > MEMBERS_MAX) throw broken(link, step, `The group has more than ${MEMBERS_MAX} members.`);
    if (performance.now() > giveUpAt) throw broken(link, step, 'The reading took too long.');
    entry = await ask(link, base, step, [`member;range=${members.length}-*`]);
    if (entry === null) return null;
    // The group may have shrunk to less than what was read already; what it came to is seen at the next attempt.
    if (ranges(entry).length === 0 && (await changed(link, base, step, head))) return null;
  }
}

async function changed(link: Link, base: string, step: string, head: SearchEntry): Promise<boolean> {
  const now = await ask(link, base, step, ['uSNChanged']);
  const [before] = textsOf(head, 'uSNChanged');
  if (before === undefined) throw broken(link, step, 'The server does not tell when the group was last changed.');
  return now === null || textsOf(now, 'uSNChanged')[0] !== before;
}

interface Range {
  readonly names: readonly string[];
  readonly isLast: boolean;
}

/** The one range of an answer; it must begin where the one before it ended. */
function rangeOf(link: Link, step: string, entry: SearchEntry, from: number): Range {
  const [first, ...more] = ranges(entry);
  if (first === undefined && from === 0) return { names: [], isLast: true };
  if (first === undefined || more.length > 0) throw broken(link, step, 'The server did not give one range of members.');
  const [, start, end] = /;range=(\d+)-(\d+|\*)$/i.exec(first.type) ?? [];
  const names = first.parsedBuffers.map((bytes) => bytes.toString('utf8'));
  if (start === undefined && from === 0) return { names, isLast: true };
  const isLast = end === '*';
  if (Number(start) !== from || (!isLast && Number(end) !== from + names.length - 1)) {
    throw broken(link, step, `The server gave "${first.type}" where member ${from} was next.`);
  }
  return { names, isLast };
}

/** Attributes of the answer that hold members; beside a range, Windows also sends an empty `member`. */
function ranges(entry: SearchEntry): SearchEntry['attributes'] {
  return entry.attributes.filter(({ type, parsedBuffers }) => /^member(;|$)/i.test(type) && parsedBuffers.length > 0);
}

function memberOf(link: Link, step: string, name: string): Member {
  const [, guid, dn] = /^<GUID=([0-9a-f-]{36})>;(?:<SID=[^>]*>;)?(.*)$/is.exec(name) ?? [];
  if (guid !== undefined && dn !== undefined) return { guid: guid.toLowerCase(), dn };
  throw broken(link, step, `The server names the member ${name} without its GUID.`);
}

function groupOf(link: Link, step: string, head: SearchEntry, members: readonly Member[]): Group {
  const [guid] = bytesOf(head, 'objectGUID');
  const [sid] = bytesOf(head, 'objectSid');
  const isGroup = textsOf(head, 'objectClass').some((name) => name.toLowerCase() === 'group');
  if (!isGroup) throw unusable(link, step, 'It is not a group, or its objectClass can’t be read.');
  if (guid?.length !== 16) throw unusable(link, step, 'Its objectGUID can’t be read.');
  const [, dn = head.name] = /^(?:<[^>]*>;)*(.*)$/s.exec(head.name) ?? [];
  return { guid: guidText(guid), dn, sid: sid === undefined ? null : sidText(sid), members };
}

async function ask(link: Link, base: string, step: string, attributes: string[]): Promise<SearchEntry | null> {
  assertOpen(link, step);
  const request = new SearchRequest({
    messageId: 0,
    baseDN: base,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    attributes,
    timeLimit: Math.ceil(link.settings.timeouts.answerSeconds),
    controls: [new ExtendedNames()],
  });
  const response = await link.client.respond(request);
  if (response.status === NO_SUCH_OBJECT) return null;
  if (response.status !== 0) throw StatusCodeParser.parse(response);
  return response.searchEntries[0] ?? null;
}

function broken(link: Link, step: string, what: string): MusterError {
  const next = 'The next pass tries again; if it goes on, look at that server.';
  return new MusterError({ remedy: 'retry', where: `${link.server}, ${step}`, what, next });
}

function unusable(link: Link, step: string, what: string): MusterError {
  const next = 'Name a group in the configuration, and let the account Muster logs in with read it.';
  return new MusterError({ remedy: 'person', where: `${link.server}, ${step}`, what, next });
}
