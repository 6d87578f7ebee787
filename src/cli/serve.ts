/** `muster serve`: passes on schedule, on every push, at each due moment, until it is told to stop. */
import type { Config } from '../config.ts';
import { runDaemon } from '../daemon/daemon.ts';
import { scheduleProblem } from '../daemon/schedule.ts';
import type { Service } from '../daemon/service.ts';
import { listenForSignals } from '../daemon/signals.ts';
import type { TriggerSettings } from '../daemon/triggers.ts';
import type { Watched } from '../daemon/watch.ts';
import { MusterError } from '../errors.ts';
import { statusPageService } from '../http/service.ts';
import type { LogLevel } from '../log-level.ts';
import type { Site } from '../wiring.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { reviewsOf } from './reviews.ts';

export async function serve(invocation: Invocation): Promise<ExitCode> {
  // Before anything else: until somebody listens, SIGHUP ends Node, and SIGUSR1 makes it open a debugger.
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
      const { parts, log } = site;
      await runDaemon({
        parts,
        log,
        triggers: triggersOf(config),
        services: await servicesOf(config, site, logLevel),
        signals,
      });
      return 0;
    } finally {
      await site.close();
    }
  } finally {
    signals.forget();
  }
}

/** What serves beside the passes, in the order in which it begins and hears of each pass. */
async function servicesOf(config: Config, site: Site, logLevel: LogLevel): Promise<readonly Service[]> {
  const notifications = site.notifications === null ? [] : [await site.notifications()];
  return [...notifications, ...reviewsOf(config, site), ...statusPageOf(config, site, logLevel)];
}

function statusPageOf({ statusPage, instance, mode, modes, timeZone, store }: Config, site: Site, logLevel: LogLevel) {
  if (statusPage === null) return [];
  const channels = site.parts.reconcilers.map(({ system, traits: { thing, afterShutting } }) => {
    return { system, thing: thing.kind, afterShutting };
  });
  const shown = { instance, mode, modes, timeZone, systems: channels.map(({ system }) => system), channels };
  return [statusPageService({ ...statusPage, site: shown, sqlite: store.sqlite, logLevel }, site.log)];
}

function triggersOf({ schedule, timeZone, webhook, source }: Config): TriggerSettings {
  return { schedule, timeZone, webhook, watched: watchedOf(source) };
}

/** What lies on this machine shows its changes; a server elsewhere sends notices. */
function watchedOf(source: Config['source']): Watched | null {
  if (source.kind === 'folder') return { kind: 'folder', path: source.folder };
  return source.url.startsWith('/') ? { kind: 'git', path: source.url } : null;
}

function badSchedule(config: Config, problem: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${config.file}, schedule`,
    what: `"${config.schedule}" is no schedule. ${problem}`,
    next: 'Write five fields, like "0 * * * *" for every hour.',
  });
}
