/** The gate: counts people per class against the limits, holds what is over, and alone makes an ApprovedPlan. */
import type { Instant } from '../model/document.ts';
import { overBlockLimit, overClassLimit, type Share, type Used } from './budget.ts';
import { CHANGE_CLASSES, type Change, type ChangeClass, digestOf, effortOf, fingerprint, isAgain } from './change.ts';
import type { Limits } from './limits.ts';
import type { Operator } from './mandate.ts';
import { type Observing, unknownModeWords } from './modes.ts';
import { type ApprovedPlan, type Gated, type Hold, peopleIn } from './plan.ts';
import type { Approval, Spent, Track } from './ports.ts';
import type { StoreDoubt } from './restored.ts';
import { namesOf, type SealInForce, unshown } from './seals-in-force.ts';
import { thingOf } from './thing.ts';
import { tugsOfWar } from './tugs-of-war.ts';

/** Enough of a digest to name one hold among thousands, short enough to be typed. */
const DIGEST_DIGITS_SHOWN = 12;
/** First wait, after the second failure in a row (a crash alone is no reason to wait); doubled with each further one. */
const BACKOFF_FIRST_MS = 5 * 60_000;
/** The longest wait: a mended object is noticed within a working morning. */
const BACKOFF_LONGEST_MS = 6 * 3_600_000;

export interface GateInput {
  readonly revision: string;
  /** Of one pass, across all systems, in plan order. */
  readonly changes: readonly Change[];
  readonly limits: Limits;
  /** What the last 24 hours before this run used up, approved changes left out. */
  readonly used: Used;
  /** What an earlier gate of this very run let through: the block lane's people count as well. */
  readonly earlier: Used;
  /** Things that are ours, by system, in the last proven read. */
  readonly ours: ReadonlyMap<string, number>;
  readonly approvals: readonly Approval[];
  /** What approvals have let through already, and when: what is to be done once more needs another. */
  readonly spent: readonly Spent[];
  readonly tracks: ReadonlyMap<string, Track>;
  readonly at: Instant;
  readonly paused: { readonly by: string; readonly reason: string } | null;
  readonly storeLost: boolean;
  /** Why the store can't be taken for the one of before; absent: it can. */
  readonly restored?: StoreDoubt;
  /** Who is only observed; null or absent: nobody. */
  readonly observing?: Observing | null;
  /** True for a pass that nobody asked for by hand: failures are retried with growing waits. */
  readonly patient: boolean;
  /** What reviews showed of merges that are being applied; absent: nothing was reviewed. */
  readonly seals?: readonly SealInForce[];
}

/** Judges a finished plan. Every change comes out exactly once: approved, in one hold, or only observed. */
export function gate(given: GateInput): Gated {
  const { input, observed } = withoutObserved(given);
  const approved = approvedAmong(input);
  const isApproved = (change: Change) => approved.has(change);
  const tracks = tracksOf(input);
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
    const digest = approvable ? digestOf(picked) : null;
    const command = `muster approve ${digest?.slice(0, DIGEST_DIGITS_SHOWN)} --reason …`;
    holds.push({ rule, because, release: release.replace('APPROVE', `"${command}"`), digest, changes: picked });
  };
  if (input.restored !== undefined) hold('restored', rest, input.restored.because, input.restored.release, false);
  if (input.storeLost) {
    hold(
      'store-lost',
      rest,
      "accounts bear Muster's mark, but its ledger is empty: its database was lost or is the wrong one.",
      'Check "store" in the configuration; if the database is really lost, run "muster ledger rebuild".',
      false,
    );
  }
  holdMisnamed(input, rest, hold);
  if (input.paused !== null) {
    // Who was blocked and is found enabled is shut out again all the same.
    const pausable = withoutBlocks(rest);
    hold('paused', pausable, `${input.paused.by} paused Muster: ${input.paused.reason}`, 'Run "muster resume".', false);
  }
  hold(
    'clock',
    rest.filter((change) => change.dated && !isApproved(change)),
    'the clocks disagree, with each other or with what was done already, and on this date-bound change they lead to different results.',
    'Mend the clock of this machine or of the directory server; if these are right all the same, run APPROVE.',
    true,
  );
  holdUnreviewed(input, rest, isApproved, hold);
  const surprised = peopleSurprised(input);
  hold(
    'differs',
    rest.filter((change) => surprised.has(change.person.key) && !isApproved(change) && mayWait(change)),
    'these people are in an approved plan, but what would happen to them now is not what was approved.',
    'Look at them, then run APPROVE.',
    true,
  );
  holdTroubled(input, rest, isApproved, tracks, hold);
  holdOverLimits(input, () => rest, isApproved, hold);
  // What failed before comes last: a write that makes the server fall silent must not keep the others from it for ever.
  const troubled = (change: Change) => (tracks.get(change)?.failures ?? 0) > 0;
  const inOrder = [...rest.filter((change) => !troubled(change)), ...rest.filter(troubled)];
  const changes = inOrder.map((change) => ({
    change,
    approved: isApproved(change),
    approver: approved.get(change) ?? null,
  }));
  // The one place where the brand is given: everything above decided what may pass.
  return { approved: { revision: input.revision, changes } as unknown as ApprovedPlan, holds, observed };
}

/** Those who are only observed use up no limit and wait for nobody: whatever is said of them, nothing of theirs is written. */
function withoutObserved(given: GateInput): { readonly input: GateInput; readonly observed: readonly Change[] } {
  const { observing = null, changes } = given;
  if (observing === null) return { input: given, observed: [] };
  const isObserved = ({ person }: Change) => observing.isObserved(person.key);
  const input = { ...given, changes: changes.filter((change) => !isObserved(change)) };
  return { input, observed: changes.filter(isObserved) };
}

function withoutBlocks(changes: readonly Change[]): readonly Change[] {
  return changes.filter((change) => !change.classes.includes('block'));
}

/** Approvals without those that were given in advance for a date that has not come. */
function countingNow({ approvals, at }: Pick<GateInput, 'approvals' | 'at'>): readonly Approval[] {
  return approvals.filter(({ from }) => from === undefined || from <= at);
}

/** Those that an unspent approval names, with who gave it, and those that are ordered. Hashing costs more than all else here, so nothing is hashed for nobody. */
function approvedAmong({ changes, spent, ...input }: GateInput): ReadonlyMap<Change, Operator | null> {
  const latest = new Map<string, Approval>();
  for (const approval of countingNow(input)) {
    for (const print of approval.fingerprints) {
      if (approval.at >= (latest.get(print)?.at ?? approval.at)) latest.set(print, approval);
    }
  }
  const spentAt = new Map(spent.map(({ effort, at }) => [effort, at]));
  const approved = new Map<Change, Operator | null>();
  for (const change of changes) {
    const named = latest.size === 0 ? undefined : latest.get(fingerprint(change));
    const counts = named !== undefined && (spentAt.get(effortOf(change)) ?? Number.NEGATIVE_INFINITY) < named.at;
    if (counts) approved.set(change, { by: named.by, reason: named.reason });
    else if (isOrdered(change)) approved.set(change, null);
  }
  return approved;
}

/** People of an approval that has not reached them yet: whatever is planned for them now, somebody looked at something else. */
function peopleSurprised({ spent, ...input }: GateInput): ReadonlySet<string> {
  const reached = new Map<string, Instant>();
  for (const { person, at } of spent) reached.set(person, Math.max(at, reached.get(person) ?? at));
  const isWaiting = (person: string, at: Instant) => (reached.get(person) ?? Number.NEGATIVE_INFINITY) < at;
  return new Set(countingNow(input).flatMap(({ people, at }) => people.filter((person) => isWaiting(person, at))));
}

/** What takes access away never waits for what else is planned for the same person. */
function mayWait(change: Change): boolean {
  return change.effect !== 'takes' && !change.classes.includes('block');
}

function tracksOf({ changes, tracks }: GateInput): ReadonlyMap<Change, Track | undefined> {
  if (tracks.size === 0) return new Map();
  return new Map(changes.map((change) => [change, tracks.get(effortOf(change))]));
}

/** Blocked by an operator from the command line: the order is the approval. */
function isOrdered(change: Change): boolean {
  return change.kind === 'disable' && change.cause.kind === 'operator-blocked';
}

type HoldCall = (
  rule: Hold['rule'],
  picked: readonly Change[],
  because: string,
  release: string,
  approvable: boolean,
) => void;

/** Whom a mode under a wrong key was to keep from being written, nobody knows. */
function holdMisnamed({ observing }: GateInput, rest: readonly Change[], hold: HoldCall): void {
  const { unknown = [] } = observing ?? {};
  if (unknown.length === 0) return;
  const { because, release } = unknownModeWords(unknown);
  hold('modes', withoutBlocks(rest), because, release, false);
}

/** What takes more from people than was shown to whoever approved the merge. */
function holdUnreviewed(
  { seals = [] }: GateInput,
  rest: readonly Change[],
  isApproved: (change: Change) => boolean,
  hold: HoldCall,
): void {
  const picked = unshown(seals, rest).filter((change) => !isApproved(change));
  const because = `the review of ${namesOf(seals)} did not show that these people lose anything: what it was worked out from has changed since.`;
  hold('unreviewed', picked, because, 'Look at them, then run APPROVE.', true);
}

/** Tugs of war and objects that keep failing: isolated, so that the others go on. What takes away is never held back here. */
function holdTroubled(
  input: GateInput,
  rest: readonly Change[],
  isApproved: (change: Change) => boolean,
  tracks: ReadonlyMap<Change, Track | undefined>,
  hold: HoldCall,
): void {
  const open = rest.filter((change) => change.effect !== 'takes' && change.kind !== 'disable' && !isApproved(change));
  const tugs = tugsOfWar(open, input.tracks);
  for (const { changes, because, release } of tugs) hold('flapping', changes, because, release, true);
  if (!input.patient) return;
  const tugged = new Set(tugs.flatMap(({ changes }) => changes));
  for (const change of open) {
    const track = tracks.get(change);
    if (track === undefined || track.failures < 2 || track.lastFailedAt === null || tugged.has(change)) continue;
    const waitMs = Math.min(BACKOFF_FIRST_MS * 2 ** (track.failures - 2), BACKOFF_LONGEST_MS);
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
  const { limits, used, earlier } = input;
  const countable = () => rest().filter((change) => !isApproved(change) && !isAgain(change));
  for (const rule of CHANGE_CLASSES) {
    const inClass = countable().filter((change) => change.classes.includes(rule));
    if (inClass.length === 0 || rule === 'adopt') continue;
    if (rule === 'block' || rule === 'lift') {
      for (const over of overBlockLimit(rule, inClass, limits[rule], { used, earlier })) {
        holdClass(rule, over.changes, over.because, countable(), hold);
      }
      continue;
    }
    const shares = sharesOf(inClass, input);
    const because = overClassLimit(rule, inClass, limits[rule], limits.always, shares, { used, earlier });
    if (because !== null) holdClass(rule, inClass, because, countable(), hold);
  }
}

function sharesOf(changes: readonly Change[], { ours }: Pick<GateInput, 'ours'>): readonly Share[] {
  const bySystem = Map.groupBy(changes, ({ address }) => address.system);
  return [...bySystem].map(([system, some]) => {
    const [, called] = thingOf(some[0]?.address.kind).counted;
    return { changes: some, ours: ours.get(system) ?? 0, called };
  });
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
  const picked = all.filter((change) => chosen.has(change) || (people.has(change.person.key) && mayWait(change)));
  hold(rule, picked, because, 'Look at them, then run APPROVE.', true);
}
