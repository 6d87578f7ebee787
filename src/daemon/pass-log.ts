/** What the log says of each pass: one line with counts, and one for everything that somebody has to know and was not told yet. */
import { exitCodeOf, type Report } from '../core/report.ts';
import type { Log } from '../log.ts';

/** A matter as a line of the log. */
interface Matter {
  readonly severity: 'warn' | 'error';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Logs reports as they come. A matter that stands as it stood in the pass before is not told again: an hourly pass would bury
 * what is new under what is known. Urgent ones are told each time.
 */
export function passLog(log: Log): (report: Report) => void {
  let known: ReadonlySet<string> = new Set();
  return (report) => {
    const told = log.ofRun(report.runId);
    const matters = mattersOf(report);
    const applied = report.applied.filter(({ outcome }) => outcome.status === 'applied').length;
    told.info('passed', {
      trigger: report.trigger,
      revision: report.plan.revision,
      result: exitCodeOf(report),
      changes: report.plan.changes.length,
      applied,
      failed: report.applied.length - applied,
      held: report.holds.length,
      heldEntries: report.plan.heldEntries.length,
      matters: matters.length,
      durationsMs: report.durationsMs,
      audit: report.audit,
    });
    for (const { severity, message, facts } of matters) {
      if (severity === 'warn' && known.has(message)) continue;
      told[severity](message, facts);
    }
    known = new Set(matters.map(({ message }) => message));
  };
}

function mattersOf(report: Report): readonly Matter[] {
  const warn = (message: string, facts: Matter['facts']): Matter => ({ severity: 'warn', message, facts });
  return [
    ...report.trouble.map(({ where, what, next, remedy }) => warn(`${where}: ${what}`, { next, remedy })),
    ...report.applied.flatMap(({ change, outcome }) => {
      const about = `${change.kind} ${change.person.label}`;
      if (outcome.status === 'failed') return [warn(`${about} failed: ${outcome.error}`, { next: outcome.next })];
      return outcome.status === 'skipped' ? [warn(`${about} was left out: ${outcome.because}`, {})] : [];
    }),
    ...report.holds.map(({ because, changes, release }) =>
      warn(`held: ${because}`, { changes: changes.length, next: release }),
    ),
    ...report.plan.notices.flatMap(({ text, next, kind, urgent }): Matter[] =>
      urgent || next !== null ? [{ severity: urgent ? 'error' : 'warn', message: text, facts: { kind, next } }] : [],
    ),
    ...report.plan.heldEntries.map(({ text, fix, origin }) => warn(text, { ...origin, fix })),
    ...report.diagnostics.flatMap(({ severity, file, line, message }) =>
      severity === 'error' ? [warn(`${file}:${line}: ${message}`, { next: 'Run "muster validate".' })] : [],
    ),
  ];
}
