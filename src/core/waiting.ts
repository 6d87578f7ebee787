/** What waits for a person: read from the report of the last pass, so that it is there at once. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { HeldEntry, Hold, Notice } from './plan.ts';
import type { Store } from './ports.ts';
import type { Applied } from './report.ts';

export interface Waiting {
  readonly format: 1;
  /** Null: no pass has run yet. */
  readonly since: { readonly runId: string; readonly at: Instant; readonly revision: string } | null;
  readonly paused: { readonly by: string; readonly reason: string; readonly at: Instant } | null;
  readonly holds: readonly Hold[];
  readonly heldEntries: readonly HeldEntry[];
  /** Those that ask for something. */
  readonly notices: readonly Notice[];
  readonly failed: readonly Applied[];
  /** Mistakes only, no warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly trouble: readonly Trouble[];
  /** How many of all these there are. */
  readonly count: number;
}

/** Everything in the last pass's report that nobody but a person can move on. */
export async function waitingOf(store: Store): Promise<Waiting> {
  const [report, paused] = await Promise.all([store.reports.latest(), store.orders.paused()]);
  const waiting = {
    holds: report?.holds ?? [],
    heldEntries: report?.plan.heldEntries ?? [],
    notices: report?.plan.notices.filter(({ next }) => next !== null) ?? [],
    failed: report?.applied.filter(({ outcome }) => outcome.status !== 'applied') ?? [],
    diagnostics: report?.diagnostics.filter(({ severity }) => severity === 'error') ?? [],
    trouble: report?.trouble ?? [],
  };
  return {
    format: 1,
    since: report === null ? null : { runId: report.runId, at: report.finishedAt, revision: report.plan.revision },
    paused,
    ...waiting,
    count: Object.values(waiting).reduce((sum, list) => sum + list.length, paused === null ? 0 : 1),
  };
}
