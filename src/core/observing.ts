/** Observing: each system's part of a pass up to its diff, all side by side, so that none waits for another to answer. */
import type { ApplyParts } from './apply.ts';
import type { Beginning } from './beginning.ts';
import type { Spending } from './budget.ts';
import { companions } from './companions.ts';
import type { Wanted } from './desire.ts';
import type { Watch } from './interruptions.ts';
import type { LaneInput } from './lane.ts';
import type { PassReuse } from './pass-reuse.ts';
import type { ApprovedPlan } from './plan.ts';
import type { Reconciler, Session, Store } from './ports.ts';
import type { Recalled } from './recall.ts';
import type { Applied } from './report.ts';
import { keepRecovery } from './settling.ts';
import { type SystemResult, systemPass } from './system-pass.ts';

export interface ObservingParts {
  readonly reconcilers: readonly Reconciler[];
  readonly store: Pick<Store, 'journal' | 'servers'>;
  readonly clock: () => number;
  readonly reuse: PassReuse;
  /** Resolves when a healthy server would have answered; absent: as long as it takes. */
  readonly patience?: () => Promise<void>;
  /** Applies what a lane let through; null: show, do not write. */
  readonly applyLane: ApplyLane | null;
}

export type ApplyLane = (
  plan: ApprovedPlan,
  sessions: ReadonlyMap<string, Session>,
  rows: ApplyParts['ledger'],
) => Promise<readonly Applied[]>;

export interface Observing extends Pick<Beginning, 'early'> {
  readonly want: Wanted;
  readonly recalled: Recalled;
  readonly at: number;
  readonly judge: LaneInput['judge'];
  /** What the lanes let through, of all systems together. */
  readonly spending: Spending;
  readonly laneOnly: boolean;
  /** Whether what recovery and the servers show is written down. */
  readonly keeps: boolean;
  readonly watch: Watch;
}

/** One result per system, in their order. Never throws what a system is at fault for. */
export function observeAll(parts: ObservingParts, observing: Observing): Promise<readonly SystemResult[]> {
  const { want, recalled, early, at, judge, spending, laneOnly, keeps, watch } = observing;
  const { clock, applyLane } = parts;
  const { journal, servers } = parts.store;
  const beside = companions(parts.reconcilers.length, parts.patience);
  return Promise.all(
    parts.reconcilers.map(async (reconciler, nth) => {
      const { system } = reconciler;
      const companion = beside[nth];
      if (companion === undefined) throw new RangeError('a system without a place among the others');
      try {
        return await systemPass({
          reuse: parts.reuse.of(system),
          early: early.get(system) ?? null,
          reconciler,
          model: want.resolution.model,
          at,
          committedAt: want.loaded.committedAt,
          rows: recalled.ledger.get(system) ?? [],
          open: recalled.open.filter((intent) => intent.change.address.system === system),
          judge,
          spending,
          applyLane:
            applyLane === null ? null : (plan, session, rows) => applyLane(plan, new Map([[system, session]]), rows),
          keep: keeps ? (recovery) => keepRecovery({ journal, clock }, reconciler, recovery) : null,
          laneOnly,
          seen: recalled.seen.get(system) ?? [],
          note: keeps ? (server) => servers.put(server) : null,
          companion,
          watch,
        });
      } finally {
        companion.done();
      }
    }),
  );
}
