/** Reading the managed units with proof that nothing is missing: all of them, or what changed on top of the last full reading. */
import type { Reach } from '../../../core/ports.ts';
import { type Expectation, inOrder, proven } from '../completeness.ts';
import type { Account, Reading } from '../port.ts';
import { NO_SUCH_UNIT, refusal } from '../refusals.ts';
import { readChanges } from './changed-accounts.ts';
import { assertOpen } from './connection.ts';
import { textsOf } from './entry.ts';
import { operationFailure } from './failures.ts';
import { assertSame } from './identity.ts';
import { searchOne } from './paged-search.ts';
import { readPosition } from './position.ts';
import { anything, type Desk, find, guidDn, pointRead, searchFor } from './read.ts';
import { outermost, personsAccount, readUnit } from './unit-search.ts';

/** See `DirectoryReader.readAll`. */
export async function readAll(
  desk: Desk,
  knownGuids: ReadonlySet<string>,
  valued: ReadonlyMap<string, number>,
  reach: Reach,
): Promise<Reading> {
  const { link, identity, onward } = desk;
  assertOpen(link, 'reading accounts');
  const giveUpAt = performance.now() + link.settings.timeouts.readSeconds * 1000;
  await assertSame(link, identity);
  onward.assert(await readPosition(desk));
  await Promise.all(desk.site.read.map((unit) => assertUnit(desk, unit)));
  const expected = expectationOf(desk, knownGuids, valued);
  const reading =
    (reach === 'changes' ? await readChanges(desk, expected, giveUpAt) : null) ??
    (await readEverything(desk, expected, giveUpAt));
  await assertSame(link, identity);
  onward.assert(await readPosition(desk));
  return reading;
}

async function readEverything(desk: Desk, expected: Expectation, giveUpAt: number): Promise<Reading> {
  const begunAt = performance.now();
  // Asked before anything is read: what changes meanwhile comes again with the next changes.
  const position = desk.kept === null ? null : await readPosition(desk);
  const read = new Map<string, Account>();
  let told = true;
  for (const unit of outermost(desk)) {
    await readUnit(desk, unit, personsAccount, giveUpAt, (account, usn) => {
      read.set(account.guid, account);
      told &&= usn !== null;
    });
  }
  const reading: Reading = { ...(await proven(read, expected, inOrder(read))), reach: 'full' };
  // A change of an account whose uSNChanged is hidden would never be told: then every reading is a full one.
  if (told) desk.kept?.keep(desk, position, reading, begunAt);
  else desk.kept?.forget();
  return reading;
}

function expectationOf(desk: Desk, knownGuids: ReadonlySet<string>, valued: ReadonlyMap<string, number>): Expectation {
  return {
    server: desk.link.server,
    site: desk.site,
    knownGuids,
    valued,
    find: (guids) => find(desk, { guids }),
    point: (guid) => pointRead(desk, guidDn(guid), `looking for account ${guid}`),
  };
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
