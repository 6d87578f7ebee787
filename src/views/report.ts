/** The report of a pass, and so of a plan: a summary first, then each person with the reason and the line behind it. */
import type { Change } from '../core/change.ts';
import { exitCodeOf, type Report } from '../core/report.ts';
import { thingOf } from '../core/thing.ts';
import type { Trouble } from '../errors.ts';
import {
  failedSections,
  holdSections,
  isUnknownMark,
  noticeSections,
  troubleSections,
  urgentSections,
} from './attention.ts';
import { changeList, changeSections, summaryOf, type Wording } from './changes.ts';
import { diagnosticSections, diagnosticSummary, heldEntrySections } from './diagnostics.ts';
import { forecastSections } from './forecast.ts';
import { type Block, type Line, line, nextStep, type Page, type Section, section } from './page.ts';
import { taskSections } from './tasks.ts';
import { count, duration, moment, sentence, shortRevision } from './words.ts';

/** How a reader wants it: everybody by name or the first of many, and in which time zone (IANA). */
export type ReportOptions = Pick<Wording, 'all' | 'timeZone'>;

/** Said where the directory is as the repository wants it. */
export const NOTHING_TO_DO = 'Nothing to do: the directory matches the repository.';

/** Said where nothing changes by itself, although not everything is as it should be. */
export const NOTHING_BY_ITSELF = 'Nothing to do by itself; what needs somebody is shown below.';

/** A plan (`dryRun`) in the future tense, a pass in the past. */
export function reportPage(report: Report, options: ReportOptions): Page {
  const wording: Wording = { ...options, tense: report.dryRun || report.mode === 'observe' ? 'future' : 'past' };
  const { plan } = report;
  const shown = changesToShow(report);
  const revision = plan.revision === '' ? 'no revision' : `revision ${shortRevision(plan.revision)}`;
  return {
    title: `${report.dryRun ? 'Plan' : 'Pass'} for ${revision}`,
    blocks: [
      ...memoryLost(report),
      ...urgentSections(plan.notices),
      ...troubleSections(troublesOf(report)),
      ...repositoryAway(report),
      ...summaryLines(report, shown, wording),
      ...nothingWritten(report),
      ...failedSections(report.applied, wording),
      ...changeSections(shown, wording),
      ...holdSections(report.holds, wording),
      ...observedSections(report, wording),
      ...taskSections(report, wording),
      ...diagnosticSections(report.diagnostics, wording),
      ...heldEntrySections(plan.heldEntries, report.diagnostics, wording),
      ...noticeSections(plan.notices, wording),
      ...forecastSections(report.forecast, wording),
      ...section('This run', [circumstances(report, options)], 'faint'),
    ],
  };
}

/** A database that knows nobody, where accounts bear our mark, was lost or put aside: said before all that follows from it. */
function memoryLost({ plan }: Report): readonly Block[] {
  const unknown = plan.notices.filter(isUnknownMark).length;
  const known = plan.read.reduce((sum, { ours }) => sum + ours, 0);
  // What the block lane has shut out since is known again.
  if (unknown === 0 || plan.read.length === 0 || known >= unknown) return [];
  const marked = unknown + known;
  const accounts =
    marked === 1
      ? 'the one account that bears'
      : `${known === 0 ? 'any' : `more than ${known}`} of the ${marked} accounts that bear`;
  return [
    line(`Muster's database does not know ${accounts} Muster's mark: it is new, or was lost.`, 'bad'),
    ...nextStep(
      'Nothing is done for these people. Put the database back, or run "muster ledger rebuild" to see what it would learn from the marks.',
    ),
  ];
}

/** A system that could not be read is named in both lists, and several may fail for one reason. */
function troublesOf({ trouble, plan }: Report): readonly Trouble[] {
  return [...new Map([...trouble, ...plan.unread].map((one) => [said(one), one])).values()];
}

function said({ where, what }: Trouble): string {
  return `${where}: ${what}`;
}

/** The repository is away or refused: what it last said goes on, for everybody. */
function repositoryAway({ trouble, plan }: Report): readonly Line[] {
  const systems = new Set(plan.unread.map(said));
  if (trouble.every((one) => systems.has(said(one)))) return [];
  return [
    line(
      'What the repository says now was not used. It counts as it last was for everybody: blocks, closings and last days still reach people, and nobody gains anything.',
      'warn',
    ),
  ];
}

/** What goes through (planned) or went through (done); what is held has a section of its own. */
function changesToShow(report: Report): readonly Change[] {
  if (report.dryRun || report.mode === 'observe') {
    return changesThatPass(report);
  }
  return report.applied.filter(({ outcome }) => outcome.status === 'applied').map(({ change }) => change);
}

/** What would be done for people who are only observed. */
function observedSections(report: Report, wording: Wording): readonly Section[] {
  const changes = observedChanges(report);
  const summary = summaryOf(changes, 'future');
  if (summary === null) return [];
  const told = line('Their institution is in "observe": nothing of theirs is written, blocks included.', 'warn');
  return section(`Only observed: ${summary}`, [told, ...changeList(changes, { ...wording, tense: 'future' })]);
}

function observedChanges({ plan, observed = [] }: Pick<Report, 'plan' | 'observed'>): readonly Change[] {
  const people = new Set(observed);
  return plan.changes.filter(({ person }) => people.has(person.key));
}

/** What is planned, not held, and not only observed. */
export function changesThatPass(report: Pick<Report, 'plan' | 'holds' | 'observed'>): readonly Change[] {
  const { plan, holds } = report;
  const held = new Set([...holds.flatMap(({ changes }) => changes), ...observedChanges(report)].map(identity));
  return plan.changes.filter((change) => !held.has(identity(change)));
}

/** Tells the changes of one report apart, also after the report has been stored and read again. */
function identity({ address, kind, handle }: Change): string {
  return JSON.stringify([address.system, address.kind, address.key, kind, handle]);
}

function nothingWritten(report: Report): readonly Line[] {
  if (report.dryRun) return [line('This only shows what would happen; nothing was written.', 'faint')];
  if (report.mode === 'enforce') return [];
  return [line('The mode is "observe", so nothing was written. Set "mode: enforce" to have it done.', 'warn')];
}

/** When, how long, which run, and what was read from where: for whoever looks into it later. */
function circumstances(report: Report, { timeZone }: ReportOptions): Line {
  const read = report.plan.read.map(
    ({ system, server, ours, thing }) => `${system} read from ${server}, ${ownedWords(ours, thing)}`,
  );
  const took = duration(report.finishedAt - report.startedAt);
  const when = `${moment(report.startedAt, timeZone)} (${timeZone}), took ${took}, run ${report.runId}`;
  return line([when, ...read].join('; '), 'faint');
}

function ownedWords(ours: number, thing: string | undefined): string {
  const { counted, owned } = thingOf(thing);
  const [one, many] = counted.map((noun, nth) => `${noun} ${owned[nth]}`);
  return count(ours, one ?? '', many ?? '');
}

function summaryLines(report: Report, shown: readonly Change[], wording: Wording): readonly Line[] {
  const done = summaryOf(shown, wording.tense);
  const held = summaryOf(
    report.holds.flatMap((hold) => hold.changes),
    'future',
  );
  const observed = summaryOf(observedChanges(report), 'future');
  const failed = report.applied.filter(({ outcome }) => outcome.status === 'failed').length;
  const mistakes = diagnosticSummary(report.diagnostics);
  return [
    ...(done === null ? [] : [line(`${sentence(done)}.`, 'strong')]),
    ...(failed === 0 ? [] : [line(`${count(failed, 'change', 'changes')} failed.`, 'bad')]),
    ...(held === null ? [] : [line(`Held until somebody decides: ${held}.`, 'warn')]),
    ...(observed === null ? [] : [line(`Only observed: ${observed}.`, 'warn')]),
    ...(mistakes === null ? [] : [line(`In the repository: ${mistakes}.`, 'warn')]),
    ...unknownLines(report),
    ...(done === null && held === null && observed === null && failed === 0 ? quiet(report) : []),
  ];
}

/** Of a system that was not read nobody knows what should change there; the lane may have shut somebody out all the same. */
function unknownLines({ plan, applied }: Report): readonly Line[] {
  if (plan.unread.length === 0) return [];
  const systems = [...new Set(plan.unread.map(({ system }) => system))];
  const written = applied.some(({ change: { address } }) => systems.includes(address.system));
  const done = written ? 'only blocks and closings were tried' : 'nothing was changed';
  return [
    line(
      `In the ${systems.join(' and the ')} ${done}, and what should change there is not known as long as the above could not be done.`,
      'bad',
    ),
  ];
}

/** No change: because everything is right, or because not everything could be seen, which is said already of a system. */
function quiet(report: Report): readonly Line[] {
  if (report.plan.unread.length > 0) return [];
  if (report.trouble.length > 0) {
    return [
      line('Nothing was changed. What should change is not known as long as the above could not be done.', 'bad'),
    ];
  }
  return [quietWord(report)];
}

function quietWord(report: Report): Line {
  if (report.plan.notices.some(isUnknownMark))
    return line('Nothing was changed; what bears a mark that the database does not know is left alone.', 'warn');
  if (exitCodeOf(report) !== 0) return line(NOTHING_BY_ITSELF, 'warn');
  // A lane alone reads nobody but those who should be shut out, and so knows nothing of the others.
  if (report.plan.read.length === 0)
    return line('Nothing to do: whoever is blocked or closed is shut out already.', 'good');
  return line(NOTHING_TO_DO, 'good');
}
