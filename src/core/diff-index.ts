/** What a diff looks up: the ledger and one observation, by key, by handle and by name. */
import { lastResult, sameItems, steadyItems, steadyList, steadyPick, steadySet } from '../model/reuse.ts';
import type { Observed } from './change.ts';
import { bearsUnknownMark } from './known.ts';
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
  /** Every thing of that name in the managed scope. */
  theirs(key: string): readonly Observed[];
  /** Names what this index is of. */
  readonly state: object;
  /** The state before it, and every key whose answers may differ from the answers of then; null: any may. */
  readonly since: { readonly state: object; readonly touched: ReadonlySet<string> } | null;
}

/** More things than this changed at once, and looking everything up anew is about as quick. */
const CHANGED_MAX = 1_000;

/**
 * For one observation after the other; the very index of before where nothing in it changed. Only the newest may be asked: what is
 * large in it is brought up to date in its place.
 */
export function indexer(): (ledger: readonly LedgerRow[], observation: Observation) => Index {
  const observed = steadyList<Observed>();
  const elsewhere = steadyList<Observed>();
  const goneSet = steadySet<string>();
  const conflictList = steadyItems<Conflict>(({ key }) => key);
  const rows = lastResult(rowsByKey);
  const others = lastResult(byHandle);
  const living = lastResult(livingHandles);
  const unknown = steadyPick(bearsUnknownMark);
  const conflicts = lastResult((list: readonly Conflict[]) => new Map(list.map((one) => [one.key, one])));
  let last: { readonly parts: Parts; readonly inScope: Map<string, Observed>; readonly index: Index } | null = null;
  return (ledger, observation) => {
    const here = observed(observation.observed);
    const there = elsewhere(observation.elsewhere);
    const gone = goneSet(observation.gone);
    const parts = [
      rows(ledger, gone),
      others(there),
      gone,
      conflicts(conflictList(observation.conflicts)),
      here,
    ] as const;
    if (last !== null && sameItems(last.parts, parts)) return last.index;
    const changes = last === null ? null : changesSince(last.parts, parts);
    const inScope = last !== null && changes !== null ? broughtUp(last.inScope, changes) : byHandle(here);
    const since =
      last !== null && changes !== null ? { state: last.index.state, touched: touchedBy(changes, parts[0]) } : null;
    const index: Index = {
      rows: parts[0],
      inScope,
      elsewhere: parts[1],
      gone,
      conflicts: parts[3],
      unknownMarks: unknown(here, living(ledger)),
      named: namesIn(there, here),
      theirs: groupsIn(here),
      state: {},
      since,
    };
    last = { parts, inScope, index };
    return index;
  };
}

/** All that an index is made of, besides the names that follow from it. */
type Parts = readonly [
  rows: Index['rows'],
  elsewhere: Index['elsewhere'],
  gone: Index['gone'],
  conflicts: Index['conflicts'],
  here: readonly Observed[],
];

/** One thing, as it was and as it is. */
type Changed = readonly [before: Observed, now: Observed];

/** Null: not only the contents of a few things differ. */
function changesSince(before: Parts, now: Parts): readonly Changed[] | null {
  const [then, here] = [before[4], now[4]];
  if (then.length !== here.length || !sameItems(before.slice(0, -1), now.slice(0, -1))) return null;
  const changes: Changed[] = [];
  for (let place = 0; place < here.length; place += 1) {
    const [was, is] = [then[place], here[place]];
    if (was === is || was === undefined || is === undefined) continue;
    if (was.handle !== is.handle || changes.length === CHANGED_MAX) return null;
    changes.push([was, is]);
  }
  return changes;
}

function broughtUp(inScope: Map<string, Observed>, changes: readonly Changed[]): Map<string, Observed> {
  for (const [, now] of changes) inScope.set(now.handle, now);
  return inScope;
}

/** Keys by which any of them is found, now or before: by the row that knows it, by its name, by its mark. */
function touchedBy(changes: readonly Changed[], rows: Index['rows']): ReadonlySet<string> {
  const touched = new Set<string>();
  const handles = new Set<string>();
  for (const one of changes.flat()) {
    handles.add(one.handle);
    touched.add(one.address.key);
    if (one.markedKey !== null) touched.add(one.markedKey);
  }
  for (const [key, { handle }] of rows) if (handles.has(handle)) touched.add(key);
  return touched;
}

/** A deleted account's row gives way to that of the account which took its place, and one that was only switched off to one that is Muster's. */
function rowsByKey(ledger: readonly LedgerRow[], gone: ReadonlySet<string>): ReadonlyMap<string, LedgerRow> {
  const rows = new Map<string, LedgerRow>();
  const lives = (row: LedgerRow) => row.goneAt === null && !gone.has(row.handle);
  for (const row of ledger) {
    const other = rows.get(row.key);
    const gives = other === undefined || !lives(other) || (lives(row) && (hasValues(row) || !hasValues(other)));
    if (gives) rows.set(row.key, row);
  }
  return rows;
}

function hasValues({ state }: LedgerRow): boolean {
  for (const _name in state.attributes) return true;
  return false;
}

function byHandle(things: readonly Observed[]): Map<string, Observed> {
  const found = new Map<string, Observed>();
  for (const thing of things) found.set(thing.handle, thing);
  return found;
}

function livingHandles(ledger: readonly LedgerRow[]): ReadonlySet<string> {
  const handles = new Set<string>();
  for (const row of ledger) if (row.goneAt === null) handles.add(row.handle);
  return handles;
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

/** Made when first asked for: only where a name may have several things does anybody ask. */
function groupsIn(things: readonly Observed[]): Index['theirs'] {
  let groups: ReadonlyMap<string, readonly Observed[]> | null = null;
  return (key) => {
    groups ??= Map.groupBy(things, ({ address }) => address.key);
    return groups.get(key) ?? NONE;
  };
}

const NONE: readonly Observed[] = [];
