/** `muster plan`: what would happen to whom and why; writes nothing. */
import { FORECAST_DAYS } from '../core/forecast.ts';
import { planAt } from '../core/operations/plan-at.ts';
import { pass } from '../core/pass.ts';
import { exitCodeOf } from '../core/report.ts';
import { aheadPage } from '../views/plan-at.ts';
import { reportPage } from '../views/report.ts';
import type { Site } from '../wiring.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { readMomentAhead } from './moment.ts';
import { onSite } from './site.ts';

export interface PlanOptions {
  readonly all?: boolean;
  readonly at?: string;
  readonly exitCode?: boolean;
}

export async function plan(invocation: Invocation, options: PlanOptions): Promise<ExitCode> {
  return onSite(invocation, async (site) => {
    if (options.at !== undefined) return showAhead(invocation, options, site, options.at);
    const { parts, log } = site;
    const report = await pass(parts, { trigger: 'command', dryRun: true, forecastDays: FORECAST_DAYS });
    log.ofRun(report.runId).info('planned', { revision: report.plan.revision, durationsMs: report.durationsMs });
    const { timeZone } = parts.settings;
    await show(invocation, report, () => reportPage(report, { timeZone, all: options.all === true }));
    const code = exitCodeOf(report);
    return code === 0 && options.exitCode === true && report.plan.changes.length > 0 ? 2 : code;
  });
}

async function showAhead(
  invocation: Invocation,
  options: PlanOptions,
  { parts }: Site,
  when: string,
): Promise<ExitCode> {
  const { timeZone } = parts.settings;
  const ahead = await planAt(parts, readMomentAhead(when, timeZone, parts.clock()), when);
  await show(invocation, ahead, () => aheadPage(ahead, { timeZone, all: options.all === true }));
  const code = exitCodeOf(ahead.report);
  return code === 0 && options.exitCode === true && ahead.report.plan.changes.length > 0 ? 2 : code;
}
