/** `muster serve`: passes on schedule, on every push, at each due moment, until it is told to stop. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { FORECAST_DAYS } from '../core/forecast.ts';
import { pass } from '../core/pass.ts';
import type { Report } from '../core/report.ts';
import { watchDecisions } from '../daemon/decisions.ts';
import { type Loop, type Passed, startLoop, type Trigger } from '../daemon/loop.ts';
import { passLog } from '../daemon/pass-log.ts';
import { startPushListener } from '../daemon/push-listener.ts';
import { scheduleProblem, startSchedule } from '../daemon/schedule.ts';
import { startWatching, type Watched } from '../daemon/watch.ts';
import { MusterError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import type { Site } from '../wiring.ts';
import type { ExitCode, Invocation } from './invocation.ts';

/** A stop waits so long, in milliseconds, for the running pass; what that leaves unfinished the next start finishes. */
const STOP_MS = 8_000;

export async function serve(invocation: Invocation): Promise<ExitCode> {
  // Before anything else: until somebody listens for it, SIGUSR1 makes Node open a debugger.
  const signals = listenForSignals();
  try {
    const [{ loadConfig }, { wire }] = await Promise.all([import('../config.ts'), import('../wiring.ts')]);
    const config = await loadConfig(invocation.configFile);
    const problem = scheduleProblem(config.schedule);
    if (problem !== null) throw badSchedule(config, problem);
    // A daemon's log is its voice; a one-shot command's result is.
    const logLevel = invocation.logLevel ?? (config.log.level === 'warn' ? 'info' : config.log.level);
    const site = await wire(config, { progress: () => undefined, logLevel, resident: true });
    try {
      return await run(site, config, signals);
    } finally {
      await site.close();
    }
  } finally {
    signals.forget();
  }
}

async function run({ parts, log }: Site, config: Config, signals: Signals): Promise<ExitCode> {
  let loop: Loop | null = null;
  // What is asked for before the loop begins is seen by its first pass.
  const triggers = await startTriggers(config, parts, log, (trigger) => loop?.ask(trigger));
  try {
    const tell = passLog(log);
    log.info('serving', { schedule: config.schedule, timeZone: config.timeZone });
    loop = startLoop({
      pass: async (trigger) => {
        const report = await pass(parts, { trigger, dryRun: false, forecastDays: FORECAST_DAYS });
        tell(report);
        return passedOf(report);
      },
      clock: parts.clock,
      sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
      onTrouble: (trouble) => log.warn('a pass could not begin', { ...trouble }),
    });
    signals.onLook(() => loop?.ask('signal'));
    await Promise.race([signals.stop, loop.ended]);
    log.info('stopping');
    await Promise.race([loop.stop(), wait(STOP_MS, undefined, { ref: false })]);
    return 0;
  } finally {
    for (const end of triggers) await end();
  }
}

function passedOf(report: Report): Passed {
  return {
    // What lies beyond the forecast comes into it long before it is due.
    nextDue: report.forecast?.days[0]?.coming[0]?.at ?? null,
    retry: report.trouble.some(({ remedy }) => remedy === 'retry'),
  };
}

type Ask = (trigger: Trigger) => void;

/** @throws MusterError where one can't begin; those before it are ended. */
async function startTriggers(config: Config, { store, clock }: Site['parts'], log: Log, ask: Ask) {
  const ends: (() => Promise<void>)[] = [];
  try {
    if (config.webhook !== null) ends.push(await startListening(config.webhook, log, ask));
    ends.push(startSchedule(config.schedule, config.timeZone, () => ask('schedule')));
    ends.push(await watchDecisions(store, clock, () => ask('operator')));
    const watched = watchedOf(config);
    if (watched !== null) ends.push(await startWatching(watched, () => ask('files')));
    return ends;
  } catch (error) {
    for (const end of ends) await end();
    throw error;
  }
}

async function startListening(webhook: NonNullable<Config['webhook']>, log: Log, ask: Ask) {
  const { host, port, secretFile } = webhook;
  const listener = await startPushListener({
    host,
    port,
    secret: await Secret.fromFile(secretFile),
    onPush: () => ask('push'),
    onRefused: (refused) => log.warn('notices of pushes were turned away', { ...refused }),
    clock: () => performance.now(),
  });
  log.info('listening for pushes', { host, port: listener.port });
  return () => listener.close();
}

/** What lies on this machine shows its changes; a server elsewhere sends notices. */
function watchedOf({ source }: Config): Watched | null {
  if (source.kind === 'folder') return { kind: 'folder', path: source.folder };
  return source.url.startsWith('/') ? { kind: 'git', path: source.url } : null;
}

interface Signals {
  /** Resolves when the process is told to end. */
  readonly stop: Promise<void>;
  /** Calls at SIGUSR1. */
  onLook(call: () => void): void;
  forget(): void;
}

/** SIGTERM and SIGINT stop; SIGUSR1 asks for a pass. */
function listenForSignals(): Signals {
  let stopNow = () => {};
  const stop = new Promise<void>((resolve) => {
    stopNow = resolve;
  });
  let call = () => {};
  const look = () => call();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stopNow);
  process.on('SIGUSR1', look);
  return {
    stop,
    onLook: (next) => {
      call = next;
    },
    forget: () => {
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.off(name, stopNow);
      process.off('SIGUSR1', look);
    },
  };
}

function badSchedule(config: Config, problem: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${config.file}, schedule`,
    what: `"${config.schedule}" is no schedule. ${problem}`,
    next: 'Write five fields, like "0 * * * *" for every hour.',
  });
}
