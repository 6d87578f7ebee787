/** What came of a reviewed merge, for whoever approved it. */
import type { Deviation, SealOutcome } from '../core/seal.ts';
import { thingOf } from '../core/thing.ts';
import { capped } from './changes.ts';
import { pageAsMarkdown } from './markdown.ts';
import { type Block, item, line, type Page, type Section, section, whereFrom } from './page.ts';
import { count, moment, people, shortRevision } from './words.ts';

/** Names in one list: a merge request is no place for thousands. */
const SHOWN_MAX = 20;

/** One line, for a commit status or a log. */
export function outcomeHeadline({ shown, done, waiting, deviations, held }: SealOutcome): string {
  if (held.length > 0)
    return `Held: it would take more from ${people(new Set(held.map(({ key }) => key)).size)} than was shown.`;
  if (shown === 0 && deviations.length === 0) return 'Merged; nothing was to be done.';
  if (waiting === 0 && deviations.length === 0) return 'Done as it was shown.';
  const otherwise = deviations.filter(({ how }) => how === 'otherwise').length;
  const clauses = [
    `${count(done, 'change', 'changes')} made as shown`,
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(otherwise === 0 ? [] : [`${otherwise} otherwise than shown`]),
  ];
  return `${clauses.join(', ')}.`;
}

export function outcomeMarkdown(outcome: SealOutcome, timeZone: string): string {
  return pageAsMarkdown(outcomePage(outcome, timeZone));
}

function outcomePage(outcome: SealOutcome, timeZone: string): Page {
  const { head, revision, at, shown, done, waiting, deviations, held } = outcome;
  const some = (how: Deviation['how']) => deviations.filter((one) => one.how === how);
  const next = line(['Whoever may decide looks at them with "', { code: 'muster held' }, '".']);
  const unshown = held.length === 0 ? 'Was held, and is decided by now' : 'Held, because the review did not show it';
  return {
    title: `What came of merging ${shortRevision(head)}`,
    blocks: [
      line(outcomeHeadline(outcome), held.length > 0 ? 'warn' : 'strong'),
      ...deviationSections(unshown, some('unshown'), 'bad', held.length === 0 ? [] : [next]),
      ...deviationSections('Happens otherwise than was shown', some('otherwise'), 'warn'),
      ...deviationSections('Was shown, and need not happen any more', some('needless'), 'plain'),
      ...section(
        'This merge',
        [
          line(
            `Taken in with revision ${shortRevision(revision)}; as of ${moment(at, timeZone)} (${timeZone}), ${done} of ${count(shown, 'change', 'changes')} shown ${done === 1 ? 'was' : 'were'} made as shown, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'}.`,
            'faint',
          ),
        ],
        'faint',
      ),
    ],
  };
}

function deviationSections(
  title: string,
  some: readonly Deviation[],
  tone: Section['tone'],
  next: readonly Block[] = [],
): readonly Section[] {
  const items = some.map(({ person, address, because, origin }) =>
    item([`${person.label}, ${thingOf(address.kind).states.name}: ${because}`, ...whereFrom(origin)]),
  );
  const elsewhere = 'the report of the pass names them';
  const shown = capped(items, { all: false, shownMax: SHOWN_MAX, elsewhere });
  return section(`${title} (${some.length})`, some.length === 0 ? [] : [...shown, ...next], tone);
}
