/** What waits for a person, with what each thing needs. */
import type { Waiting } from '../core/waiting.ts';
import { failedSections, holdSections, noticeSections, troubleSections, urgentSections } from './attention.ts';
import { diagnosticSections, heldEntrySections } from './diagnostics.ts';
import { type Block, line, nextStep, type Page, section } from './page.ts';
import type { ReportOptions } from './report.ts';
import { moment, shortRevision } from './words.ts';

export function heldPage(waiting: Waiting, options: ReportOptions): Page {
  const wording = { ...options, tense: 'future' } as const;
  return {
    title: 'What waits for a person',
    blocks: [
      ...sinceLines(waiting, options),
      ...pauseSection(waiting, options),
      ...urgentSections(waiting.notices),
      ...troubleSections(waiting.trouble),
      ...holdSections(waiting.holds, wording),
      ...failedSections(waiting.failed, wording),
      ...diagnosticSections(waiting.diagnostics, wording),
      ...heldEntrySections(waiting.heldEntries, waiting.diagnostics, wording),
      ...noticeSections(waiting.notices, wording),
    ],
  };
}

function sinceLines({ since, count }: Waiting, { timeZone }: ReportOptions): readonly Block[] {
  if (since === null) return [line('No pass has run yet.'), ...nextStep('Run "muster plan" to see what would happen.')];
  const when = `pass of ${moment(since.at, timeZone)} (${timeZone}), revision ${shortRevision(since.revision)}`;
  return [...(count === 0 ? [line('Nothing is held.', 'good')] : []), line(`As of the last ${when}.`, 'faint')];
}

function pauseSection({ paused }: Waiting, { timeZone }: ReportOptions): readonly Block[] {
  if (paused === null) return [];
  const { by, at, reason } = paused;
  return section(
    'Paused',
    [line(`By ${by}, ${moment(at, timeZone)}: ${reason}`), ...nextStep('muster resume')],
    'warn',
  );
}
