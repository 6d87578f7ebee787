/** The reader of one connection: everything that the directory reconciler asks a domain controller. */
import type { DirectoryReader } from '../port.ts';
import { assertOpen } from './connection.ts';
import { textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { lastChanges } from './last-changes.ts';
import { groupsOf } from './memberships.ts';
import { searchOne } from './paged-search.ts';
import { readPosition } from './position.ts';
import { anything, type Desk, find, searchFor, unproven } from './read.ts';
import { readAll } from './unit-reading.ts';
import { generalizedTimeMs } from './values.ts';

export function directoryReader(desk: Desk): DirectoryReader {
  return {
    server: serverOf(desk),
    heard: () => desk.link.heard(),
    position: async () => desk.onward.note(await readPosition(desk)),
    now: () => serverTime(desk),
    readAll: (knownGuids, valued = new Map(), reach = 'full') => readAll(desk, knownGuids, valued, reach),
    find: (wanted) => find(desk, wanted),
    groupsOf: (guid) => groupsOf(desk, guid),
    lastChanges: (guid, attributes) => lastChanges(desk, guid, attributes),
  };
}

/**
 * Address and the controller's own name, as in `ldaps://example.org (DC1)`: behind one address there may be several, and
 * what became of an unanswered write only the one that got it can tell (`dsServiceName`, MS-ADTS 3.1.1.3.2).
 */
export function serverOf({ link, identity }: Pick<Desk, 'link' | 'identity'>): string {
  const [, name] = /^CN=NTDS Settings,CN=([^,]+),/i.exec(identity.service) ?? [];
  return name === undefined ? link.server : `${link.server} (${name})`;
}

export async function serverTime(desk: Pick<Desk, 'link'>): Promise<number> {
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
