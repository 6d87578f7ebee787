/** Observing: each system's part of a pass up to its diff, all side by side, so that none waits for another to answer. */
import { type ApplyParts, apply } from './apply.ts';
import type { Spending } from './budget.ts';
import { companions } from './companions.ts';
import type { Desire } from './desire.ts';
import type { Watch } from './interruptions.ts';
import type { LaneInput } from './lane.ts';
import type { PassReuse } from './pass-reuse.ts';
import type { Reconciler, Session, Store } from './ports.ts';
import type { Recalled } from './recall.ts';
import { keepRecovery } from './settling.ts';
import { type SystemResult, systemPass } from './system-pass.ts';

export interface ObservingParts {
  readonly reconcilers: readonly Reconciler[];
  readonly store: Pick<Store, 'journal' | 'servers'>;
  readonly clock: () => number;
  readonly reuse: PassReuse;
  /** Resolves when a healthy server would have answered; absent: as long as it takes. */
  readonly patience?: () => Promise<void>;
  /** What the lanes need to write; null: show, do not write. */
  readonly laneParts: ((session: ReadonlyMap<string, Session>, rows: ApplyParts['ledger']) => ApplyParts) | null;
}

export interface Observing {
  readonly want: Desire;
  readonly recalled: Recalled;
  readonly at: number;
  readonly judge: LaneInput['judge'];
  /** What the lanes let through, of all systems together. */
  readonly spending: Spending;
  readonly laneOnly: boolean;
  readonly watch: Watch;
}

/** One result per system, in their order. Never throws what a system is at fault for. */
export function observeAll(parts: ObservingParts, observing: Observing): Promise<readonly SystemResult[]> {
  const { want, recalled, at, judge, spending, laneOnly, watch } = observing;
  const { clock, laneParts } = parts;
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
          reconciler,
          model: want.resolution.model,
          at,
          committedAt: want.loaded.committedAt,
          rows: recalled.ledger.get(system) ?? [],
          open: recalled.open.filter((intent) => intent.change.address.system === system),
          judge,
          spending,
          applyLane:
            laneParts === null
              ? null
              : (plan, session, rows) => apply(plan, laneParts(new Map([[system, session]]), rows)),
          keep: laneParts === null ? null : (recovery) => keepRecovery({ journal, clock }, reconciler, recovery),
          laneOnly,
          seen: recalled.seen.get(system) ?? [],
          note: laneParts === null ? null : (server) => servers.put(server),
          companion,
          watch,
        });
      } finally {
        companion.done();
      }
    }),
  );
}
