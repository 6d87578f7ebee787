/** What a diff looks up: the ledger and one observation, by key, by handle and by name. */
import { lastResult, steadyItems, steadyList, steadySet } from '../model/reuse.ts';
import type { Observed } from './change.ts';
import type { Conflict, LedgerRow, Observation } from './ports.ts';

export interface Index {
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly inScope: ReadonlyMap<string, Observed>;
  readonly elsewhere: ReadonlyMap<string, Observed>;
  readonly gone: ReadonlySet<string>;
  readonly conflicts: ReadonlyMap<string, Conflict>;
  /** Things that bear our mark and that no living row knows. */
  readonly unknownMarks: readonly Observed[];
  /** The thing of that name. One that bears a person's mark counts as theirs even where it is called otherwise now. */
  named(key: string): Observed | undefined;
}

/** For one observation after the other; the very index of before where nothing in it changed. */
export function indexer(): (ledger: readonly LedgerRow[], observation: Observation) => Index {
  const observed = steadyList<Observed>();
  const elsewhere = steadyList<Observed>();
  const goneSet = steadySet<string>();
  const conflictList = steadyItems<Conflict>(({ key }) => key);
  const rows = lastResult(rowsByKey);
  const inScope = lastResult(byHandle);
  const others = lastResult(byHandle);
  const marks = lastResult(unknownMarks);
  const names = lastResult(namesIn);
  const conflicts = lastResult((list: readonly Conflict[]) => new Map(list.map((one) => [one.key, one])));
  const whole = lastResult(asIndex);
  return (ledger, observation) => {
    const here = observed(observation.observed);
    const there = elsewhere(observation.elsewhere);
    const gone = goneSet(observation.gone);
    return whole(
      rows(ledger, gone),
      inScope(here),
      others(there),
      gone,
      conflicts(conflictList(observation.conflicts)),
      marks(ledger, here),
      names(there, here),
    );
  };
}

function asIndex(
  rows: Index['rows'],
  inScope: Index['inScope'],
  elsewhere: Index['elsewhere'],
  gone: Index['gone'],
  conflicts: Index['conflicts'],
  unknown: Index['unknownMarks'],
  named: Index['named'],
): Index {
  return { rows, inScope, elsewhere, gone, conflicts, unknownMarks: unknown, named };
}

/** A deleted account's row gives way to that of the account which took its place. */
function rowsByKey(ledger: readonly LedgerRow[], gone: ReadonlySet<string>): ReadonlyMap<string, LedgerRow> {
  const rows = new Map<string, LedgerRow>();
  const lives = (row: LedgerRow) => row.goneAt === null && !gone.has(row.handle);
  for (const row of ledger) {
    const other = lives(row) ? undefined : rows.get(row.key);
    if (other === undefined || !lives(other)) rows.set(row.key, row);
  }
  return rows;
}

function byHandle(things: readonly Observed[]): ReadonlyMap<string, Observed> {
  const found = new Map<string, Observed>();
  for (const thing of things) found.set(thing.handle, thing);
  return found;
}

function unknownMarks(ledger: readonly LedgerRow[], observed: readonly Observed[]): readonly Observed[] {
  const handles = new Set<string>();
  for (const row of ledger) if (row.goneAt === null) handles.add(row.handle);
  return observed.filter((one) => one.attempt !== null && !handles.has(one.handle));
}

/** Made when first asked for: nearly everybody is found by their handle. */
function namesIn(...places: readonly (readonly Observed[])[]): Index['named'] {
  let names: Map<string, Observed> | null = null;
  return (key) => {
    if (names === null) {
      names = new Map();
      for (const things of places) {
        for (const thing of things) if (thing.markedKey !== null) names.set(thing.markedKey, thing);
      }
      for (const things of places) {
        for (const thing of things) names.set(thing.address.key, thing);
      }
    }
    return names.get(key);
  };
}
