/** `muster sync`: one pass. */
import { setTimeout } from 'node:timers/promises';
import { waitForTurn } from '../core/operations/block.ts';
import { type PassParts, pass } from '../core/pass.ts';
import { exitCodeOf, type Report } from '../core/report.ts';
import { reportPage } from '../views/report.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';
import { tellingOf } from './telling.ts';

export interface SyncOptions {
  readonly all?: boolean;
  /** Nobody waits at a terminal: what keeps failing rests longer each time. */
  readonly scheduled?: boolean;
}

export async function sync(invocation: Invocation, options: SyncOptions): Promise<ExitCode> {
  return onSite(invocation, async ({ parts, log, notifications }) => {
    const trigger = options.scheduled === true ? 'schedule' : 'command';
    const report = await tellingOf(notifications, () => passToTheEnd(invocation, parts, trigger));
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

/** A block that an operator gives meanwhile comes first, in its own process; who only asked for a pass gets one all the same. */
const WAY_MS = 3_000;
const PATIENCE = { tries: 120, pause: () => setTimeout(1_000) };

async function passToTheEnd({ terminal }: Invocation, parts: PassParts, trigger: string): Promise<Report> {
  for (;;) {
    const report = await pass(parts, { trigger, dryRun: false });
    if (report.interrupted !== 'block') return report;
    const written = report.applied.filter(({ outcome }) => outcome.status === 'applied').length;
    await terminal.say(`An operator’s block comes first; ${written} changes were made before it. Going on after it.`);
    await setTimeout(WAY_MS);
    await waitForTurn(parts, PATIENCE);
  }
}
