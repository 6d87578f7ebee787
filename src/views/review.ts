/** A review as people read it: what merging would do first, then people with reason and line, in as much room as there is. */
import type { Change } from '../core/change.ts';
import { peopleIn } from '../core/plan.ts';
import { HIDDEN_VALUE, type Review } from '../core/review.ts';
import { noticeSections } from './attention.ts';
import { capped, changeSections, summaryOf, type Wording } from './changes.ts';
import { diagnosticSections, diagnosticSummary, heldEntrySections } from './diagnostics.ts';
import { pageAsMarkdown } from './markdown.ts';
import { type Block, item, type Line, line, type Page, type Section, section, whereFrom } from './page.ts';
import { count, moment, people, sentence, shortRevision } from './words.ts';

/** Enough of a digest to tell changes of one review apart. */
const DIGEST_DIGITS_SHOWN = 12;
/** Names in one list, from the most that are worth reading to none: the first that fits is taken. */
const ROOM: readonly number[] = [200, 50, 20, 8, 3, 0];

export interface ReviewOptions {
  /** IANA name. */
  readonly timeZone: string;
  readonly all: boolean;
}

/** One line, for a commit status. */
export function reviewHeadline(review: Review): string {
  const { state, conflicts, diagnostics, items, spared } = review;
  const summary = summaryOf(
    items.map(({ change }) => change),
    'future',
  );
  switch (state) {
    case 'conflict':
      return `It cannot be merged by itself: ${count(conflicts.length, 'file conflicts', 'files conflict')}.`;
    case 'errors':
      return `${sentence(diagnosticSummary(diagnostics) ?? 'mistakes')} to correct.`;
    case 'unknown':
      return 'What would happen is not known: not everything could be read.';
    case 'changes':
      if (summary !== null) return `${sentence(summary)}.`;
      return `${count(spared.length, 'change', 'changes')} would not happen any more.`;
    case 'nothing':
      return 'Nothing changes for anybody.';
    case 'valid':
      return 'No mistakes; what would happen was not looked at.';
  }
}

/**
 * As Markdown, at most so many characters.
 * @param link where the whole of it is shown; null: nowhere
 */
export function reviewMarkdown(
  review: Review,
  { characters, link, timeZone }: { readonly characters: number; readonly link: URL | null; readonly timeZone: string },
): string {
  const elsewhere = link === null ? 'they are in the full plan' : 'the full plan shows them';
  const more = link === null ? '' : `\n[The full plan](<${link.href.replace(/[<>\\]/g, encodeURIComponent)}>)\n`;
  let text = '';
  for (const shownMax of ROOM) {
    text = pageAsMarkdown(pageOf(review, { timeZone, all: false, shownMax, elsewhere })) + more;
    if (text.length <= characters) return text;
  }
  return cutTo(characters, text, more);
}

/** Whole lines only, so that no half of a line becomes something else. */
function cutTo(characters: number, text: string, more: string): string {
  const note = `\n\nMore than fits here was left out.\n${more}`;
  const kept: string[] = [];
  let length = note.length;
  for (const one of text.split('\n')) {
    length += one.length + 1;
    if (length > characters) break;
    kept.push(one);
  }
  const fence = /^\s*(`{3,})/;
  const open = kept.reduce<string | null>((inside, one) => {
    const found = fence.exec(one)?.[1];
    if (found === undefined) return inside;
    return inside === null ? found : found === inside ? null : inside;
  }, null);
  // What is cut in the middle of a snippet ends before it.
  const end = open === null ? kept.length : kept.findLastIndex((one) => fence.exec(one)?.[1] === open);
  return kept.slice(0, end).join('\n').trimEnd() + note;
}

/** For a terminal, or for Markdown without a limit. */
export function reviewPage(review: Review, options: ReviewOptions): Page {
  return pageOf(review, options);
}

function pageOf(review: Review, options: Omit<Wording, 'tense'>): Page {
  const digests = new Map(review.items.map(({ change, digest }) => [change, digest.slice(0, DIGEST_DIGITS_SHOWN)]));
  const wording: Wording = { ...options, tense: 'future' };
  const marked: Wording = {
    ...wording,
    markOf: (changes) => [...new Set(changes.map((one) => digests.get(one) ?? ''))].join(' '),
  };
  const changes = review.items.map(({ change }) => change);
  return {
    title: `What merging ${shortRevision(review.head)} would do`,
    blocks: [
      line(reviewHeadline(review), toneOf(review)),
      ...summaryLines(review, changes),
      ...conflictSections(review, wording),
      ...unreadSections(review),
      ...section(
        'To be borne in mind',
        review.consequences.map(({ text, origin }) => item([text, ...whereFrom(origin)])),
        'bad',
      ),
      ...holdSection(review),
      ...diagnosticSections(review.diagnostics, { ...wording, forgetful: review.how === 'validate' }),
      ...changeSections(changes, marked),
      ...sparedSections(review.spared, wording),
      ...heldEntrySections(review.heldEntries, review.diagnostics, wording),
      ...noticeSections(review.notices, wording),
      ...section('This review', circumstances(review, options.timeZone), 'faint'),
    ],
  };
}

function toneOf({ state, holds }: Review): Line['tone'] {
  if (state === 'conflict' || state === 'errors' || state === 'unknown') return 'bad';
  if (state === 'changes') return holds.length > 0 ? 'warn' : 'strong';
  return 'good';
}

/** What the headline leaves out where it has to say something graver. */
function summaryLines(
  { state, items, diagnostics, noLongerCounts }: Review,
  changes: readonly Change[],
): readonly Line[] {
  const summary = state === 'changes' ? null : summaryOf(changes, 'future');
  const mistakes = state === 'errors' ? null : diagnosticSummary(diagnostics);
  const held = peopleIn(items.filter(({ heldBy }) => heldBy !== null).map(({ change }) => change)).size;
  return [
    ...(summary === null ? [] : [line(`As far as it is known: ${summary}.`, 'strong')]),
    ...(held === 0 ? [] : [line(`Of this, changes to ${people(held)} would wait until somebody decides.`, 'warn')]),
    ...(mistakes === null ? [] : [line(`In the repository: ${mistakes}.`, 'warn')]),
    ...(noLongerCounts === undefined
      ? []
      : [
          line(
            `What the review of ${shortRevision(noLongerCounts)} showed counts no longer, and this one shows nothing to hold a merge against: review it whole before it is merged.`,
            'warn',
          ),
        ]),
  ];
}

function conflictSections({ conflicts }: Review, wording: Wording): readonly Section[] {
  const files = conflicts.map((code) => item([{ code }]));
  const next = line('Bring the branch up to date with the target, and mend these files in it.');
  return section('Changed on both sides', files.length === 0 ? [] : [...capped(files, wording), next], 'bad');
}

/** Who reads a merge request need not learn the names of servers: what failed there, a pass and `muster doctor` say. */
function unreadSections({ trouble, state }: Review): readonly Block[] {
  if (trouble.length === 0 || state === 'conflict') return [];
  return section(
    'Could not be looked at',
    [line(`${count(trouble.length, 'thing', 'things')} could not be read; "muster doctor" says what and why.`)],
    'bad',
  );
}

function holdSection({ holds }: Review): readonly Section[] {
  const blocks = holds.map(({ because, people: n }) => item(`${people(n)}: ${because}`));
  return section('Would wait until somebody decides', blocks, 'warn');
}

function sparedSections(spared: readonly Change[], wording: Wording): readonly Section[] {
  const names = [...Map.groupBy(spared, ({ person }) => person.label)].map(([label, theirs]) =>
    item(label, [line(`Why it would have happened: ${theirs[0]?.cause.text ?? ''}`, 'faint')]),
  );
  const summary = summaryOf(spared, 'future');
  const blocks = summary === null ? [] : [line(`Without this: ${summary}.`), ...capped(names, wording)];
  return section(`Would not happen any more (${people(peopleIn(spared).size)})`, blocks);
}

function circumstances(review: Review, timeZone: string): readonly Line[] {
  const { anyway, standing, items, digest, read, head, target, at } = review;
  const hidden = items.some(({ change }) => JSON.stringify(change).includes(JSON.stringify(HIDDEN_VALUE)));
  const state = read.map((one) => `${one.system} as read (${one.digest.slice(0, DIGEST_DIGITS_SHOWN)})`);
  const from = [`${moment(at, timeZone)} (${timeZone})`, ...state].join('; ');
  const lines = [
    line(`Worked out for ${shortRevision(head)} merged into ${shortRevision(target)}, ${from}.`, 'faint'),
    ...(anyway.changes === 0
      ? []
      : [
          line(
            `With or without it, ${count(anyway.changes, 'change', 'changes')} to ${people(anyway.people)} will be made.`,
            'faint',
          ),
        ]),
    ...(standing === 0
      ? []
      : [
          line(
            `${count(standing, 'mistake or warning stands', 'mistakes or warnings stand')} in the target already.`,
            'faint',
          ),
        ]),
    ...(hidden ? [line(`Values that the target does not declare yet are ${HIDDEN_VALUE}.`, 'faint')] : []),
    ...(items.length === 0
      ? []
      : [line(['All of it in one word: ', { code: digest.slice(0, DIGEST_DIGITS_SHOWN) }], 'faint')]),
  ];
  return lines;
}
