/** What most commands begin with: the configuration read, everything in it opened, and closed again at the end, the audit chain's end kept. */
import { keepHeadSince } from '../core/restored.ts';
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
    return await withHeadKept(invocation, site, work);
  } finally {
    await site.close();
  }
}

/** Also after an act that failed: what it did and that it failed stand in the chain. */
async function withHeadKept(
  { terminal }: Invocation,
  site: Site,
  work: (site: Site) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { parts } = site;
  if (parts.headFile === undefined) return work(site);
  const begun = await parts.store.audit.head();
  try {
    return await work(site);
  } finally {
    const trouble = await keepHeadSince(parts, begun, parts.clock());
    if (trouble !== null) {
      const { what, next } = trouble;
      // What was done stands, also where nobody can be told of this.
      await terminal.say(`The head of the audit chain was not kept: ${what}\n  ${next}`, 'warn').catch(() => undefined);
    }
  }
}
