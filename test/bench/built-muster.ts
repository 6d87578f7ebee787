/** The built program, run as a user would run it: one process for each command. */
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { Report } from '../../src/core/report.ts';
import { type Timed, timed } from './timed-command.ts';
import type { Workshop } from './workshop.ts';

/** One pass of a process of its own, from start to exit. */
export interface TimedPass extends Timed {
  readonly report: Report;
  /** Milliseconds per step of the pass, and what came before and after it. */
  readonly steps: Readonly<Record<string, number>>;
}

export class BuiltMuster {
  readonly #workshop: Workshop;
  readonly #configFile: string;

  constructor(workshop: Workshop, configFile: string) {
    this.#workshop = workshop;
    this.#configFile = configFile;
  }

  /** Runs a command with JSON as its answer. @throws Error where it ends otherwise than with one of `accept`. */
  async run(args: readonly string[], accept: readonly number[] = [0]): Promise<Timed> {
    const { folder, dist } = this.#workshop;
    const all = [
      join(dist, 'main.js'),
      ...args,
      '--config',
      this.#configFile,
      '--format',
      'json',
      '--log-level',
      'error',
    ];
    return await timed(execPath, all, { folder, accept });
  }

  /** The marks in the directory become the ledger, and one pass remembers every document: as after a first adoption. */
  async learn(): Promise<void> {
    // Shown and not yet approved, it ends with 2: a person has to look.
    const shown = await this.run(['ledger', 'rebuild'], [2]);
    // The answer of our own program, in its stable form.
    const { digest } = JSON.parse(shown.output) as { readonly digest: string };
    await this.run(['ledger', 'rebuild', '--approve', digest, '--reason', 'benchmark']);
    await this.run(['sync']);
  }

  async pass(command: 'plan' | 'sync', accept: readonly number[] = [0]): Promise<TimedPass> {
    const done = await this.run([command], accept);
    // The answer of our own program, in its stable form.
    const report = JSON.parse(done.output) as Report;
    const known = Object.values(report.durationsMs).reduce((sum, ms) => sum + ms, 0);
    return { ...done, report, steps: { ...report.durationsMs, 'start and end': done.ms - known } };
  }
}

/** @throws Error unless the report says that there is nothing to do, nothing held, nothing to tell. */
export function assertNothingToDo({ plan, holds, diagnostics, trouble }: Report): void {
  const counts = {
    changes: plan.changes.length,
    notices: plan.notices.length,
    heldEntries: plan.heldEntries.length,
    unread: plan.unread.length,
    holds: holds.length,
    diagnostics: diagnostics.length,
    trouble: trouble.length,
  };
  const odd = Object.entries(counts).filter(([, count]) => count > 0);
  if (odd.length === 0) return;
  const examples = JSON.stringify([...plan.notices, ...diagnostics, ...trouble, ...plan.unread].slice(0, 2));
  throw new Error(`The plan should have been empty: ${JSON.stringify(Object.fromEntries(odd))} ${examples}`);
}

/** @throws Error unless exactly so many accounts would change, and nothing else is said. */
export function assertUpdates(report: Report, count: number): void {
  const { changes } = report.plan;
  const updates = changes.filter(({ kind }) => kind === 'update').length;
  if (updates === count && changes.length === count && report.trouble.length === 0 && report.plan.unread.length === 0) {
    return;
  }
  throw new Error(
    `${count} accounts should change: ${updates} of ${changes.length} do. ${JSON.stringify(report.trouble)}`,
  );
}
