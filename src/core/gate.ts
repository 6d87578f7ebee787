/** The gate: counts people per class against the limits, holds what is over, and alone makes an ApprovedPlan. */
import type { Instant } from '../model/document.ts';
import { overBlockLimit, overClassLimit, type Used } from './budget.ts';
import { CHANGE_CLASSES, type Change, type ChangeClass, digestOf, fingerprint } from './change.ts';
import type { Limits } from './limits.ts';
import { type ApprovedPlan, type Gated, type Hold, peopleIn } from './plan.ts';
import type { Approval, Track } from './ports.ts';

/** The same change made this often within a day is a tug of war, not a reconciliation. */
const FLAPS_MAX = 3;
/** First wait after a failure, doubled with each further one. */
const BACKOFF_FIRST_MS = 5 * 60_000;
/** The longest wait: a mended object is noticed within a working morning. */
const BACKOFF_LONGEST_MS = 6 * 3_600_000;

export interface GateInput {
  readonly revision: string;
  /** Of one pass, across all systems, in plan order. */
  readonly changes: readonly Change[];
  readonly limits: Limits;
  /** What the last 24 hours used up, approved changes left out. */
  readonly used: Used;
  /** Things that are ours, by system, in the last proven read. */
  readonly ours: ReadonlyMap<string, number>;
  readonly approvals: readonly Approval[];
  readonly tracks: ReadonlyMap<string, Track>;
  readonly at: Instant;
  readonly paused: { readonly by: string; readonly reason: string } | null;
  readonly storeLost: boolean;
  /** True for a pass that nobody asked for by hand: failures are retried with growing waits. */
  readonly patient: boolean;
}

/** Judges a finished plan. Every change comes out exactly once: approved, or in one hold. */
export function gate(input: GateInput): Gated {
  const approvedPrints = new Set(input.approvals.flatMap((approval) => approval.fingerprints));
  const prints = new Map(input.changes.map((change) => [change, fingerprint(change)]));
  const isApproved = (change: Change) => approvedPrints.has(prints.get(change) ?? '');
  const holds: Hold[] = [];
  let rest = [...input.changes];
  const hold = (
    rule: Hold['rule'],
    picked: readonly Change[],
    because: string,
    release: string,
    approvable: boolean,
  ) => {
    if (picked.length === 0) return;
    const chosen = new Set(picked);
    rest = rest.filter((change) => !chosen.has(change));
    holds.push({ rule, because, release, digest: approvable ? digestOf(picked) : null, changes: picked });
  };
  if (input.storeLost) {
    hold(
      'store-lost',
      rest,
      "accounts bear Muster's mark, but its ledger is empty: its database was lost or is the wrong one.",
      'Check "store" in the configuration; if the database is really lost, run "muster ledger rebuild".',
      false,
    );
  }
  if (input.paused !== null) {
    hold('paused', rest, `${input.paused.by} paused Muster: ${input.paused.reason}`, 'Run "muster resume".', false);
  }
  hold(
    'clock',
    rest.filter((change) => change.dated && !isApproved(change)),
    'the clocks disagree, and on this date-bound change they lead to different results.',
    'Mend the clock of this machine or of the directory server.',
    true,
  );
  holdTroubled(input, () => rest, isApproved, prints, hold);
  holdOverLimits(input, () => rest, isApproved, hold);
  const approved = rest.map((change) => ({ change, approved: isApproved(change) }));
  // The one place where the brand is given: everything above decided what may pass.
  return { approved: { revision: input.revision, changes: approved } as unknown as ApprovedPlan, holds };
}

type HoldCall = (
  rule: Hold['rule'],
  picked: readonly Change[],
  because: string,
  release: string,
  approvable: boolean,
) => void;

/** Tugs of war and objects that keep failing: isolated, so that the others go on. What takes away is never held back here. */
function holdTroubled(
  input: GateInput,
  rest: () => readonly Change[],
  isApproved: (change: Change) => boolean,
  prints: ReadonlyMap<Change, string>,
  hold: HoldCall,
): void {
  const trackOf = (change: Change) => input.tracks.get(prints.get(change) ?? '');
  const open = rest().filter((change) => change.effect !== 'takes' && !isApproved(change));
  hold(
    'flapping',
    open.filter((change) => (trackOf(change)?.applied ?? 0) >= FLAPS_MAX),
    `the same change was made ${FLAPS_MAX} times within a day and was undone each time.`,
    'Find who or what changes it back; approve to have Muster write it again.',
    true,
  );
  if (!input.patient) return;
  for (const change of open) {
    const track = trackOf(change);
    if (track === undefined || track.failures === 0 || track.lastFailedAt === null) continue;
    const waitMs = Math.min(BACKOFF_FIRST_MS * 2 ** (track.failures - 1), BACKOFF_LONGEST_MS);
    const again = track.lastFailedAt + waitMs;
    if (again <= input.at) continue;
    hold(
      'failing',
      [change],
      `it failed ${track.failures} times in a row.`,
      `It is tried again at ${new Date(again).toISOString()}; "muster sync" tries it now.`,
      false,
    );
  }
}

function holdOverLimits(
  input: GateInput,
  rest: () => readonly Change[],
  isApproved: (change: Change) => boolean,
  hold: HoldCall,
): void {
  const { limits, used, ours } = input;
  const countable = () => rest().filter((change) => !isApproved(change));
  for (const rule of CHANGE_CLASSES) {
    const inClass = countable().filter((change) => change.classes.includes(rule));
    if (inClass.length === 0 || rule === 'adopt') continue;
    if (rule === 'block' || rule === 'lift') {
      for (const over of overBlockLimit(rule, inClass, limits[rule], used)) {
        holdClass(rule, over.changes, over.because, countable(), hold);
      }
      continue;
    }
    const population = Math.max(0, ...inClass.map((change) => ours.get(change.address.system) ?? 0));
    const because = overClassLimit(rule, inClass, limits[rule], limits.always, population, used);
    if (because !== null) holdClass(rule, inClass, because, countable(), hold);
  }
}

/** A class over its limit is held with whatever else is planned for the same people, unless that takes away. */
function holdClass(
  rule: ChangeClass,
  over: readonly Change[],
  because: string,
  all: readonly Change[],
  hold: HoldCall,
): void {
  const people = peopleIn(over);
  const chosen = new Set(over);
  const picked = all.filter(
    (change) =>
      chosen.has(change) ||
      (people.has(change.person.key) && change.effect !== 'takes' && !change.classes.includes('block')),
  );
  hold(
    rule,
    picked,
    because,
    `Look at them, then run "muster approve ${digestOf(picked).slice(0, 12)} --reason …".`,
    true,
  );
}
