/** A Muster that stays, as its daemon does: opened once, then one pass after another, each when the parent process asks for it. */
import { loadConfig } from '../../src/config.ts';
import { pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import { wire } from '../../src/wiring.ts';

/** What comes back for each pass. */
export interface ResidentPass {
  readonly ms: number;
  /** Largest resident set of the process so far, in MB (10^6 bytes). */
  readonly peakMb: number;
  readonly report: Report;
}

const [, , configFile = ''] = process.argv;
const options = { progress: () => undefined, logLevel: 'error', resident: true } as const;
const site = await wire(await loadConfig(configFile), options);

async function onePass(): Promise<ResidentPass> {
  const begin = performance.now();
  const report = await pass(site.parts, { trigger: 'schedule', dryRun: true });
  const ms = performance.now() - begin;
  return { ms, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6, report };
}

process.on('message', () => {
  // A pass throws only what is a mistake of the program; the parent sees this process end.
  void onePass().then((done) => process.send?.(done));
});
process.on('disconnect', () => {
  void site.close().finally(() => process.exit());
});
process.send?.('ready');
