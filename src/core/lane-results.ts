/** What the block lane came to, as the rest of the pass needs it. */
import type { LaneResult } from './lane.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';
import { rowAfter } from './record.ts';

/** Ledger rows with what the lane has written. */
export function laneRows(rows: ReadonlyMap<string, LedgerRow>, lane: LaneResult): ReadonlyMap<string, LedgerRow> {
  if (lane.applied.length === 0) return rows;
  const merged = new Map(rows);
  for (const { change, outcome } of lane.applied) {
    if (outcome.status !== 'applied') continue;
    merged.set(outcome.written.handle, rowAfter(change, outcome.written, merged.get(outcome.written.handle) ?? null));
  }
  return merged;
}

/** Two rounds of the lane in one pass, the second over everyone. */
export function mergeLanes(a: LaneResult, b: LaneResult): LaneResult {
  const handles = new Set(a.changes.map((change) => change.handle));
  const said = new Set(b.notices.map(({ kind, text }) => `${kind} ${text}`));
  return {
    changes: [...a.changes, ...b.changes.filter((change) => !handles.has(change.handle))],
    holds: b.holds,
    applied: [...a.applied, ...b.applied],
    notices: [...a.notices.filter(({ kind, text }) => !said.has(`${kind} ${text}`)), ...b.notices],
  };
}

/** Handles of things that the lane should have disabled and did not: nothing else may be done with them before. */
export function leftEnabled(lane: LaneResult): ReadonlySet<string> {
  const failed = lane.applied.flatMap(({ change, outcome }) => (outcome.status === 'applied' ? [] : [change]));
  const held = lane.holds.flatMap((hold) => hold.changes);
  return new Set([...failed, ...held].flatMap(({ handle }) => handle ?? []));
}

/**
 * What the lane has to say besides the diff's notices: who is beyond reach, and every alarm that the diff did not raise itself. What a
 * proven reading does not show either is gone.
 */
export function laneNotices(lane: LaneResult, fromDiff: readonly Notice[]): readonly Notice[] {
  const alarmed = new Set(fromDiff.filter(({ urgent }) => urgent).map(({ person }) => person));
  return lane.notices.filter(
    ({ kind, urgent, person }) => kind === 'unreachable' || (urgent && kind !== 'unverified' && !alarmed.has(person)),
  );
}
