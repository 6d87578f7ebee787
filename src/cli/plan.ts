/** `muster plan`: what would happen to whom and why; writes nothing. */
import { pass } from '../core/pass.ts';
import { exitCodeOf } from '../core/report.ts';
import { reportPage } from '../views/report.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export interface PlanOptions {
  readonly all?: boolean;
  readonly exitCode?: boolean;
}

export async function plan(invocation: Invocation, options: PlanOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts, log }) => {
    const report = await pass(parts, { trigger: 'command', dryRun: true });
    log.ofRun(report.runId).info('planned', { revision: report.plan.revision, durationsMs: report.durationsMs });
    const { timeZone } = parts.settings;
    await show(invocation, report, () => reportPage(report, { timeZone, all: options.all === true }));
    const code = exitCodeOf(report);
    return code === 0 && options.exitCode === true && report.plan.changes.length > 0 ? 2 : code;
  });
}
