/** What a pass hands to `apply`: the mandate of its changes, and the parts to write with. */
import type { ApplyParts } from './apply.ts';
import type { Wanted } from './desire.ts';
import type { Watch } from './interruptions.ts';
import { type LineAuthors, type Lines, originsOf, type RunMandate } from './mandate.ts';
import type { ApprovedPlan } from './plan.ts';
import type { Clock, Session, Store } from './ports.ts';
import type { Timekeeper } from './timekeeper.ts';

export interface WritingParts {
  readonly settings: { readonly concurrency: number };
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly progress: (step: string, done: number, total: number | null) => void;
  /** Absent: no history tells who wrote a line. */
  readonly lineAuthors?: LineAuthors;
  readonly run: Timekeeper;
  readonly watch: Watch;
}

/** The last good documents alone have no history at hand, and whoever acts on them does not wait for one. */
export async function mandateOf(
  { lineAuthors, run }: WritingParts,
  want: Wanted,
  { changes }: ApprovedPlan,
): Promise<RunMandate> {
  const { revision, commit = null } = want.loaded;
  const known = lineAuthors !== undefined && commit !== null;
  const origins = originsOf(changes.map(({ change }) => change));
  const lines: Lines = known && origins.length > 0 ? await lineAuthors(origins, revision) : new Map();
  return { trigger: run.trigger, revision, commit, orders: want.resolution.model.operatorBlocks, lines };
}

export function applyParts(
  parts: WritingParts,
  mandate: RunMandate,
  sessions: ReadonlyMap<string, Session>,
  ledger: ApplyParts['ledger'],
  lane: boolean,
): ApplyParts {
  return {
    runId: parts.run.runId,
    mandate,
    journal: parts.store.journal,
    sessions,
    ledger,
    clock: parts.clock,
    newId: parts.newId,
    concurrency: parts.settings.concurrency,
    lane,
    renewLease: () => parts.store.lease.renew(),
    progress: (done, total) => parts.progress(lane ? 'blocking' : 'applying', done, total),
    hindrance: () => parts.watch.hindrance(lane),
  };
}
