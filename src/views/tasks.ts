/** What people do by hand: late, open, done; and what a plan or a pass brings of it. */
import type { Report } from '../core/report.ts';
import type { Task } from '../core/tasks.ts';
import { dayOf, daysBetween } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import { capped, type Wording } from './changes.ts';
import { type Block, item, line, nextStep, type Page, section } from './page.ts';
import { count, people } from './words.ts';

export interface TaskWording {
  readonly timeZone: string;
  readonly at: Instant;
}

/** @param all what is over as well. */
export function tasksPage(tasks: readonly Task[], wording: TaskWording & { readonly all: boolean }): Page {
  const over = (status: Task['status']) =>
    tasks.filter((task) => task.status === status).toSorted((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0));
  const blocks = openTaskBlocks(tasks, wording);
  return {
    title: 'Tasks that people do by hand',
    blocks: [
      ...(blocks.length === 0 ? [line('None is open.', 'good')] : blocks),
      ...(wording.all
        ? [
            ...section(
              'Done',
              over('done').map((task) => overItem(task, wording)),
              'plain',
            ),
            ...section(
              'No longer needed',
              over('withdrawn').map((task) => overItem(task, wording)),
              'faint',
            ),
          ]
        : []),
    ],
  };
}

/** The latest first. */
export function openTaskBlocks(tasks: readonly Task[], wording: TaskWording): readonly Block[] {
  const open = tasks.filter(({ status }) => status === 'open').toSorted((a, b) => a.dueAt - b.dueAt);
  const late = open.filter(({ dueAt }) => dueAt <= wording.at);
  return [
    ...section(
      `Late (${late.length})`,
      late.map((task) => openItem(task, wording)),
      'bad',
    ),
    ...section(
      `Open (${open.length - late.length})`,
      open.slice(late.length).map((task) => openItem(task, wording)),
    ),
  ];
}

/** Open or over, in the order given. */
export function taskBlocks(tasks: readonly Task[], wording: TaskWording): readonly Block[] {
  return tasks.map((task) => (task.status === 'open' ? openItem(task, wording) : overItem(task, wording)));
}

function openItem(task: Task, { timeZone, at }: TaskWording): Block {
  const { id, title, text, dueAt, openedAt, openings, to, toldAt, reminders, escalatedAt } = task;
  const dueOn = dayOf(dueAt - 1, timeZone);
  const days = daysBetween(dueOn, dayOf(at, timeZone));
  const due = days > 0 ? `was due by ${dueOn}, ${count(days, 'day', 'days')} late` : `due by ${dueOn}`;
  const told = [
    to.length === 0 ? 'nobody is named who does it' : `asked of ${to.join(', ')}`,
    ...(toldAt === null && to.length > 0 ? ['the mail is not written yet'] : []),
    ...(reminders === 0 ? [] : [`reminded ${count(reminders, 'time', 'times')}`]),
    ...(escalatedAt === null ? [] : ['operations were told']),
  ];
  const again = openings === 1 ? '' : `, for the ${ordinal(openings)} time`;
  return item(
    [{ code: id }, ` ${title}: ${text}`],
    [line(`${due}; opened ${dayOf(openedAt, timeZone)}${again}; ${told.join('; ')}`, days > 0 ? 'warn' : 'faint')],
  );
}

function overItem(
  { id, title, text, status, closedAt, doneBy, doneOn, by, reason }: Task,
  { timeZone }: TaskWording,
): Block {
  const on = closedAt === null ? '' : dayOf(closedAt, timeZone);
  const how =
    status === 'withdrawn'
      ? `no longer needed since ${on}`
      : {
          command: `confirmed by ${by} on ${doneOn}: ${reason}`,
          confirmed: `done on ${doneOn}${by === null ? '' : ` by ${by}`}, as confirmed-tasks.yaml says`,
          step: `done on ${doneOn}, as its entry says`,
        }[doneBy ?? 'step'];
  return item([{ code: id }, ` ${title}: ${text}`], [line(how, 'faint')]);
}

function ordinal(n: number): string {
  const ends: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
  return `${n}${ends[new Intl.PluralRules('en', { type: 'ordinal' }).select(n)] ?? 'th'}`;
}

export function donePage(task: Task): Page {
  const after =
    task.subject.kind === 'server' && task.entry !== null
      ? nextStep(`Write it into ${task.entry.file} as well, where everybody reads it:\n${task.entry.lines}`)
      : [];
  return {
    title: `Done: ${task.id}`,
    blocks: [line(`${task.title}: ${task.text}`), line('It is recorded.', 'good'), ...after],
  };
}

/** What a plan or a pass brings of it. */
export function taskSections({ tasks }: Report, wording: Wording): readonly Block[] {
  if (tasks === undefined) return [];
  const future = wording.tense === 'future';
  const itemOf = ({ id, title, text }: Task) => item([{ code: id }, ` ${title}: ${text}`]);
  const done = tasks.closed.filter(({ status }) => status === 'done');
  const withdrawn = tasks.closed.filter(({ status }) => status === 'withdrawn');
  return [
    ...tasks.met.map(({ name, people: n }) =>
      line(
        `${name}: whoever has access now counts as having it there (${people(n)}); tasks are for what changes from here on.`,
      ),
    ),
    ...section(
      `${future ? 'Tasks that would be given to people' : 'Tasks given to people'} (${tasks.opened.length})`,
      capped(tasks.opened.map(itemOf), wording),
    ),
    ...section(`Tasks that are done (${done.length})`, capped(done.map(itemOf), wording)),
    ...section(`Tasks that are no longer needed (${withdrawn.length})`, capped(withdrawn.map(itemOf), wording)),
  ];
}
