/** A plan for a moment to come: what dates will have changed by then, and what of it can be approved in advance. */
import type { Ahead } from '../core/operations/plan-at.ts';
import { holdSections, noticeSections, troubleSections, urgentSections } from './attention.ts';
import { changeSections, summaryOf, type Wording } from './changes.ts';
import { type Line, line, type Page } from './page.ts';
import { changesThatPass, type ReportOptions } from './report.ts';
import { count, moment, sentence } from './words.ts';

export function aheadPage({ at, report, dueNow }: Ahead, options: ReportOptions): Page {
  const wording: Wording = { ...options, tense: 'future' };
  const { plan, holds } = report;
  const passing = changesThatPass(report);
  return {
    title: `Plan for ${moment(at, options.timeZone)} (${options.timeZone})`,
    blocks: [
      ...urgentSections(plan.notices),
      ...troubleSections([...report.trouble]),
      ...summary(passing, holds, wording),
      ...changeSections(passing, wording),
      ...holdSections(holds, wording),
      ...noticeSections(plan.notices, wording),
      line('Only what dates bring about until then, with the repository and the directory as they are now.', 'faint'),
      ...(dueNow === 0
        ? []
        : [line(`${count(dueNow, 'change is', 'changes are')} due already: "muster plan" shows them.`, 'faint')]),
    ],
  };
}

function summary(
  passing: ReturnType<typeof changesThatPass>,
  holds: Ahead['report']['holds'],
  { tense }: Wording,
): readonly Line[] {
  const done = summaryOf(passing, tense);
  const held = summaryOf(
    holds.flatMap(({ changes }) => changes),
    'future',
  );
  return [
    ...(done === null ? [] : [line(`${sentence(done)}.`, 'strong')]),
    ...(held === null ? [] : [line(`Held, unless approved before: ${held}.`, 'warn')]),
    ...(done === null && held === null ? [line('No date changes anything until then.', 'good')] : []),
  ];
}
