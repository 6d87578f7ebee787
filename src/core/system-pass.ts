/** One system's part of a pass, up to its finished diff: connect, compare clocks, recover, block lane, proven reading, diff. */
import { type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Model } from '../model/model.ts';
import { isExplicit } from './access.ts';
import { about, reasonsOf } from './case.ts';
import type { Change, Desired } from './change.ts';
import { compareClocks, doubtfulPeople } from './clocks.ts';
import { diff } from './diff.ts';
import { knownFrom } from './known.ts';
import { type LaneInput, type LaneResult, runLane } from './lane.ts';
import type { Notice, ReadSystem } from './plan.ts';
import type { Intent, LedgerRow, Observation, Reconciler, Session } from './ports.ts';
import { rowAfter } from './record.ts';
import { type Recovery, recover } from './recover.ts';

export interface SystemInput {
  readonly reconciler: Reconciler;
  readonly model: Model;
  readonly at: Instant;
  readonly committedAt: Instant | null;
  readonly rows: readonly LedgerRow[];
  readonly open: readonly Intent[];
  readonly judge: LaneInput['judge'];
  readonly applyLane:
    | ((
        plan: Parameters<NonNullable<LaneInput['apply']>>[0],
        session: Session,
      ) => ReturnType<NonNullable<LaneInput['apply']>>)
    | null;
  /** Ends after the lane, which then looks at everyone who should be shut out. */
  readonly laneOnly: boolean;
  /** Writes down what recovery found; null in a dry run. */
  readonly keep: ((recovery: Recovery) => Promise<void>) | null;
}

export interface SystemResult {
  readonly system: string;
  readonly session: Session | null;
  readonly lane: LaneResult;
  /** Bulk changes, without what the lane judged already. */
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  /** Rows as they stand after recovery and acceptance, by handle. */
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly accepted: readonly LedgerRow[];
  readonly read: ReadSystem | null;
  readonly trouble: Trouble | null;
  /** Handles that bear our mark and that no ledger row confirms. */
  readonly unknownMarks: number;
}

const NO_LANE: LaneResult = { changes: [], holds: [], applied: [], notices: [] };

/** Never throws: a system that cannot be reached or proven is left out of the bulk, and says why. */
export async function systemPass(input: SystemInput): Promise<SystemResult> {
  const { reconciler } = input;
  let session: Session | null = null;
  try {
    session = await reconciler.connect();
    return await withSession(input, session);
  } catch (error) {
    return {
      system: reconciler.system,
      session,
      lane: NO_LANE,
      changes: [],
      notices: unreachedPeople(input),
      rows: byHandle(input.rows),
      accepted: [],
      read: null,
      trouble: troubleOf(error),
      unknownMarks: 0,
    };
  }
}

async function withSession(input: SystemInput, session: Session): Promise<SystemResult> {
  const { reconciler, model, at } = input;
  const desired = reconciler.project(model, at);
  const clock = compareClocks(at, await serverClock(session), input.committedAt);
  const doubtful = doubtfulPeople(
    desired,
    clock.alternatives.map((other) => reconciler.project(model, other)),
  );
  const early = await recoverEarly(input, session);
  const state = { desired, doubtful, ...early };
  const lane = await runLane(laneInput(input, session, state, input.laneOnly));
  // The lane has written: its rows must be seen by the diff, and recovery found some as well.
  const rows = laneRows(early.rows, lane);
  if (input.laneOnly)
    return laneResult(reconciler.system, session, lane, rows, [...clock.notices, ...lane.notices], null);
  const observation = await observe(session, desired, rows, early.unsettled);
  if (!('observed' in observation)) {
    const thorough = await runLane(laneInput(input, session, { ...state, rows }, true));
    const merged = merge(lane, thorough);
    const notices = [...clock.notices, ...merged.notices];
    return laneResult(reconciler.system, session, merged, laneRows(rows, thorough), notices, observation);
  }
  return conclude(input, session, state, lane, rows, observation, clock.notices);
}

function laneResult(
  system: string,
  session: Session,
  lane: LaneResult,
  rows: ReadonlyMap<string, LedgerRow>,
  notices: readonly Notice[],
  trouble: Trouble | null,
): SystemResult {
  return { system, session, lane, changes: [], notices, rows, accepted: [], read: null, trouble, unknownMarks: 0 };
}

interface Early {
  readonly rows: ReadonlyMap<string, LedgerRow>;
  readonly unsettled: readonly Intent[];
}

interface LaneState extends Early {
  readonly desired: readonly Desired[];
  readonly doubtful: ReadonlySet<string>;
}

/** Point reads settle most of what a crash left, before anything new is decided. */
async function recoverEarly(input: SystemInput, session: Session): Promise<Early> {
  const rows = byHandle(input.rows);
  if (input.open.length === 0) return { rows, unsettled: [] };
  const wanted = input.open.map(({ change }) => ({ key: change.address.key, handle: change.handle }));
  try {
    const found = await session.reader.lookup(wanted, knownFrom(rows.values(), input.open));
    return await settle(
      input,
      recover(input.open, { server: session.reader.server, found, proven: false, at: input.at }, rows),
      rows,
    );
  } catch {
    // The block lane must not wait for this: it asks other servers, and the bulk reading will fail and say why.
    return { rows, unsettled: input.open };
  }
}

/** Null where the server that took our bind no longer answers: the reading that follows reports it. */
async function serverClock({ reader }: Session): Promise<{ name: string; now: Instant } | null> {
  try {
    return { name: reader.server, now: await reader.now() };
  } catch {
    return null;
  }
}

async function settle(input: SystemInput, recovery: Recovery, rows: ReadonlyMap<string, LedgerRow>): Promise<Early> {
  if (input.keep !== null) await input.keep(recovery);
  const learned = recovery.resolved.flatMap(({ row }) => (row === null ? [] : [[row.handle, row] as const]));
  return { rows: new Map([...rows, ...learned]), unsettled: recovery.unsettled };
}

async function observe(
  session: Session,
  desired: readonly Desired[],
  rows: ReadonlyMap<string, LedgerRow>,
  unsettled: readonly Intent[],
): Promise<Observation | Trouble> {
  try {
    return await session.reader.observe(desired, knownFrom(rows.values(), unsettled));
  } catch (error) {
    return troubleOf(error);
  }
}

async function conclude(
  input: SystemInput,
  session: Session,
  state: LaneState,
  lane: LaneResult,
  rows: ReadonlyMap<string, LedgerRow>,
  observation: Observation,
  clockNotices: readonly Notice[],
): Promise<SystemResult> {
  const { reconciler, at } = input;
  const found = [...observation.observed, ...observation.elsewhere];
  const late = await settle(
    input,
    recover(state.unsettled, { server: observation.server, found, proven: true, at }, rows),
    rows,
  );
  const result = diff({
    desired: state.desired,
    observation,
    ledger: [...late.rows.values()],
    traits: reconciler.traits,
    at,
    doubtful: state.doubtful,
    unsettled: new Set(late.unsettled.map(({ change }) => change.address.key)),
  });
  const judged = new Set(lane.changes.map((change) => change.handle));
  const changes = result.changes.filter((change) => change.kind !== 'disable' || !judged.has(change.handle));
  const ours = observation.observed.filter((one) => one.ownership === 'ours').length;
  const unknownMarks = found.filter((one) => one.attempt !== null && !late.rows.has(one.handle)).length;
  return {
    system: reconciler.system,
    session,
    lane,
    changes,
    notices: [...clockNotices, ...result.notices, ...lane.notices.filter((notice) => notice.kind === 'unreachable')],
    rows: new Map([...late.rows, ...result.accepted.map((row) => [row.handle, row] as const)]),
    accepted: result.accepted,
    read: { system: observation.system, server: observation.server, digest: observation.digest, ours },
    trouble: null,
    unknownMarks,
  };
}

function laneInput(input: SystemInput, main: Session, state: LaneState, thorough: boolean): LaneInput {
  return {
    reconciler: input.reconciler,
    main,
    desired: state.desired,
    rows: [...state.rows.values()],
    known: knownFrom(state.rows.values(), state.unsettled),
    at: input.at,
    doubtful: state.doubtful,
    thorough,
    judge: input.judge,
    apply: input.applyLane,
  };
}

function laneRows(rows: ReadonlyMap<string, LedgerRow>, lane: LaneResult): ReadonlyMap<string, LedgerRow> {
  const merged = new Map(rows);
  for (const { change, outcome } of lane.applied) {
    if (outcome.status !== 'applied') continue;
    merged.set(outcome.written.handle, rowAfter(change, outcome.written, merged.get(outcome.written.handle) ?? null));
  }
  return merged;
}

function merge(a: LaneResult, b: LaneResult): LaneResult {
  const handles = new Set(a.changes.map((change) => change.handle));
  const fresh = b.changes.filter((change) => !handles.has(change.handle));
  return {
    changes: [...a.changes, ...fresh],
    holds: b.holds,
    applied: [...a.applied, ...b.applied],
    notices: [...a.notices, ...b.notices],
  };
}

function byHandle(rows: readonly LedgerRow[]): ReadonlyMap<string, LedgerRow> {
  return new Map(rows.map((row) => [row.handle, row]));
}

/** No server accepts us: whoever should be shut out and is not known to be, is an alert of its own. */
function unreachedPeople({ reconciler, model, at, rows }: SystemInput): Notice[] {
  const done = new Set(rows.filter((row) => !row.state.enabled).map((row) => row.key));
  const ours = new Set(rows.map((row) => row.key));
  const waiting = reconciler
    .project(model, at)
    .filter(
      ({ verdict, address }) => verdict.reasons.some(isExplicit) && !done.has(address.key) && ours.has(address.key),
    );
  return waiting.map((desired) => ({
    ...about(
      desired,
      'unreachable',
      `${desired.person.label} should have no access (${reasonsOf(desired)}), but no server takes the change.`,
      'Disable the account by hand, or restore a server and sync.',
    ),
    urgent: true,
  }));
}
