/** Reading only the accounts that changed since the last full reading, by the counter of the server that was read (uSNChanged, MS-ADTS 3.1.1.1.9). */
import { AndFilter, EqualityFilter, GreaterThanEqualsFilter, OrFilter } from 'ldapts';
import { type Expectation, proven } from '../completeness.ts';
import type { Account, Reading } from '../port.ts';
import { operationFailure } from './failures.ts';
import type { Kept } from './kept-reading.ts';
import { type Search, searchAll } from './paged-search.ts';
import { readPosition } from './position.ts';
import { type Desk, searchFor } from './read.ts';
import { outermost, personsAccount, readUnit } from './unit-search.ts';

/** Whatever may hold accounts: where one of these was moved or renamed, so were all accounts in it, without a change of their own. */
const CONTAINERS = ['organizationalUnit', 'container', 'builtinDomain'] as const;

/**
 * The very reading of last time where the whole server has not changed since.
 * @returns null where everything has to be read.
 */
export async function readChanges(desk: Desk, expected: Expectation, giveUpAt: number): Promise<Reading | null> {
  const now = await readPosition(desk);
  const kept = desk.kept?.for(desk, now) ?? null;
  if (kept === null || now === null) return null;
  const changed = now.sequence === kept.position.sequence ? new Map() : await changedSince(desk, kept, giveUpAt);
  if (changed === null || takesNameOver(kept, changed)) return null;
  const nothingNew = now.sequence === kept.position.sequence && kept.reading.reach === 'changes';
  if (nothingNew && kept.allHere === expected.knownGuids) return kept.reading;
  const { byGuid, accounts } = merged(kept, changed);
  const proof = await proven(byGuid, expected, accounts);
  const reading: Reading = nothingNew && same(kept.reading, proof) ? kept.reading : { ...proof, reach: 'changes' };
  const all = proof.accounts === accounts ? byGuid : new Map(proof.accounts.map((one) => [one.guid, one]));
  const { moved, gone } = proof;
  const allHere = moved.length + gone.length === 0 ? expected.knownGuids : null;
  desk.kept?.advance({ ...kept, position: now, reading, byGuid: all, allHere });
  return reading;
}

/** Accounts by GUID; null where a place changed that accounts lie in. */
async function changedSince(
  desk: Desk,
  { position }: Kept,
  giveUpAt: number,
): Promise<ReadonlyMap<string, Account> | null> {
  const later = new GreaterThanEqualsFilter({ attribute: 'uSNChanged', value: String(position.sequence + 1n) });
  const changed = new Map<string, Account>();
  for (const unit of outermost(desk)) {
    // Both at once: neither takes much more than the server's time, and what changes in between comes with the next changes.
    const [placeChanged] = await Promise.all([
      somePlaceChanged(desk, unit, later, giveUpAt),
      readUnit(desk, unit, new AndFilter({ filters: [later, personsAccount] }), giveUpAt, (account) => {
        changed.set(account.guid, account);
      }),
    ]);
    if (placeChanged) return null;
  }
  return changed;
}

async function somePlaceChanged(
  desk: Desk,
  unit: string,
  later: GreaterThanEqualsFilter,
  giveUpAt: number,
): Promise<boolean> {
  const step = `looking for changed units in ${unit}`;
  const places = CONTAINERS.map((value) => new EqualityFilter({ attribute: 'objectClass', value }));
  const filter = new AndFilter({ filters: [later, new OrFilter({ filters: places })] });
  const search: Search = { ...searchFor(desk, unit, step, filter, ['objectClass']), scope: 'sub' };
  let found = false;
  try {
    await searchAll(
      desk.link.client,
      search,
      () => {
        found = true;
      },
      giveUpAt,
    );
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
  return found;
}

/** A name that another account had, which must have been renamed or deleted: names are unique in a domain. */
function takesNameOver({ reading }: Kept, changed: ReadonlyMap<string, Account>): boolean {
  const owners = new Map<string, string>();
  // Also of who was called so before: a full reading holds a name twice where it went from one to the other meanwhile.
  for (const { username, guid } of changed.values()) owners.set(username.toLowerCase(), guid);
  if (owners.size === 0) return false;
  return reading.accounts.some(({ username, guid }) => {
    const owner = owners.get(username.toLowerCase());
    return owner !== undefined && owner !== guid && !changed.has(guid);
  });
}

/** The kept accounts with the changed ones in their places; the very same list where none changed. */
function merged(kept: Kept, changed: ReadonlyMap<string, Account>): Pick<Kept, 'byGuid'> & Pick<Reading, 'accounts'> {
  const { byGuid, reading } = kept;
  if (changed.size === 0) return { byGuid, accounts: reading.accounts };
  const together = new Map(byGuid);
  for (const [guid, account] of changed) together.set(guid, account);
  const accounts = reading.accounts.map((account) => changed.get(account.guid) ?? account);
  const fresh = [...changed.values()].filter(({ guid }) => !byGuid.has(guid));
  return { byGuid: together, accounts: fresh.length === 0 ? accounts : inserted(accounts, fresh) };
}

/** `accounts` is in the order of GUIDs, and so is what comes out. */
function inserted(accounts: readonly Account[], fresh: readonly Account[]): readonly Account[] {
  const waiting = fresh.toSorted((a, b) => (a.guid < b.guid ? -1 : 1));
  const all: Account[] = [];
  let next = 0;
  for (const account of accounts) {
    for (let one = waiting[next]; one !== undefined && one.guid < account.guid; one = waiting[next]) {
      all.push(one);
      next += 1;
    }
    all.push(account);
  }
  return [...all, ...waiting.slice(next)];
}

/** Moved and gone accounts are looked for each time, so that they count only while there are none. */
function same(before: Reading, now: Omit<Reading, 'reach'>): boolean {
  const nobodyElsewhere = [before.moved, before.gone, now.moved, now.gone].every(({ length }) => length === 0);
  return nobodyElsewhere && before.accounts === now.accounts;
}
