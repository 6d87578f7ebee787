/** The daemon: its loop, what sets it off, and the services beside it, from the start to the stop. */
import { setTimeout as wait } from 'node:timers/promises';
import { FORECAST_DAYS } from '../core/forecast.ts';
import { type Interruptions, NO_INTERRUPTIONS } from '../core/interruptions.ts';
import { type PassParts, pass } from '../core/pass.ts';
import type { Report } from '../core/report.ts';
import { type Trouble, troubleOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Loop, type Passed, startLoop, type Trigger } from './loop.ts';
import { passLog } from './pass-log.ts';
import type { DaemonState, DaemonView, Service } from './service.ts';
import type { Signals } from './signals.ts';
import { startTriggers, type TriggerSettings } from './triggers.ts';

/** A stop waits so long, in milliseconds, for the running pass; what that leaves unfinished the next start finishes. */
const STOP_MS = 8_000;

export interface DaemonParts {
  readonly parts: PassParts;
  readonly log: Log;
  readonly triggers: TriggerSettings;
  readonly services: readonly Service[];
  readonly signals: Signals;
}

/** Serves until it is told to stop. @throws MusterError where it can't begin; whatever a pass threw that is no MusterError. */
export async function runDaemon({ parts, log, triggers, services, signals }: DaemonParts): Promise<void> {
  const record = new Record(parts.clock);
  let loop: Loop | null = null;
  const ask = (trigger: Trigger) => {
    loop?.ask(trigger);
    if (trigger === 'push' || trigger === 'files') for (const service of services) service.noticed?.();
  };
  const ends: (() => Promise<void>)[] = [];
  try {
    // What is asked for before the loop begins is seen by its first pass.
    const started = await startTriggers(triggers, parts, log, ask);
    ends.push(started.end);
    const view: DaemonView = { ask, state: () => record.state(started.nextScheduled(), loop?.next() ?? null) };
    for (const service of services) if (service.begin !== undefined) ends.push(await service.begin(view));
    const tell = passLog(log);
    const stoppable = { ...parts, interruptions: orStop(parts.interruptions, signals.stop) };
    log.info('serving', { schedule: triggers.schedule, timeZone: triggers.timeZone });
    loop = startLoop({
      pass: async (trigger) => {
        record.begins(trigger);
        const passed = await pass(stoppable, { trigger, dryRun: false, forecastDays: FORECAST_DAYS });
        record.ended(null);
        const report = withNotices(passed, services);
        tell(report);
        await inform(services, log, (service) => service.passed?.(report));
        return passedOf(report);
      },
      clock: parts.clock,
      sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
      onTrouble: async (trouble) => {
        record.ended(trouble);
        log.warn('a pass could not begin', { ...trouble });
        await inform(services, log, (service) => service.hindered?.(trouble));
      },
    });
    signals.onLook(() => ask('signal'));
    await Promise.race([told(signals.stop), loop.ended]);
    log.info('stopping');
    await Promise.race([loop.stop(), wait(STOP_MS, undefined, { ref: false })]);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** What services have found is told like what the pass itself found. */
function withNotices(report: Report, services: readonly Service[]): Report {
  const more = services.flatMap((service) => service.notices?.() ?? []);
  if (more.length === 0) return report;
  return { ...report, plan: { ...report.plan, notices: [...report.plan.notices, ...more] } };
}

async function inform(
  services: readonly Service[],
  log: Log,
  tell: (service: Service) => Promise<void> | undefined,
): Promise<void> {
  for (const service of services) {
    try {
      await tell(service);
    } catch (error) {
      log.error(`${service.name} failed`, { ...troubleOf(error) });
    }
  }
}

/** A pass also ends early when the process is told to stop. */
function orStop(others: Interruptions = NO_INTERRUPTIONS, stop: AbortSignal): Interruptions {
  return (call) => {
    const stopNow = () => call('stop');
    if (stop.aborted) stopNow();
    else stop.addEventListener('abort', stopNow, { once: true });
    const end = others(call);
    return () => {
      stop.removeEventListener('abort', stopNow);
      end();
    };
  };
}

function told(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function passedOf(report: Report): Passed {
  return {
    // What lies beyond the forecast comes into it long before it is due.
    nextDue: report.forecast?.days[0]?.coming[0]?.at ?? null,
    // What was broken off was not away.
    away: report.interrupted === undefined ? awayIn(report) : [],
    gaveWay: report.interrupted === 'block',
  };
}

/** A system by its name; the repository, which is one, by where it is. */
function awayIn({ plan, trouble }: Report): readonly string[] {
  const systems = plan.unread.filter(({ remedy }) => remedy === 'retry');
  const ofSystems = new Set(systems.map(({ where }) => where));
  const others = trouble.filter(({ remedy, where }) => remedy === 'retry' && !ofSystems.has(where));
  return [...new Set([...systems.map(({ system }) => system), ...others.map(({ where }) => where)])];
}

/** What became of the passes so far, for whoever asks. */
class Record {
  readonly #clock: () => number;
  readonly #since: number;
  #running: DaemonState['running'] = null;
  #passedAt: number | null = null;
  #trouble: Trouble | null = null;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#since = clock();
  }

  begins(trigger: Trigger): void {
    this.#running = { trigger, since: this.#clock() };
  }

  ended(trouble: Trouble | null): void {
    this.#running = null;
    this.#trouble = trouble;
    if (trouble === null) this.#passedAt = this.#clock();
  }

  state(scheduled: number | null, own: DaemonState['next']): DaemonState {
    const byHour: DaemonState['next'] = scheduled === null ? null : { at: scheduled, trigger: 'schedule' };
    const next = byHour === null || (own !== null && own.at < byHour.at) ? own : byHour;
    return { since: this.#since, running: this.#running, passedAt: this.#passedAt, trouble: this.#trouble, next };
  }
}
