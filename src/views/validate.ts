/** What `validate` found: how much is in the repository, and every mistake with the line to write. */
import type { Checked } from '../core/check-repository.ts';
import type { CheckedStep } from '../core/check-step.ts';
import { diagnosticSections, diagnosticSummary } from './diagnostics.ts';
import { line, type Page } from './page.ts';
import { stepBlocks } from './step.ts';
import { count, people, shortRevision } from './words.ts';

export function validatePage(checked: Checked | CheckedStep, options: { readonly all: boolean }): Page {
  const { entries, diagnostics } = checked;
  const blocks = entries['blocked-institution'] + entries['blocked-user'] + entries['mail-block'];
  const counted = [
    count(entries.institution, 'institution', 'institutions'),
    people(entries.user),
    count(blocks, 'block', 'blocks'),
    ...(entries.server === 0 ? [] : [count(entries.server, 'hosted server', 'hosted servers')]),
    ...(entries['confirmed-task'] === 0 ? [] : [count(entries['confirmed-task'], 'confirmed task', 'confirmed tasks')]),
  ];
  const found = diagnosticSummary(diagnostics);
  const bad = diagnostics.some(({ severity }) => severity === 'error');
  return {
    title: `Repository at revision ${shortRevision(checked.revision)}`,
    blocks: [
      line(found === null ? 'No mistakes.' : `Found: ${found}.`, bad ? 'bad' : found === null ? 'good' : 'warn'),
      line(`Valid: ${counted.join(', ')}.`, 'faint'),
      ...diagnosticSections(diagnostics, { ...options, forgetful: !('step' in checked) }),
      ...('step' in checked ? stepBlocks(checked, options) : []),
    ],
  };
}
