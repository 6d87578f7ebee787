/** What most commands begin with: the configuration read, everything in it opened, and closed again at the end. */
import type { Site } from '../wiring.ts';
import type { ExitCode, Invocation } from './invocation.ts';

/** Runs `work` on the configured site. @throws MusterError where the configuration or the store can't be used. */
export async function onSite(invocation: Invocation, work: (site: Site) => Promise<ExitCode>): Promise<ExitCode> {
  // Loaded here and not above, so that --help and mistyped commands don't wait for databases and cryptography.
  const [{ loadConfig }, { wire }] = await Promise.all([import('../config.ts'), import('../wiring.ts')]);
  const config = await loadConfig(invocation.configFile);
  const { progress } = invocation.terminal;
  const site = await wire(config, { progress, logLevel: invocation.logLevel ?? config.log.level });
  try {
    return await work(site);
  } finally {
    await site.close();
  }
}
