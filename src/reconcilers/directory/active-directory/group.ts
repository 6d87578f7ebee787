/** Active Directory as the keeper of one group: what a group must be before anybody is put into it. */
import { PresenceFilter, type SearchEntry } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import { foldDn } from '../distinguished-name.ts';
import type { DirectoryGroup, DirectoryGroupAdapter } from '../group-port.ts';
import { assertBase } from './adapter.ts';
import { readBytesAsBytes } from './byte-attributes.ts';
import { type Credentials, type Link, openLink } from './connection.ts';
import { bytesOf, textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { type Desk, groupOn } from './group-membership.ts';
import { readIdentity } from './identity.ts';
import { searchOne } from './paged-search.ts';
import { serverOf } from './reader.ts';
import { allOf, firstOf } from './servers.ts';
import type { ActiveDirectorySettings } from './settings.ts';
import { guidText, sidText } from './values.ts';

export interface GroupSite {
  /** DN. */
  readonly group: string;
  readonly markAttribute: string;
  /** DNs of groups whose members Muster never touches: whoever were put into one could not be blocked any more. */
  readonly protectedGroups: readonly string[];
}

/** Groups above the one that is kept: more than this is a mistake, and each costs a look. */
const ABOVE_MAX = 100;
/** Relative identifiers below this belong to what comes with a domain (MS-SAMR 3.1.1.9.2.1). */
const OWN_RID_MIN = 1000;

/** One group, over LDAPS. */
export function activeDirectoryGroup(settings: ActiveDirectorySettings, site: GroupSite): DirectoryGroupAdapter {
  readBytesAsBytes();
  const at = (url: string, credentials: Credentials) => open(url, settings, site, credentials);
  return {
    connect: () => firstOf(settings, at, () => Promise.resolve(true)),
    connectAll: async () => {
      const { connections, unreachable } = await allOf(settings, at);
      return { groups: connections, unreachable };
    },
  };
}

async function open(
  url: string,
  settings: ActiveDirectorySettings,
  site: GroupSite,
  credentials: Credentials,
): Promise<DirectoryGroup> {
  const link = await openLink(url, settings, credentials);
  try {
    const identity = await readIdentity(link);
    // In a wrong domain nobody would have an account.
    await assertBase(link);
    const entry = await read(link, site.group);
    if (entry === null) throw unusable(link, site.group, 'There is no such group, or Muster may not see it.', VISIBLE);
    const [guid] = bytesOf(entry, 'objectGUID');
    if (guid?.length !== 16) throw unusable(link, site.group, 'Its objectGUID can’t be read.', VISIBLE);
    await assertHarmless(link, entry, site);
    const desk: Desk = {
      link,
      server: `group ${site.group} on ${serverOf({ link, identity })}`,
      dn: site.group,
      guid: guidText(guid),
      markAttribute: site.markAttribute,
      seen: new Map(),
    };
    return groupOn(desk);
  } catch (error) {
    await link.close();
    throw error;
  }
}

/**
 * Whoever is put into a group gets what it stands for, and what every group stands for that it lies in: neither may be a power.
 * @throws MusterError (`person`).
 */
async function assertHarmless(link: Link, group: SearchEntry, { protectedGroups }: GroupSite): Promise<void> {
  const shielded = new Set(protectedGroups.map(foldDn));
  const seen = new Set<string>();
  const waiting: [dn: string, entry: SearchEntry | null][] = [[group.name, group]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [dn, entry] = next;
    const problem = entry === null ? 'can’t be seen by Muster' : powerOf(entry, shielded);
    if (problem !== null) {
      const what = entry === group ? `It ${problem}.` : `It lies in the group ${dn}, which ${problem}.`;
      throw unusable(link, group.name, `${what} Nobody is put into such a group.`, PLAIN);
    }
    for (const above of entry === null ? [] : textsOf(entry, 'memberOf')) {
      const key = foldDn(above);
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > ABOVE_MAX) throw unusable(link, group.name, `It lies in more than ${ABOVE_MAX} groups.`, PLAIN);
      waiting.push([above, await read(link, above)]);
    }
  }
}

/** Completes `It …`; null: nothing speaks against it. */
function powerOf(entry: SearchEntry, shielded: ReadonlySet<string>): string | null {
  const classes = textsOf(entry, 'objectClass').map((name) => name.toLowerCase());
  if (!classes.includes('group')) return 'is no group';
  if (textsOf(entry, 'adminCount')[0] === '1') return 'belongs to the administrators (adminCount is 1)';
  const [bytes] = bytesOf(entry, 'objectSid');
  const sid = bytes === undefined ? null : sidText(bytes);
  if (sid === null) return 'shows no objectSid that tells whether it came with the domain';
  const [, rid] = /^S-1-5-21-.+-(\d+)$/.exec(sid) ?? [];
  if (rid === undefined || Number(rid) < OWN_RID_MIN) return 'came with the domain (built-in)';
  return shielded.has(foldDn(entry.name)) ? 'is one of the protectedGroups, whose members Muster never touches' : null;
}

async function read(link: Link, dn: string): Promise<SearchEntry | null> {
  const step = `looking at the group ${dn}`;
  const { answerSeconds } = link.settings.timeouts;
  try {
    return await searchOne(link.client, {
      base: dn,
      scope: 'base',
      filter: new PresenceFilter({ attribute: 'objectClass' }),
      attributes: ['objectClass', 'objectGUID', 'objectSid', 'adminCount', 'memberOf'],
      where: `${link.server}, ${step}`,
      answerSeconds,
    });
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
}

const VISIBLE = 'Correct the group in the configuration, or let the account Muster logs in with read it.';
const PLAIN = 'Name a group in the configuration that was made for this and gives nobody anything.';

function unusable(link: Link, group: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: `${link.server}, group ${group}`, what, next });
}
