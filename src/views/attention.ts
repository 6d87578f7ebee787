/** What waits for a person: held changes, notices, systems that could not be read, changes that failed. */
import type { Hold, Notice } from '../core/plan.ts';
import { peopleIn } from '../core/plan.ts';
import type { Applied } from '../core/report.ts';
import { attemptWords } from '../core/thing.ts';
import { place } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import { capped, changeList, handChangeLines, summaryOf, type Wording } from './changes.ts';
import { type Block, type Item, item, line, nextStep, type Section, section, snippet, whereFrom } from './page.ts';
import { people } from './words.ts';

/** Where and what, then what to do next: the same wherever something went wrong. */
export function troubleSections(troubles: readonly Trouble[]): readonly Section[] {
  return section('Could not be done', troubles.map(troubleItem), 'bad');
}

export function troubleItem(trouble: Trouble): Item {
  return item(`${trouble.where}: ${trouble.what}`, nextStep(trouble.next), 'bad');
}

/** Each hold with its rule, its figures, what releases it, and whom it concerns. */
export function holdSections(holds: readonly Hold[], wording: Wording): readonly Section[] {
  return holds.flatMap((hold) => {
    const summary = summaryOf(hold.changes, 'future') ?? 'nothing';
    const blocks: readonly Block[] = [
      line(`Why: ${hold.because}`),
      ...nextStep(hold.release),
      ...changeList(hold.changes, { ...wording, tense: 'future' }),
    ];
    return section(`Held: ${summary}`, blocks, 'warn');
  });
}

/** Notices that ask for something, the urgent ones by themselves, then those that only inform. */
export function noticeSections(notices: readonly Notice[], wording: Wording): readonly Section[] {
  const later = notices.filter((notice) => !notice.urgent);
  const asking = later.filter((notice) => notice.next !== null);
  const unknown = asking.filter(isUnknownMark);
  const grouped = unknown.length < UNKNOWN_GROUPED_FROM ? [] : [unknownMarks(unknown, wording)];
  const single = asking.filter((notice) => grouped.length === 0 || !isUnknownMark(notice));
  const items = (some: readonly Notice[]) => some.map((notice) => noticeItem(notice, driftBlocks(notice, wording)));
  return [
    ...section('Needs somebody', [...grouped, ...capped(items(single), wording)], 'warn'),
    ...section('Good to know', capped(items(later.filter((notice) => notice.next === null)), wording), 'plain'),
  ];
}

/** Accounts with an unknown mark from which they are told as one: they have one cause, and one command mends them all. */
const UNKNOWN_GROUPED_FROM = 3;

export function isUnknownMark({ kind }: Notice): boolean {
  return kind === 'unknown-mark';
}

function unknownMarks(notices: readonly Notice[], wording: Wording): Item {
  const names = notices.map(({ person, text, origin }) => item([person ?? text, ...whereFrom(origin)]));
  return item(
    `${notices.length} accounts bear Muster's mark, but the database does not know them; they are left alone.`,
    [
      ...nextStep('To have them learned again, run "muster ledger rebuild"; it shows first what it would learn.'),
      ...capped(names, wording),
    ],
  );
}

/** Somebody who should be shut out is not: never capped, always on top. */
export function urgentSections(notices: readonly Notice[]): readonly Section[] {
  return section(
    'Urgent',
    notices.filter((notice) => notice.urgent).map((notice) => noticeItem(notice)),
    'bad',
  );
}

/** Changes that failed or were passed over, each with why and what to do. */
export function failedSections(applied: readonly Applied[], wording: Wording): readonly Section[] {
  const failed = applied.filter(({ outcome }) => outcome.status === 'failed');
  const skipped = applied.filter(({ outcome }) => outcome.status === 'skipped');
  const title = (word: string, some: readonly Applied[]) =>
    `${word} (${people(peopleIn(some.map(({ change }) => change)).size)})`;
  return [
    ...section(title('Failed', failed), capped(failed.map(outcomeItem), wording), 'bad'),
    ...section(title('Passed over', skipped), capped(skipped.map(outcomeItem), wording), 'warn'),
  ];
}

function outcomeItem({ change, outcome }: Applied): Item {
  const head = `${change.person.label}: ${attemptWords(change.kind, change.address.kind)}`;
  if (outcome.status === 'failed') return item(head, [line(outcome.error), ...nextStep(outcome.next)]);
  return item(head, outcome.status === 'skipped' ? [line(outcome.because)] : []);
}

/** When and where it was changed by hand, and what to write to keep it. */
function driftBlocks({ drift }: Notice, { timeZone }: Wording): readonly Block[] {
  if (drift === undefined) return [];
  const { edit } = drift;
  const keep =
    edit === undefined
      ? []
      : [line(['To keep it, write in ', { code: place(edit.origin) }, ' instead:']), snippet(edit.lines)];
  return [...handChangeLines(drift, timeZone), ...keep];
}

function noticeItem(notice: Notice, blocks: readonly Block[] = []): Item {
  const next = notice.next === null ? [] : nextStep(notice.next);
  return item([notice.text, ...whereFrom(notice.origin)], [...blocks, ...next]);
}
