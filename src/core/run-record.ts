/** The record of a run: its end becomes a row of the audit chain, also where it broke off. */
import { troubleOf } from '../errors.ts';
import type { RunEvent, Tally } from './audit.ts';
import { CHANGE_CLASSES } from './change.ts';
import { type ModeSettings, runMode } from './modes.ts';
import { peopleIn } from './plan.ts';
import type { Clock } from './ports.ts';
import { type Applied, exitCodeOf, type Report } from './report.ts';
import { doubtOfStore, type HeadParts, headNotice, keepHead, type StoreDoubt } from './restored.ts';
import type { Timekeeper } from './timekeeper.ts';

const RESULTS = ['done', 'failed', 'waiting'] as const;

export interface RecordParts extends HeadParts {
  readonly clock: Clock;
  readonly settings: ModeSettings;
}

/**
 * Runs `work`, records its end, keeps the head of the chain elsewhere where that is configured, and adds to the report where the chain
 * ends with it. `work` is told why the store can't be taken for the one of before. Throws what `work` throws, and MusterError.
 */
export async function recordedRun(
  parts: RecordParts,
  laneOnly: boolean,
  run: Timekeeper,
  work: (restored: StoreDoubt | null) => Promise<Report>,
): Promise<Report> {
  const { store, clock, settings } = parts;
  const restored = await doubtOfStore(parts);
  let report: Report;
  try {
    report = await work(restored);
  } catch (error) {
    const { runId, trigger, startedAt, durationsMs } = run;
    const nothing = { revision: null, commit: null, counts: {}, held: { changes: 0, people: 0, entries: 0 } };
    const facts = { runId, trigger, mode: runMode(settings), laneOnly, startedAt, finishedAt: clock(), durationsMs };
    const event: RunEvent = { ...facts, ...nothing, kind: 'run', result: 'broken-off', trouble: [troubleOf(error)] };
    // What broke it off is what has to be told, and may be the store itself.
    await store.audit.append(event, clock()).catch(() => undefined);
    if (restored === null) await keepHead(parts, clock()).catch(() => undefined);
    throw error;
  }
  await store.audit.append(endOf(report, laneOnly), clock());
  // What was kept is all that tells what this store should be: it stays until somebody has looked.
  if (restored !== null) return { ...report, audit: await store.audit.head() };
  try {
    return { ...report, audit: await keepHead(parts, clock()) };
  } catch (error) {
    const { plan } = report;
    const notices = [...plan.notices, headNotice(error)];
    return { ...report, plan: { ...plan, notices }, audit: await store.audit.head() };
  }
}

function endOf(report: Report, laneOnly: boolean): RunEvent {
  const { runId, trigger, mode, plan, commit = null, startedAt, finishedAt, holds, trouble, durationsMs } = report;
  const held = holds.flatMap(({ changes }) => changes);
  return {
    kind: 'run',
    runId,
    trigger,
    mode,
    laneOnly,
    revision: plan.revision,
    commit,
    startedAt,
    finishedAt,
    result: RESULTS[exitCodeOf(report)],
    counts: countsOf(report.applied),
    held: { changes: held.length, people: peopleIn(held).size, entries: plan.heldEntries.length },
    trouble,
    durationsMs,
  };
}

function countsOf(applied: readonly Applied[]): RunEvent['counts'] {
  return Object.fromEntries(
    CHANGE_CLASSES.flatMap((name) => {
      const inClass = applied.filter(({ change }) => change.classes.includes(name));
      if (inClass.length === 0) return [];
      const withStatus = (status: string) => inClass.filter(({ outcome }) => outcome.status === status).length;
      const tally: Tally = {
        applied: withStatus('applied'),
        failed: withStatus('failed'),
        skipped: withStatus('skipped'),
      };
      return [[name, tally]];
    }),
  );
}
