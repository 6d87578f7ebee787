/** `muster sync`: one pass. */
import { pass } from '../core/pass.ts';
import { exitCodeOf } from '../core/report.ts';
import { reportPage } from '../views/report.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export interface SyncOptions {
  readonly all?: boolean;
  /** Nobody waits at a terminal: what keeps failing rests longer each time. */
  readonly scheduled?: boolean;
}

export async function sync(invocation: Invocation, options: SyncOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts, log }) => {
    const trigger = options.scheduled === true ? 'schedule' : 'command';
    const report = await pass(parts, { trigger, dryRun: false });
    const { revision } = report.plan;
    log.ofRun(report.runId).info('synced', {
      revision,
      writes: report.applied.length,
      durationsMs: report.durationsMs,
      audit: report.audit,
    });
    const { timeZone } = parts.settings;
    await show(invocation, report, () => reportPage(report, { timeZone, all: options.all === true }));
    return exitCodeOf(report);
  });
}
