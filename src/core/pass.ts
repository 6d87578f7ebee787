/** One pass: the whole run on one page, in order. */
import { MusterError } from '../errors.ts';
import type { AgreementMemory } from './agreement.ts';
import { alarms, modeNotices } from './alarms.ts';
import { apply } from './apply.ts';
import type { HeldRevisions } from './approval/held.ts';
import { attendToTasks, NO_TASKS } from './attending.ts';
import { beginPass } from './beginning.ts';
import { Spending } from './budget.ts';
import { closeAll, giveBack } from './closing.ts';
import { withForecast } from './coming.ts';
import { agreementOf, keepAgreement, systemsToCompare } from './comparing.ts';
import type { Wanted } from './desire.ts';
import { groundIn, withGround } from './grounds.ts';
import { type Interruptions, NO_INTERRUPTIONS, Watch } from './interruptions.ts';
import type { Limits } from './limits.ts';
import type { LineAuthors } from './mandate.ts';
import { type ModeSettings, observingOf, runMode } from './modes.ts';
import { observeAll } from './observing.ts';
import { pauseNotices, settleWrittenOrders } from './orders.ts';
import { type PassReuse, passReuse } from './pass-reuse.ts';
import type { Gated } from './plan.ts';
import { judge, limitsOf, planOf } from './planning.ts';
import type { Clock, Reconciler, Repository, Session, Store } from './ports.ts';
import { readBack } from './read-back.ts';
import { settleShutOuts } from './reading-shut-outs.ts';
import { rememberServers } from './remember-servers.ts';
import type { Applied, Report } from './report.ts';
import { doubtOfStore, type HeadFile, restoredNotice, type StoreDoubt } from './restored.ts';
import { recordedRun } from './run-record.ts';
import type { Seals } from './seal.ts';
import { settleSeals } from './seal-outcome.ts';
import type { ShutOutMemory } from './shut-out-memory.ts';
import type { SystemResult } from './system-pass.ts';
import type { ByHand } from './tasks.ts';
import { Timekeeper } from './timekeeper.ts';
import { applyParts, mandateOf } from './writing.ts';

export interface PassSettings extends ModeSettings {
  readonly timeZone: string;
  readonly limits: Limits;
  /** Changes in flight at once. */
  readonly concurrency: number;
}

/** Tells a person at a terminal how far long work has come; `total` null: not known. */
export type Progress = (step: string, done: number, total: number | null) => void;

export interface PassParts {
  readonly settings: PassSettings;
  readonly repository: Repository;
  readonly reconcilers: readonly Reconciler[];
  readonly store: Store;
  readonly clock: Clock;
  /** Fresh ids for runs and attempts. */
  readonly newId: () => string;
  readonly progress: Progress;
  /** What people do by hand; absent: nothing. */
  readonly tasks?: ByHand;
  /** Where it is kept who was read as shut out; absent: nowhere. */
  readonly shutOuts?: ShutOutMemory;
  /** Where it is kept what reviews showed; absent: nowhere. */
  readonly seals?: Seals;
  /** Where it is kept which revision is held because it is not approved; absent: nowhere. */
  readonly heldRevisions?: HeldRevisions;
  /** Where it is kept how far systems are as the repository says; absent: nowhere. */
  readonly agreement?: AgreementMemory;
  /** Absent: no history tells who wrote a line. */
  readonly lineAuthors?: LineAuthors;
  /** Where the head of the audit chain is kept as well; absent: nowhere. */
  readonly headFile?: HeadFile;
  /** What earlier passes of this process worked out; absent: every pass begins with nothing. */
  readonly reuse?: PassReuse;
  /** What a pass does not keep waiting; absent: nothing. */
  readonly interruptions?: Interruptions;
  /** Resolves when a healthy server would have answered: other systems wait so long for one. Absent: as long as it takes. */
  readonly patience?: () => Promise<void>;
}

export interface PassRequest {
  /** What set it off: `command`, `schedule`, `push`, `due`. */
  readonly trigger: string;
  /** True for `plan`: reads everything, writes nothing. */
  readonly dryRun: boolean;
  /** True after an operator's block: nothing but the block lane. */
  readonly laneOnly?: boolean;
  /** Looks so many days ahead as well; costs one look at everybody. */
  readonly forecastDays?: number;
  /** Compares every system with the repository, and names everybody; of itself a pass does it once a day. */
  readonly compares?: boolean;
  /** True where the last good documents will do, so that nothing waits for the repository. */
  readonly remembered?: boolean;
}

/** Throws MusterError only when it may not begin (another process is writing); all else is in the Report. */
export async function pass(parts: PassParts, request: PassRequest): Promise<Report> {
  const run = begin(parts, request);
  if (request.dryRun) return perform(parts, request, run, await doubtOfStore(parts));
  return underLease(parts.store, request.trigger, () =>
    recordedRun(parts, request.laneOnly === true, run, (restored) => perform(parts, request, run, restored)),
  );
}

/**
 * The block lane alone, for an operator's block: needs no proven reading, takes in no revision, waits for nothing else.
 * With `remembered` it does not even ask the repository, which may hang.
 */
export async function passLane(parts: PassParts, what: string, remembered: boolean): Promise<Report> {
  const request = { trigger: 'command', dryRun: false, laneOnly: true, remembered };
  const run = begin(parts, request);
  return underLease(parts.store, what, () =>
    recordedRun(parts, true, run, (restored) => perform(parts, request, run, restored)),
  );
}

function begin(parts: PassParts, { trigger, dryRun }: PassRequest): Timekeeper {
  const { newId, clock, progress } = parts;
  const onStep = (name: string) => progress(name, 0, null);
  return new Timekeeper({ runId: newId(), trigger, modes: parts.settings, dryRun, clock, onStep });
}

/** @param restored why the store can't be taken for the one of before: then the lane alone writes, and nothing is learned. */
async function perform(
  parts: PassParts,
  request: PassRequest,
  run: Timekeeper,
  restored: StoreDoubt | null,
): Promise<Report> {
  // Who only looks keeps nobody waiting, and the lane is what others give way to.
  const heeds = !request.dryRun && request.laneOnly !== true;
  const watch = new Watch((heeds ? parts.interruptions : undefined) ?? NO_INTERRUPTIONS);
  try {
    return await performWatched({ ...parts, watch }, request, run, restored);
  } finally {
    watch.end();
  }
}

interface Watched extends PassParts {
  readonly watch: Watch;
}

async function performWatched(
  parts: Watched,
  request: PassRequest,
  run: Timekeeper,
  restored: StoreDoubt | null,
): Promise<Report> {
  const { watch } = parts;
  const writes = !request.dryRun && runMode(parts.settings) === 'enforce';
  const { reuse = passReuse(false) } = parts;
  const wholePass = !request.dryRun && request.laneOnly !== true;
  const learns = wholePass && restored === null;
  const { want, recalled, early } = await beginPass(
    { ...parts, reuse },
    { ...request, learns, signal: watch.any },
    run,
  );
  const asked = request.compares === true;
  const compares = await systemsToCompare(parts, { asked, keeps: learns, at: run.startedAt });
  const spending = new Spending();
  const observed = await run.step('observe', () =>
    observeAll(
      { ...parts, reuse },
      {
        ...{ run, want, recalled, early, spending, writes },
        keeps: restored === null,
        judge: limitsOf(parts, run, want, recalled),
        laneOnly: request.laneOnly === true,
        compares,
      },
    ),
  );
  const systems = withGround(parts.reconcilers, observed);
  try {
    const plan = planOf(parts, run, want, systems);
    const gated = judge(parts, request, run, want, recalled, restored, systems, spending);
    if (learns && writes) await run.step('accept', () => accept(parts, run, want, systems));
    const bulk = writes ? await run.step('apply', () => applyAll(parts, run, want, gated, systems)) : [];
    const applied = [...systems.flatMap((system) => system.lane.applied), ...bulk];
    if (writes && restored === null) await rememberServers(parts.store, run.startedAt, systems, applied);
    const reads = writes && !watch.stop.aborted;
    const unconfirmed = reads ? await run.step('read-back', () => readBack(applied, sessionsOf(systems))) : [];
    if (learns && watch.came === null) await settleShutOuts(parts, want.resolution.model, plan);
    if (learns && writes) await settleWrittenOrders(parts.store, want.resolution.model, run.startedAt);
    const keeps = learns && writes && watch.came === null && recalled.paused === null;
    const byHand =
      request.laneOnly === true ? NO_TASKS : await attendToTasks(parts, want, gated.holds, run.startedAt, keeps);
    const pause = [...pauseNotices(recalled.paused, gated.holds), ...byHand.notices];
    const alarmed = [...alarms(applied), ...modeNotices(plan.changes, want.resolution.model, parts.settings)];
    const notices = [...restoredNotice(restored), ...plan.notices, ...pause, ...unconfirmed, ...alarmed];
    const judged = run.report({ ...plan, notices }, gated, applied, systems, want, watch.came);
    if (learns && writes) await settleSeals(parts, recalled.seals, judged);
    const agreement = agreementOf(parts, want, systems, run.startedAt, asked);
    const passed = {
      ...judged,
      ...(byHand.tasks === undefined ? {} : { tasks: byHand.tasks }),
      ...(agreement.length === 0 ? {} : { agreement }),
    };
    const report = withForecast(passed, parts.settings.limits, request.forecastDays, want, parts.reconcilers, recalled);
    if (learns && watch.came === null) await keepAgreement(parts, agreement, run.startedAt);
    // A report of the lane alone, or of half a pass, would hide what the last whole pass holds.
    if (wholePass && watch.came === null) await parts.store.reports.save(report);
    return report;
  } finally {
    await closeAll(sessionsOf(systems).values());
  }
}

/** Runs `work` while this process alone may write. Throws MusterError `retry` when another holds the lease. */
export async function underLease<T>(store: Store, what: string, work: () => Promise<T>): Promise<T> {
  const lease = await store.lease.acquire(what);
  if (!lease.held) {
    throw new MusterError({
      remedy: 'retry',
      where: 'the store',
      what: `another Muster is at work: ${lease.holder}.`,
      next: 'Wait until it is done and try again.',
    });
  }
  try {
    return await work();
  } finally {
    await giveBack(store);
  }
}

async function applyAll(
  parts: Watched,
  run: Timekeeper,
  want: Wanted,
  gated: Gated,
  systems: readonly SystemResult[],
): Promise<readonly Applied[]> {
  const rows = new Map(systems.flatMap((system) => [...system.rows]));
  const mandate = await mandateOf(parts, run, want, gated.approved);
  const hasGround = groundIn(parts.reconcilers, systems, false);
  return apply(gated.approved, { ...applyParts(parts, run, mandate, sessionsOf(systems), rows, false), hasGround });
}

/** What the readings showed without any write of ours: accepted values, deletions, and that this memory is the whole one. */
async function accept(
  parts: PassParts,
  run: Timekeeper,
  want: Wanted,
  systems: readonly SystemResult[],
): Promise<void> {
  const { ledger } = parts.store;
  const observing = observingOf(want.resolution.model, parts.settings);
  const accepted = systems.flatMap((system) => system.accepted);
  await ledger.put(observing === null ? accepted : accepted.filter(({ key }) => !observing.isObserved(key)));
  const whole = systems.every((system) => system.read !== null && system.unknownMarks === 0);
  if (whole && (await ledger.establishedAt()) === null) await ledger.establish(run.startedAt);
}

function sessionsOf(systems: readonly SystemResult[]): ReadonlyMap<string, Session> {
  return new Map(systems.flatMap(({ session, system }) => (session === null ? [] : [[system, session] as const])));
}
