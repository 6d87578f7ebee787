/** The status page as a service of the daemon: begins before the first pass, shows its pulse, ends with it. */
import type { Service } from '../daemon/service.ts';
import { MusterError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import type { TrustedProxy } from './access.ts';
import { startPulse, steadyClock } from './pulse.ts';
import { startStatusThread, type ThreadSettings } from './thread.ts';

/** How often the pulse is felt, in milliseconds. */
const BEAT_MS = 1_000;
/** Characters of a token: fewer can be guessed by trying. */
const TOKEN_CHARACTERS_MIN = 16;

export interface StatusPageSettings extends Omit<ThreadSettings, 'access' | 'shared'> {
  /** Null: no token counts. */
  readonly tokenFile: string | null;
  readonly proxy: TrustedProxy | null;
}

export function statusPageService({ tokenFile, proxy, ...settings }: StatusPageSettings, log: Log): Service {
  const pulse = startPulse(steadyClock);
  return {
    name: 'status page',
    begin: async (daemon) => {
      const beat = () => pulse.beat(daemon.state(), Date.now());
      const token = tokenFile === null ? null : await tokenIn(tokenFile);
      beat();
      const thread = await startStatusThread({ ...settings, access: { token, proxy }, shared: pulse.shared }, log);
      const timer = setInterval(beat, BEAT_MS);
      log.info('showing the status page', { host: settings.host, port: thread.port });
      return async () => {
        clearInterval(timer);
        await thread.close();
      };
    },
    hindered: () => Promise.resolve(pulse.notBegun()),
  };
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
