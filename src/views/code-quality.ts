/** What `validate` found as a code-quality report, which GitLab shows on a merge request and beside its lines. */
import { createHash } from 'node:crypto';
import type { Checked } from '../core/check-repository.ts';
import type { CheckedStep } from '../core/check-step.ts';

/** The fields that GitLab reads (docs.gitlab.com, "Code Quality", report format). */
interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: 'minor' | 'critical';
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/** One thing that is wrong, or that somebody should look at. */
interface Found {
  readonly severity: 'error' | 'warning';
  readonly check: string;
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/**
 * The report, as JSON with a newline at its end.
 * @param folder the one of the Git repository in which the desired state lies, as in `people/desired`; empty: its top
 */
export function codeQualityReport(checked: Checked | CheckedStep, folder: string): string {
  const seen = new Map<string, number>();
  const issues = foundIn(checked).map(({ severity, check, text, file, line }): Issue => {
    // Not by its line, which moves with every change above it.
    const identity = JSON.stringify([check, file, text]);
    const nth = seen.get(identity) ?? 0;
    seen.set(identity, nth + 1);
    return {
      description: text,
      check_name: check,
      fingerprint: createHash('sha256').update(`${nth} ${identity}`).digest('hex'),
      severity: severity === 'error' ? 'critical' : 'minor',
      location: { path: folder === '' ? file : `${folder}/${file}`, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}

function foundIn(checked: Checked | CheckedStep): readonly Found[] {
  const mistakes = checked.diagnostics.map(({ severity, message, fix, file, line }) => {
    const text = fix === undefined ? message : `${message} Write: ${fix.split('\n').join(' / ')}`;
    return { severity, check: 'repository', text, file, line };
  });
  if (!('step' in checked)) return mistakes;
  const { items, limits } = checked.step;
  const steps = items.flatMap(({ severity, does, text, next, file, line }): readonly Found[] =>
    severity === 'info'
      ? []
      : [{ severity, check: does, text: next === null ? text : `${text} ${next.split('\n')[0]}`, file, line }],
  );
  const place = items[0] ?? { file: 'muster.yaml', line: 1 };
  const over = limits.map(({ because, class: rule }) => ({
    severity: 'warning' as const,
    check: `limit-${rule}`,
    text: `Would wait for an approval: ${because}`,
    file: place.file,
    line: place.line,
  }));
  return [...mistakes, ...steps, ...over];
}
