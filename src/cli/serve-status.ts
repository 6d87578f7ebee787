/** The status page of `muster serve`, as the configuration says. */
import type { Config } from '../config.ts';
import type { Pulse } from '../daemon/pulse.ts';
import { openTimetable } from '../daemon/schedule.ts';
import { MusterError } from '../errors.ts';
import { startStatusThread } from '../http/thread.ts';
import type { Log } from '../log.ts';
import type { LogLevel } from '../log-level.ts';
import { Secret } from '../secret.ts';

/** How often the pulse is felt, in milliseconds. */
const BEAT_MS = 1_000;
/** Characters of a token: fewer can be guessed by trying. */
const TOKEN_CHARACTERS_MIN = 16;

/** Gives what ends it; null: none is configured. @throws MusterError where it can't be shown as it should. */
export async function startStatusPage(
  config: Config,
  systems: readonly string[],
  pulse: Pulse,
  { log, logLevel }: { readonly log: Log; readonly logLevel: LogLevel },
): Promise<(() => Promise<void>) | null> {
  const { statusPage } = config;
  if (statusPage === null) return null;
  const { host, port, tokenFile, proxy } = statusPage;
  const token = tokenFile === null ? null : await tokenIn(tokenFile);
  const timetable = openTimetable(config.schedule, config.timeZone);
  const beat = () => {
    pulse.beat();
    pulse.scheduled(timetable.next()?.getTime() ?? null);
  };
  beat();
  try {
    const { instance, mode, timeZone } = config;
    const settings = { host, port, access: { token, proxy }, site: { instance, mode, systems, timeZone } };
    const { sqlite } = config.store;
    const thread = await startStatusThread({ ...settings, sqlite, logLevel, shared: pulse.shared }, log);
    const timer = setInterval(beat, BEAT_MS);
    log.info('showing the status page', { host, port: thread.port });
    return async () => {
      clearInterval(timer);
      await Promise.all([thread.close(), timetable.end()]);
    };
  } catch (error) {
    await timetable.end();
    throw error;
  }
}

async function tokenIn(file: string): Promise<string> {
  const token = (await Secret.fromFile(file)).reveal();
  if (token.length >= TOKEN_CHARACTERS_MIN) return token;
  throw new MusterError({
    remedy: 'person',
    where: 'http.access.tokenFile',
    what: `The token is shorter than ${TOKEN_CHARACTERS_MIN} characters, so that it could be found by trying.`,
    next: 'Put a long random text there, as "openssl rand -hex 32" makes one.',
  });
}
