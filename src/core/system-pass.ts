/** One system's part of a pass, up to its finished diff: connect, compare clocks, recover, block lane, proven reading, diff. */
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import type { Spending } from './budget.ts';
import type { Change, Desired } from './change.ts';
import { compareClocks, doubtfulPeople } from './clocks.ts';
import { groupsReadLate } from './coming-back.ts';
import type { Companion } from './companions.ts';
import { confirmed } from './confirming.ts';
import { backRow, type Connected, connectToOne, whileWaited } from './connecting.ts';
import { withHandChanges } from './drift.ts';
import { backTrouble, type Footing, isDoubtful } from './footing.ts';
import type { Gap } from './gap-reasons.ts';
import { gapsIn } from './gaps.ts';
import { interrupted, unlessAborted, type Watch } from './interruptions.ts';
import { type LaneInput, type LaneResult, NO_LANE, runLane } from './lane.ts';
import { laneNotices, laneRows, leftEnabled, mergeLanes } from './lane-results.ts';
import { clearedNotice, type LostWrites, lostWrites, passedOverNotice, withoutLost } from './lost-writes.ts';
import type { Rows, SystemReuse } from './pass-reuse.ts';
import type { ApprovedPlan, Notice, ReadSystem } from './plan.ts';
import type { Intent, LedgerRow, Observation, Reach, Reconciler, Session } from './ports.ts';
import { mayStand } from './reading-again.ts';
import type { Applied } from './report.ts';
import type { SeenServer } from './server-memory.ts';
import { type Keep, type Settling, settle, settleEarly } from './settling.ts';
import { unreachedNotices } from './unverified.ts';

export interface SystemInput {
  readonly reuse: SystemReuse;
  readonly reconciler: Reconciler;
  /** A connection that is being made already; null: none. */
  readonly early: Promise<Connected> | null;
  readonly model: Model;
  readonly at: Instant;
  readonly committedAt: Instant | null;
  readonly rows: readonly LedgerRow[];
  readonly open: readonly Intent[];
  readonly judge: LaneInput['judge'];
  readonly spending: Spending;
  /** Null: show, do not write. */
  readonly applyLane: ((plan: ApprovedPlan, session: Session, rows: Rows) => Promise<readonly Applied[]>) | null;
  /** Ends after the lane, which then looks at everyone who should be shut out. */
  readonly laneOnly: boolean;
  /** Writes down what recovery found. */
  readonly keep: Keep;
  /** How far servers had come. */
  readonly seen: readonly SeenServer[];
  /** Writes down a server that went back in time; null: a dry run. */
  readonly note: ((server: SeenServer) => Promise<void>) | null;
  /** Its place among the other systems of this pass. */
  readonly companion: Companion;
  readonly watch: Watch;
  /** Whether everybody is compared, besides what is to be changed. */
  readonly compares: boolean;
}

export interface SystemResult {
  readonly system: string;
  readonly session: Session | null;
  /** The server that was used, and how far it had come; null: none answered. */
  readonly footing: Footing | null;
  /** Whether nothing that it showed speaks against taking it for the server of today. */
  readonly believed: boolean;
  readonly lane: LaneResult;
  /** Bulk changes, without what the lane judged already. */
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Rows as they stand after recovery and acceptance. */
  readonly rows: Rows;
  readonly accepted: readonly LedgerRow[];
  readonly read: ReadSystem | null;
  readonly trouble: Trouble | null;
  /** Handles that bear our mark and that no ledger row confirms. */
  readonly unknownMarks: number;
  /** Where it is not as the repository says; absent: nobody compared. */
  readonly gaps?: readonly Gap[];
}

/** Never throws: a system that cannot be reached or proven is left out of the bulk, and says why. */
export async function systemPass(input: SystemInput): Promise<SystemResult> {
  const { reconciler } = input;
  const rows = input.reuse.byHandle(input.rows);
  let connected: Connected | null = null;
  try {
    const connecting = input.early ?? connectToOne(reconciler, input.seen, input.at);
    connected = await whileWaited(reconciler.system, connecting, input.companion, input.watch);
    return await withSession(input, connected, rows);
  } catch (error) {
    const trouble = troubleOf(error);
    const desired = reconciler.project(input.model, input.at);
    const alarmed = unreachedNotices(desired, input.rows, reconciler.traits, trouble);
    return partResult(reconciler.system, connected, NO_LANE, rows, alarmed, trouble);
  }
}

/** What is known before anything is decided. */
interface Start extends Settling {
  readonly desired: readonly Desired[];
  readonly doubtful: ReadonlySet<string>;
}

async function withSession(input: SystemInput, connected: Connected, rows: Rows): Promise<SystemResult> {
  const { reconciler, model, at } = input;
  const { session, footing, passedOver } = connected;
  for (const one of [footing, ...passedOver]) {
    const row = backRow(reconciler.system, one, at);
    // Before anything is written there, which moves its counter on.
    if (row !== null) await input.note?.(row);
  }
  const desired = reconciler.project(model, at);
  const clock = compareClocks(at, await serverClock(session), input.committedAt);
  const doubtful = doubtfulPeople(
    desired,
    clock.alternatives.map((other) => reconciler.project(model, other)),
  );
  const early = await settleEarly(input.open, rows, connected, at, input.keep);
  const notices = [...clock.notices, ...passedOver.map(passedOverNotice), ...early.notices];
  const start = { ...early, desired, doubtful, notices };
  const lane = await runLane(laneInput(input, session, start, input.laneOnly));
  // The lane has written: its rows must be seen by the diff, and recovery found some as well.
  const after = { ...start, rows: laneRows(start.rows, lane) };
  const said = [...start.notices, ...lane.notices];
  if (input.laneOnly) return partResult(reconciler.system, connected, lane, after.rows, said, null);
  try {
    return await bulk(input, connected, after, lane);
  } catch (error) {
    return partResult(reconciler.system, connected, lane, after.rows, said, troubleOf(error));
  }
}

async function bulk(input: SystemInput, connected: Connected, start: Start, lane: LaneResult): Promise<SystemResult> {
  const { session, footing } = connected;
  const { watch } = input;
  let observation =
    footing.standing === 'back' ? backTrouble(footing) : await observe(input, session, start, reachOf(footing, start));
  if ('observed' in observation) {
    const { result, contradicted } = await conclude(input, connected, start, lane, observation);
    const known = input.reuse.known(start.rows, start.unsettled);
    const stands = observation.reach === 'full' || !contradicted;
    if (stands && (await mayStand(result.changes, observation, session.reader, known))) return result;
    observation = await observe(input, session, start, 'full');
  }
  if ('observed' in observation) return (await conclude(input, connected, start, lane, observation)).result;
  // There was no time for a second lane either.
  if (watch.came !== null || input.companion.leave.aborted) throw new MusterError(observation);
  // Nobody but the lane will look at those whom the ledger shows disabled already.
  const thorough = await runLane(laneInput(input, session, start, true));
  const merged = mergeLanes(lane, thorough);
  const notices = [...start.notices, ...merged.notices];
  return partResult(input.reconciler.system, connected, merged, laneRows(start.rows, thorough), notices, observation);
}

function partResult(
  system: string,
  connected: Connected | null,
  lane: LaneResult,
  rows: Rows,
  notices: readonly Notice[],
  trouble: Trouble | null,
): SystemResult {
  const { session = null, footing = null } = connected ?? {};
  const believed = footing?.standing === 'steady';
  const nothing = { changes: [], accepted: [], read: null, unknownMarks: 0 };
  return { system, session, footing, believed, lane, notices, rows, trouble, ...nothing };
}

/** Null where the server that took our bind no longer answers: the reading that follows reports it. */
async function serverClock({ reader }: Session): Promise<{ name: string; now: Instant } | null> {
  try {
    return { name: reader.server, now: await reader.now() };
  } catch {
    return null;
  }
}

/** Where anything is in question, everything is read. */
function reachOf({ standing }: Footing, { unsettled }: Start): Reach {
  return standing === 'steady' && unsettled.length === 0 ? 'changes' : 'full';
}

async function observe(
  { reuse, watch }: SystemInput,
  session: Session,
  { desired, rows, unsettled }: Start,
  reach: Reach,
): Promise<Observation | Trouble> {
  const { server } = session.reader;
  try {
    const reading = session.reader.observe(desired, reuse.known(rows, unsettled), reach);
    return await unlessAborted(reading, watch.any, () => interrupted(server, watch.came ?? 'stop'));
  } catch (error) {
    return troubleOf(error);
  }
}

async function conclude(
  input: SystemInput,
  { session, footing }: Connected,
  start: Start,
  lane: LaneResult,
  observation: Observation,
): Promise<{ readonly result: SystemResult; readonly contradicted: boolean }> {
  const { reconciler, at, keep, reuse } = input;
  const doubtful = isDoubtful(footing);
  const { system, server, digest, observed, elsewhere } = observation;
  const found = [...observed, ...elsewhere];
  const late = await settle(
    start.unsettled,
    start.rows,
    { server, found, proven: true, doubtful, at },
    keep,
    session.reader,
  );
  const lost: LostWrites = doubtful ? lostWrites(late.rows.values(), found, observation.gone) : new Map();
  const question = {
    desired: start.desired,
    observation,
    ledger: reuse.inOrder(late.rows),
    traits: reconciler.traits,
    at,
    doubtful: start.doubtful,
    unsettled: new Set(late.unsettled.map(({ change }) => change.address.key)),
  };
  const whole = reuse.diff(question);
  const toldOf = await withHandChanges(whole, session.reader, input.model, reconciler.traits);
  const judged = withoutLost(toldOf, lost, start.desired, footing);
  const known = reuse.known(late.rows, late.unsettled);
  const { accepted, contradicted } = await confirmed(judged.accepted, late.rows, session.reader, known);
  const rows = withRows(late.rows, accepted);
  const learned = await groupsReadLate(rows.values(), session.reader, at);
  const cleared = doubtful && lost.size === 0 && footing.standing !== 'elsewhere' ? [clearedNotice(footing)] : [];
  const { ours, unknownMarks } = reuse.tally(observation, late.rows);
  const result: SystemResult = {
    system: reconciler.system,
    session,
    footing,
    believed: lost.size === 0,
    lane,
    changes: withoutJudged(judged.changes, lane),
    notices: [
      ...[...start.notices, ...late.notices, ...cleared, ...(observation.notices ?? []), ...judged.notices],
      ...laneNotices(lane, judged.notices),
    ],
    rows: withRows(rows, learned),
    // The later of two rows of one thing is the one that is kept.
    accepted: [...accepted, ...learned],
    read: { system, server, digest, ours, ...thingIn(reconciler) },
    trouble: null,
    unknownMarks,
    ...(input.compares ? { gaps: gapsIn(question) } : {}),
  };
  return { result, contradicted };
}

function thingIn({ traits: { thing } }: Reconciler): Pick<ReadSystem, 'thing'> {
  return thing.kind === 'account' ? {} : { thing: thing.kind };
}

/** What the lane judged is not judged again, and whom it could not shut out gets nothing else either. */
function withoutJudged(changes: readonly Change[], lane: LaneResult): readonly Change[] {
  const judged = new Set(lane.changes.map((change) => change.handle));
  const waiting = leftEnabled(lane);
  return changes.filter(
    ({ kind, handle, effect }) =>
      !(kind === 'disable' && judged.has(handle)) && !(handle !== null && effect !== 'takes' && waiting.has(handle)),
  );
}

function laneInput(
  input: SystemInput,
  main: Session,
  { desired, doubtful, rows, unsettled }: Start,
  thorough: boolean,
): LaneInput {
  const { reconciler, at, judge, spending, applyLane, reuse } = input;
  return {
    reconciler,
    main,
    desired,
    rows: reuse.inOrder(rows),
    known: reuse.known(rows, unsettled),
    at,
    doubtful,
    thorough,
    judge,
    spending,
    apply: applyLane === null ? null : (plan, session) => applyLane(plan, session, rows),
  };
}

function withRows(rows: Rows, changed: readonly LedgerRow[]): Rows {
  return changed.length === 0 ? rows : new Map([...rows, ...changed.map((row) => [row.handle, row] as const)]);
}
