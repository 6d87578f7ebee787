/** `muster serve`: passes on schedule, on every push, at each due moment, until it is told to stop. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { FORECAST_DAYS } from '../core/forecast.ts';
import { pass } from '../core/pass.ts';
import { type Loop, type Passed, startLoop, type Trigger } from '../daemon/loop.ts';
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
  const [{ loadConfig }, { wire }] = await Promise.all([import('../config.ts'), import('../wiring.ts')]);
  const config = await loadConfig(invocation.configFile);
  const problem = scheduleProblem(config.schedule);
  if (problem !== null) throw badSchedule(config, problem);
  // A daemon's log is its voice; a one-shot command's result is.
  const logLevel = invocation.logLevel ?? (config.log.level === 'warn' ? 'info' : config.log.level);
  const site = await wire(config, { progress: () => undefined, logLevel, resident: true });
  try {
    return await run(site, config);
  } finally {
    await site.close();
  }
}

async function run(site: Site, config: Config): Promise<ExitCode> {
  const { log } = site;
  const loop = startLoop({
    pass: (trigger) => onePass(site, trigger),
    clock: site.parts.clock,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    onTrouble: (trouble) => log.warn('a pass could not begin', { ...trouble }),
  });
  const triggers = await startTriggers(config, loop, log);
  const asked = onSignals(loop);
  log.info('serving', { schedule: config.schedule, timeZone: config.timeZone });
  try {
    await Promise.race([asked.stop, loop.ended]);
    log.info('stopping');
    await Promise.race([loop.stop(), wait(STOP_MS, undefined, { ref: false })]);
    return 0;
  } finally {
    asked.forget();
    for (const end of triggers) await end();
  }
}

async function onePass({ parts, log }: Site, trigger: Trigger): Promise<Passed> {
  const report = await pass(parts, { trigger, dryRun: false, forecastDays: FORECAST_DAYS });
  const { revision, changes } = report.plan;
  const told = log.ofRun(report.runId);
  told.info('passed', {
    trigger,
    revision,
    changes: changes.length,
    applied: report.applied.filter(({ outcome }) => outcome.status === 'applied').length,
    held: report.holds.length,
    durationsMs: report.durationsMs,
  });
  for (const trouble of report.trouble) told.warn('trouble', { ...trouble });
  for (const { kind, text, urgent } of report.plan.notices) if (urgent) told.error(text, { kind });
  // What lies beyond the forecast comes into it long before it is due.
  const nextDue = report.forecast?.days[0]?.coming[0]?.at ?? null;
  return { nextDue, retry: report.trouble.some(({ remedy }) => remedy === 'retry') };
}

async function startTriggers(config: Config, loop: Loop, log: Log): Promise<readonly (() => Promise<void>)[]> {
  const ends = [startSchedule(config.schedule, config.timeZone, () => loop.ask('schedule'))];
  const watched = watchedOf(config);
  if (watched !== null) ends.push(await startWatching(watched, () => loop.ask('files')));
  if (config.webhook === null) return ends;
  const { host, port, secretFile } = config.webhook;
  const listener = await startPushListener({
    host,
    port,
    secret: await Secret.fromFile(secretFile),
    onPush: () => loop.ask('push'),
    onRefused: (why, address) => log.warn('a notice of a push was turned away', { why, address }),
    clock: Date.now,
  });
  log.info('listening for pushes', { host, port: listener.port });
  return [...ends, () => listener.close()];
}

/** What lies on this machine shows its changes; a server elsewhere sends notices. */
function watchedOf({ source }: Config): Watched | null {
  if (source.kind === 'folder') return { kind: 'folder', path: source.folder };
  return source.url.startsWith('/') ? { kind: 'git', path: source.url } : null;
}

/** SIGTERM and SIGINT stop; SIGUSR1 asks for a pass. */
function onSignals(loop: Loop): { readonly stop: Promise<void>; forget(): void } {
  let stopNow = () => {};
  const stop = new Promise<void>((resolve) => {
    stopNow = resolve;
  });
  const look = () => loop.ask('signal');
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stopNow);
  process.on('SIGUSR1', look);
  return {
    stop,
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
