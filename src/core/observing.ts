/** Observing: each system's part of a pass up to its diff, all side by side, so that none waits for another to answer. */
import { apply } from './apply.ts';
import type { Beginning } from './beginning.ts';
import type { Spending } from './budget.ts';
import { type Companion, companions } from './companions.ts';
import type { Compares } from './comparing.ts';
import type { Wanted } from './desire.ts';
import type { Watch } from './interruptions.ts';
import type { LaneInput } from './lane.ts';
import type { PassReuse } from './pass-reuse.ts';
import type { Reconciler } from './ports.ts';
import type { Recalled } from './recall.ts';
import { keepRecovery } from './settling.ts';
import { type SystemInput, type SystemResult, systemPass } from './system-pass.ts';
import type { Timekeeper } from './timekeeper.ts';
import { applyParts, mandateOf, type WritingParts } from './writing.ts';

export interface ObservingParts extends WritingParts {
  readonly reconcilers: readonly Reconciler[];
  readonly reuse: PassReuse;
  readonly watch: Watch;
  /** Resolves when a healthy server would have answered; absent: as long as it takes. */
  readonly patience?: () => Promise<void>;
}

export interface Observing extends Pick<Beginning, 'early'> {
  readonly run: Timekeeper;
  readonly want: Wanted;
  readonly recalled: Recalled;
  readonly judge: LaneInput['judge'];
  /** What the lanes let through, of all systems together. */
  readonly spending: Spending;
  /** False: show, do not write. */
  readonly writes: boolean;
  /** Whether what is found may be written down in the store. */
  readonly keeps: boolean;
  readonly laneOnly: boolean;
  readonly compares: Compares;
}

/** One result per system, in their order. Never throws what a system is at fault for. */
export function observeAll(parts: ObservingParts, observing: Observing): Promise<readonly SystemResult[]> {
  const beside = companions(parts.reconcilers.length, parts.patience);
  return Promise.all(
    parts.reconcilers.map(async (reconciler, nth) => {
      const companion = beside[nth];
      if (companion === undefined) throw new RangeError('a system without a place among the others');
      try {
        return await systemPass(inputFor(reconciler, companion, parts, observing));
      } finally {
        companion.done();
      }
    }),
  );
}

function inputFor(
  reconciler: Reconciler,
  companion: Companion,
  parts: ObservingParts,
  { run, want, recalled, early, judge, spending, writes, keeps, laneOnly, compares }: Observing,
): SystemInput {
  const { system } = reconciler;
  const { clock, watch } = parts;
  const { journal, servers } = parts.store;
  return {
    reuse: parts.reuse.of(system),
    early: early.get(system) ?? null,
    reconciler,
    model: want.resolution.model,
    at: run.startedAt,
    committedAt: want.loaded.committedAt,
    rows: recalled.ledger.get(system) ?? [],
    open: recalled.open.filter((intent) => intent.change.address.system === system),
    judge,
    spending,
    applyLane: writes
      ? async (plan, session, rowsNow) => {
          const mandate = await mandateOf(parts, run, want, plan);
          return apply(plan, applyParts(parts, run, mandate, new Map([[system, session]]), rowsNow, true));
        }
      : null,
    keep: writes && keeps ? (recovery) => keepRecovery({ journal, clock }, reconciler, recovery) : null,
    laneOnly,
    compares: compares(system),
    seen: recalled.seen.get(system) ?? [],
    note: writes && keeps ? (server) => servers.put(server) : null,
    companion,
    watch,
  };
}
