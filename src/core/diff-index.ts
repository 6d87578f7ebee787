/** What a diff looks up: the ledger and one observation, by key, by handle and by name. */
import type { Observed } from './change.ts';
import type { Conflict, LedgerRow } from './ports.ts';

export interface Index {
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly inScope: ReadonlyMap<string, Observed>;
  readonly elsewhere: ReadonlyMap<string, Observed>;
  readonly byName: ReadonlyMap<string, Observed>;
  readonly gone: ReadonlySet<string>;
  readonly conflicts: ReadonlyMap<string, Conflict>;
  /** Things that bear our mark and that no living row knows. */
  readonly unknownMarks: readonly Observed[];
}

export function indexOf(
  ledger: readonly LedgerRow[],
  observed: readonly Observed[],
  elsewhere: readonly Observed[],
  goneHandles: readonly string[],
  conflicts: readonly Conflict[],
): Index {
  const gone = new Set(goneHandles);
  const rows = new Map<string, LedgerRow>();
  const handles = new Set<string>();
  for (const row of ledger) {
    if (row.goneAt === null) handles.add(row.handle);
    // A deleted account's row gives way to that of the account which took its place.
    const other = rows.get(row.key);
    const lives = row.goneAt === null && !gone.has(row.handle);
    if (lives || other === undefined || !(other.goneAt === null && !gone.has(other.handle))) rows.set(row.key, row);
  }
  return {
    rows,
    inScope: byHandle(observed),
    elsewhere: byHandle(elsewhere),
    byName: namesIn([elsewhere, observed]),
    gone,
    conflicts: new Map(conflicts.map((conflict) => [conflict.key, conflict])),
    unknownMarks: observed.filter((one) => one.attempt !== null && !handles.has(one.handle)),
  };
}

function byHandle(things: readonly Observed[]): ReadonlyMap<string, Observed> {
  const found = new Map<string, Observed>();
  for (const thing of things) found.set(thing.handle, thing);
  return found;
}

/** A thing that bears a person's mark counts as theirs even where it is called otherwise now. */
function namesIn(places: readonly (readonly Observed[])[]): ReadonlyMap<string, Observed> {
  const names = new Map<string, Observed>();
  for (const things of places) {
    for (const thing of things) if (thing.markedKey !== null) names.set(thing.markedKey, thing);
  }
  for (const things of places) {
    for (const thing of things) names.set(thing.address.key, thing);
  }
  return names;
}
