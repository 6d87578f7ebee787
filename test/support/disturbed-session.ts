/** Disturbs a session at one point and judges what came of it: what was written, what was said, and where the next run ends. */
import { setTimeout as wait } from 'node:timers/promises';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import type { Dump } from './account-dumps.ts';
import { differingAttributes, valuesIn } from './admin-session.ts';
import type { FaultBench, Look } from './fault-bench.ts';
import { cutOf, type FaultPoint, type SessionBytes, type Step } from './fault-points.ts';

/** A run that takes longer hangs: twenty time-outs of a stalled server, on a busy machine. */
export const DEADLINE_MS = 15_000;

/** Characters of an error that are shown. */
const QUOTED_MAX = 400;

/** How long an undisturbed connection may take to be gone after its run. */
const QUIET_MS = 2_000;

/** What the undisturbed session came to. */
export interface Reference {
  readonly before: Look;
  readonly after: Dump;
  /** Steps of the directory's counter of writes. */
  readonly steps: number;
  readonly letters: readonly string[];
  /** Planned changes, as `kind username`. */
  readonly planned: readonly string[];
  readonly bytes: SessionBytes;
  readonly stateBefore: string;
}

export interface Verdict {
  /** Everything that is wrong; empty: nothing. */
  readonly wrong: readonly string[];
  /** Whether the session was long enough to be disturbed there. */
  readonly struck: boolean;
  /** Whether an undisturbed run went on from what this one left; else the same had been left before. */
  readonly followedUp: boolean;
  readonly tookMs: number;
}

/** What earlier points left behind and an undisturbed run then completed: state to the writes made until then. */
export type Completed = Map<string, number>;

/** Runs plan and sync undisturbed, each from the same beginning, and gives what they came to. */
export async function referenceOf(bench: FaultBench): Promise<Reference> {
  // The first run may still learn things (caches, a first log-on); what counts is how it goes from then on.
  await bench.run('sync', 'patient');
  await bench.rewind();
  const { lasting: stateBefore } = await bench.state();
  const plan = await undisturbed(bench, 'plan');
  if (plan.changes.length === 0) throw new Error('undisturbed, nothing is planned: then nothing can go wrong');
  const before = await bench.rewind();
  const sync = await undisturbed(bench, 'sync');
  const now = await bench.look();
  const letters = await bench.letters();
  return {
    before: await bench.rewind(),
    after: now.accounts,
    steps: now.usn - before.usn,
    letters,
    planned: plan.changes,
    bytes: { plan: plan.bytes, sync: sync.bytes },
    stateBefore,
  };
}

async function undisturbed(bench: FaultBench, step: Step) {
  bench.proxy.countAnew();
  const report = await bench.run(step, 'patient');
  if (exitCodeOf(report) !== 0) throw new Error(`undisturbed, ${step} ends with ${exitCodeOf(report)}`);
  await quiet(bench);
  return { bytes: { ...bench.proxy.passed }, changes: changesIn(report) };
}

/** The goodbye of a closed connection is on its way for a moment longer. */
async function quiet({ proxy }: FaultBench): Promise<void> {
  const end = performance.now() + QUIET_MS;
  while (proxy.connections > 0 && performance.now() < end) await wait(2);
}

/** Disturbs one run after another on one bench, each from the same beginning. */
export function disturber(bench: FaultBench, reference: Reference, completed: Completed) {
  let start = reference.before;

  /** Runs `act`, which may end in any way, judges what it left, and puts everything back; null instead of a report: it was killed. */
  async function judged(act: () => Promise<unknown>, dry: boolean): Promise<Omit<Verdict, 'struck'>> {
    const begin = performance.now();
    const ended = await act().catch((error: unknown) => error);
    const tookMs = performance.now() - begin;
    bench.proxy.passEverything();
    bench.proxy.resetConnections();
    const wrong = tookMs > DEADLINE_MS ? [`took ${Math.round(tookMs)} ms`] : [];
    if (ended !== null && !isReport(ended)) wrong.push(`threw ${String(ended).slice(0, QUOTED_MAX)}`);
    const state = await bench.state();
    const now = await bench.look();
    wrong.push(...strayWrites(reference, now.accounts));
    if (isReport(ended)) wrong.push(...untruths(reference, ended, now.accounts, dry));
    const steps = now.usn - start.usn;
    const untouched = steps === 0 && state.lasting === reference.stateBefore;
    if (dry && !untouched) wrong.push('a plan wrote something');
    const key = `${state.lasting}\n${state.cached}\n${JSON.stringify([...now.accounts])}`;
    const known = completed.get(key);
    if (known !== undefined && known !== steps) wrong.push(`${steps} writes where ${known} are enough`);
    if (known === undefined) wrong.push(...(await followUp(bench, reference, start).catch((error) => [String(error)])));
    if (known === undefined && wrong.length === 0) completed.set(key, steps);
    // A sync may also have learned what no other point should know.
    if (!dry || !untouched || known === undefined || state.cached !== '') start = await bench.rewind();
    return { wrong, followedUp: known === undefined, tookMs };
  }

  return {
    judged,
    /** After something was done to the bench by another way. */
    async rewind(): Promise<void> {
      start = await bench.rewind();
    },
    async at(point: FaultPoint): Promise<Verdict> {
      const { proxy } = bench;
      proxy.countAnew();
      proxy.cutAfter(cutOf(point));
      let struck = false;
      const advice: string[] = [];
      const act = async () => {
        try {
          const report = await bench.run(point.step, 'impatient');
          advice.push(...wrongAdvice(report));
          return report;
        } finally {
          // The goodbye may still be on its way when the run is over.
          if (proxy.struck === 0) await quiet(bench);
          struck = proxy.struck > 0;
        }
      };
      const verdict = await judged(act, point.step === 'plan');
      return { ...verdict, wrong: [...advice, ...verdict.wrong], struck };
    },
  };
}

/** One undisturbed run must end where an undisturbed session ends, with no write more. */
async function followUp(bench: FaultBench, reference: Reference, start: Look): Promise<readonly string[]> {
  const wrong: string[] = [];
  const exit = exitCodeOf(await bench.run('sync', 'patient'));
  const end = await bench.look();
  if (exit !== 0) wrong.push(`the next run ends with ${exit}`);
  const steps = end.usn - start.usn;
  if (steps !== reference.steps) wrong.push(`${steps} writes in all, not ${reference.steps}`);
  for (const dn of differingDns(end.accounts, reference.after))
    wrong.push(`after the next run, ${dn} is not as it should be`);
  const letters = await bench.letters();
  if (letters.join() !== reference.letters.join()) wrong.push(`sealed passwords: ${letters.join()}`);
  const left = changesIn(await bench.run('plan', 'patient'));
  if (left.length > 0) wrong.push(`still planned after the next run: ${left.join(', ')}`);
  return wrong;
}

/** Anything in the directory that is neither as it was nor as the undisturbed session leaves it. */
function strayWrites({ before, after }: Reference, now: Dump): readonly string[] {
  const lost = [...before.accounts.keys()].filter((dn) => !now.has(dn)).map((dn) => `${dn} is gone`);
  const changed = [...now].flatMap(([dn, lines]) => {
    const [was, wanted] = [before.accounts.get(dn), after.get(dn)];
    if (wanted === undefined) return [`${dn} should not be there`];
    const stray = differingAttributes(wanted, lines).filter(
      (name) => was === undefined || valuesIn(was, name).join('\n') !== valuesIn(lines, name).join('\n'),
    );
    return stray.map((name) => `${dn}: ${name} is ${valuesIn(lines, name).join(', ')}`);
  });
  return [...lost, ...changed];
}

/** What the report says and the directory does not show, or the other way round. */
function untruths(reference: Reference, report: Report, now: Dump, dry: boolean): readonly string[] {
  const wrong: string[] = [];
  const exit = exitCodeOf(report);
  const planned = changesIn(report);
  const unwanted = planned.filter((change) => !reference.planned.includes(change));
  if (unwanted.length > 0) wrong.push(`planned ${unwanted.join(', ')}`);
  if (dry) {
    if (exit === 0 && planned.length !== reference.planned.length) wrong.push(`exit 0 with ${planned.length} changes`);
    return wrong;
  }
  const left = differingDns(now, reference.after);
  if (exit === 0 && left.length > 0) wrong.push(`exit 0 although not done: ${left.join('; ')}`);
  const done = (username: string) => !left.some((dn) => dn.startsWith(`CN=${username},`));
  for (const { change, outcome } of report.applied) {
    const said = `${change.kind} ${change.person.key} is called ${outcome.status}`;
    if (outcome.status === 'applied' && !done(change.person.key)) wrong.push(`${said} and was not done`);
    if (outcome.status === 'skipped' && done(change.person.key)) wrong.push(`${said} and was done`);
  }
  return wrong;
}

/** A network that fails is nobody's mistake: waiting helps, and nobody should be sent to look for a wrong setting. */
function wrongAdvice(report: Report): readonly string[] {
  const troubles = [...report.trouble, ...report.plan.unread].filter(({ remedy }) => remedy !== 'retry');
  return troubles.map(({ remedy, what, next }) => `called a matter for "${remedy}": ${what} ${next}`);
}

function differingDns(a: Dump, b: Dump): readonly string[] {
  const dns = new Set([...a.keys(), ...b.keys()]);
  return [...dns].filter((dn) => a.get(dn)?.join('\n') !== b.get(dn)?.join('\n'));
}

function changesIn(report: Report): readonly string[] {
  return report.plan.changes.map(({ kind, person }) => `${kind} ${person.key}`).sort();
}

function isReport(ended: unknown): ended is Report {
  return typeof ended === 'object' && ended !== null && 'runId' in ended;
}
