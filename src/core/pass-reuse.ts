/**
 * Reuse between the passes of one process: what is worked out of the very same inputs is not worked out again. A pass that
 * begins with none of it comes to the same.
 */
import { lastResult, steadyList, steadyPick } from '../model/reuse.ts';
import { type Resolve, resolve, resolver } from '../model/validate.ts';
import type { Observed } from './change.ts';
import { type Diff, type DiffInput, diff, differ } from './diff.ts';
import { bearsUnknownMark, knownFrom } from './known.ts';
import type { Intent, Known, LedgerRow, Observation } from './ports.ts';

export interface PassReuse {
  readonly resolve: Resolve;
  of(system: string): SystemReuse;
}

/** Ledger rows by handle. */
export type Rows = ReadonlyMap<string, LedgerRow>;

/** What a pass makes of the ledger and the readings of one system. */
export interface SystemReuse {
  byHandle(rows: readonly LedgerRow[]): Rows;
  inOrder(rows: Rows): readonly LedgerRow[];
  known(rows: Rows, open: readonly Intent[]): Known;
  tally(observation: Observation, rows: Rows): Tally;
  diff(input: DiffInput): Diff;
}

export interface Tally {
  /** Things that are ours. */
  readonly ours: number;
  /** Handles that bear our mark and that no ledger row confirms. */
  readonly unknownMarks: number;
}

/**
 * For as long as somebody keeps it.
 * @param lasting false: for one pass alone, of which nothing is kept but what that pass itself asks for more than once
 */
export function passReuse(lasting = true): PassReuse {
  const systems = new Map<string, SystemReuse>();
  return {
    resolve: lasting ? resolver() : resolve,
    of: (system) => {
      const known = systems.get(system) ?? systemReuse(lasting);
      systems.set(system, known);
      return known;
    },
  };
}

function systemReuse(lasting: boolean): SystemReuse {
  const steadyOpen = steadyList<Intent>();
  const steadyElsewhere = steadyList<Observed>();
  const tally = lastResult(tallier());
  const known = lastResult((rows: Rows, open: readonly Intent[]) => knownFrom(rows.values(), open));
  return {
    byHandle: lastResult((rows: readonly LedgerRow[]) => new Map(rows.map((row) => [row.handle, row]))),
    inOrder: lastResult((rows: Rows) => [...rows.values()]),
    known: (rows, open) => known(rows, steadyOpen(open)),
    tally: ({ observed, elsewhere }, rows) => tally(observed, steadyElsewhere(elsewhere), rows),
    diff: lasting ? differ() : diff,
  };
}

function tallier(): (observed: readonly Observed[], elsewhere: readonly Observed[], rows: Rows) => Tally {
  const unknown = steadyPick(bearsUnknownMark);
  return (observed, elsewhere, rows) => ({
    ours: observed.filter((one) => one.ownership === 'ours').length,
    unknownMarks: unknown(observed, rows).length + elsewhere.filter((one) => bearsUnknownMark(one, rows)).length,
  });
}
