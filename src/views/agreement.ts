/** How far systems are as the repository says, by institution: what is ready to be looked after, what stands in the way, how it came about. */
import { AGREEMENT_DAYS_SHOWN, type Agreement, type GapCount, READY_DAYS, type Slice } from '../core/agreement.ts';
import { type GapReason, isExplained } from '../core/gap-reasons.ts';
import type { Trouble } from '../errors.ts';
import { troubleSections } from './attention.ts';
import { type Block, cell, item, line, type Page, section, snippet, type Table } from './page.ts';
import { attributeName, count, people } from './words.ts';

const REASON_WORDS: Readonly<Record<GapReason, string>> = {
  'to-make': 'declared, and not there yet: it would be made',
  'to-give': 'switched off by Muster, and would be given back',
  'to-take': 'should be shut out: it would be switched off',
  'to-write': 'the repository changed, and it would be written',
  'to-adopt': 'there, and not Muster\'s yet: "muster adopt" takes it over',
  unsettled: 'a write was sent whose answer was lost',
  differs: 'is otherwise in the system, and nobody has said which is right',
  'changed-by-hand': 'was changed by hand',
  'restricted-by-hand': 'was restricted by hand to less than the repository gives',
  'off-by-hand': 'was switched off by hand',
  'on-not-ours': "should be shut out, is on, and is not Muster's to switch off",
  foreign: "bears the name, and is somebody else's",
  protected: 'is protected, so that Muster never changes it',
  moved: 'was moved out of the managed units',
  gone: 'was deleted by hand',
  conflict: "can't be made: another one holds a value that must be unique",
};

export interface AgreementOptions {
  /** Everybody by name. */
  readonly all: boolean;
  /** Systems that could not be read just now. */
  readonly unread: readonly Trouble[];
}

export function agreementPage(slices: readonly Slice[], { all, unread }: AgreementOptions): Page {
  const title = 'Agreement with the repository';
  if (slices.length === 0) {
    const none = 'Nothing was compared yet. Each pass compares once a day; "muster agreement --now" compares now.';
    return { title, blocks: [...troubleSections(unread), line(none)] };
  }
  const ready = slices.filter((slice) => slice.ready);
  const watched = slices.filter(({ mode, ready: isReady }) => mode === 'observe' && !isReady);
  const enforced = slices.filter(({ mode }) => mode === 'enforce');
  return {
    title,
    blocks: [
      ...troubleSections(unread),
      ...section(`Ready to be looked after (${ready.length})`, [
        ...ready.map((slice) => sliceItem(slice, all)),
        ...(ready.length === 0 ? [] : [line('To have it done, in the configuration:'), snippet(modesLines(ready))]),
      ]),
      ...section(
        `Not ready yet (${watched.length})`,
        watched.map((slice) => sliceItem(slice, all)),
        'warn',
      ),
      ...section(
        `Looked after already (${enforced.length})`,
        enforced.map((slice) => sliceItem(slice, all)),
      ),
      ...section('Over time', [daysTable(slices)], 'faint'),
    ],
  };
}

function modesLines(ready: readonly Slice[]): string {
  return ['modes:', ...ready.map(({ institution }) => `  ${institution}: enforce`)].join('\n');
}

function sliceItem(slice: Slice, all: boolean): Block {
  const { institution, now, mode, ready, cleanDays } = slice;
  const clean = `without an open question for ${count(cleanDays, 'day', 'days')} in a row`;
  const waits = mode === 'observe' && !ready ? `${clean}; ready after ${READY_DAYS}` : clean;
  return item(
    [{ code: institution }],
    [line(waits, ready || mode === 'enforce' ? 'good' : 'plain'), ...now.flatMap((one) => systemBlocks(one, all))],
  );
}

function systemBlocks({ system, people: total, agreeing, day, gaps }: Agreement, all: boolean): readonly Block[] {
  const share = `${agreeing} of ${people(total)} as the repository says (${percent(agreeing, total)}), on ${day}`;
  const open = gaps.filter(({ reason }) => !isExplained(reason));
  const explained = gaps.filter(({ reason }) => isExplained(reason));
  return [
    item(`${system}: ${share}`, [
      ...open.map((gap) => gapItem(gap, all, 'warn')),
      ...explained.map((gap) => gapItem(gap, all, 'plain')),
    ]),
  ];
}

function gapItem({ reason, attribute, people: n, first }: GapCount, all: boolean, tone: 'warn' | 'plain'): Block {
  const what = attribute === null ? '' : `${attributeName(attribute)} `;
  const shown = all ? first : first.slice(0, NAMES_MAX);
  const left = n - shown.length;
  const names = shown.map(({ label }) => label).join(', ');
  return item(
    `${people(n)}: ${what}${REASON_WORDS[reason]}`,
    [line(left === 0 ? names : `${names} … and ${left} more`, 'faint')],
    tone,
  );
}

/** Enough to see whom it is about; `--all` names everybody. */
const NAMES_MAX = 5;

function percent(part: number, whole: number): string {
  if (part === whole) return '100 %';
  // Rounded down: what is not whole must not look as if it were.
  return `${(Math.floor((part * 1000) / whole) / 10).toFixed(1)} %`;
}

/** One row for each institution: how it stands, in a few words. */
export function slicesTable(slices: readonly Slice[]): Table {
  return {
    kind: 'table',
    name: 'Agreement by institution',
    head: ['Institution', 'Mode', 'As the repository says', 'Open questions', 'Days in a row without one'],
    rows: slices.map(({ institution, mode, ready, days, cleanDays }) => {
      const [latest] = days;
      const { people: total = 0, agreeing = 0, unexplained = 0 } = latest ?? {};
      return [
        cell(institution),
        cell(ready ? 'observe, ready to be looked after' : mode, ready ? 'good' : 'plain'),
        cell(total === 0 ? '–' : percent(agreeing, total)),
        cell(String(unexplained), unexplained === 0 ? 'good' : 'warn'),
        cell(String(cleanDays)),
      ];
    }),
  };
}

/** One row for each day, one column for each institution. */
export function daysTable(slices: readonly Slice[]): Table {
  const days = [...new Set(slices.flatMap((slice) => slice.days.map(({ day }) => day)))].sort().reverse();
  return {
    kind: 'table',
    name: 'Agreement over time',
    head: ['Day', ...slices.map(({ institution }) => institution)],
    rows: days.slice(0, AGREEMENT_DAYS_SHOWN).map((day) => [
      cell(day),
      ...slices.map((slice) => {
        const one = slice.days.find((other) => other.day === day);
        if (one === undefined || one.people === 0) return cell('–', 'faint');
        const open = one.unexplained === 0 ? '' : `, ${one.unexplained} open`;
        return cell(`${percent(one.agreeing, one.people)}${open}`, one.unexplained === 0 ? 'good' : 'warn');
      }),
    ]),
  };
}
