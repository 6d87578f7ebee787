/** Mails about what people do by hand: what is new, what is late, what is no longer needed, and what operations should know. */
import type { Task, TaskMark } from '../core/tasks.ts';
import { dayOf } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import type { LineValues } from './catalogue.ts';
import type { Draft } from './draft.ts';
import { ITEMS_MAX, type MatterSetting } from './matter-mail.ts';
import type { TaskTelling } from './settings.ts';

const DAY_MS = 24 * 3_600_000;

/** One mail and the people it goes to. */
export interface TaskMail {
  readonly to: readonly string[];
  readonly draft: Draft;
}

export interface TaskMails {
  readonly mails: readonly TaskMail[];
  /** What these mails say, to be kept with them. */
  readonly marks: readonly TaskMark[];
}

/**
 * Levels, not edges: with what it says kept, it says nothing the second time.
 * @param current open tasks, and those whose end their people were not told of.
 * @param operations who hears of what is late for too long.
 */
export function taskMails(
  current: readonly Task[],
  telling: TaskTelling,
  operations: readonly string[],
  setting: MatterSetting,
  now: Instant,
): TaskMails {
  const withPeople = current.filter(({ to }) => to.length > 0);
  const open = withPeople.filter(({ status }) => status === 'open');
  const fresh = open.filter(({ toldAt }) => toldAt === null);
  const late = open.filter((task) => isReminderDue(task, telling, now));
  const tooLate = open.filter((task) => isEscalationDue(task, telling, now));
  const withdrawn = withPeople.filter(({ status }) => status === 'withdrawn');
  const mark = (tasks: readonly Task[], said: TaskMark['said']) => tasks.map(({ id }) => ({ id, said, at: now }));
  return {
    mails: [
      ...byPeople(withdrawn).map(({ to, tasks }) => ({ to, draft: listMail('withdrawn', tasks, setting) })),
      ...byPeople(fresh).flatMap(({ to, tasks }) =>
        tasks.length > telling.mailsAtOnce
          ? [{ to, draft: listMail('tasks', tasks, setting) }]
          : tasks.map((task) => ({ to, draft: singleMail(task, setting) })),
      ),
      ...byPeople(late).map(({ to, tasks }) => ({ to, draft: listMail('late', tasks, setting) })),
      ...(tooLate.length === 0 ? [] : [{ to: operations, draft: listMail('escalated', tooLate, setting) }]),
    ],
    marks: [
      ...mark(withdrawn, 'withdrawn'),
      ...mark(fresh, 'opened'),
      ...mark(late, 'reminded'),
      ...mark(tooLate, 'escalated'),
    ],
  };
}

/** First once the due day is over, then every so many days. A moment ahead of now was set by a clock that has gone back since. */
function isReminderDue({ toldAt, dueAt, remindedAt }: Task, { remindEveryDays }: TaskTelling, now: Instant): boolean {
  if (toldAt === null || now < dueAt) return false;
  return remindedAt === null || Math.abs(now - remindedAt) >= remindEveryDays * DAY_MS;
}

function isEscalationDue({ toldAt, dueAt, escalatedAt }: Task, telling: TaskTelling, now: Instant): boolean {
  return toldAt !== null && escalatedAt === null && now >= dueAt + telling.escalateAfterDays * DAY_MS;
}

function byPeople(tasks: readonly Task[]): readonly { readonly to: readonly string[]; readonly tasks: Task[] }[] {
  const groups = Map.groupBy(tasks, ({ to }) => to.toSorted().join(' '));
  return [...groups.values()].flatMap((some) => (some[0] === undefined ? [] : [{ to: some[0].to, tasks: some }]));
}

function singleMail(task: Task, setting: MatterSetting): Draft {
  const { templates, instance } = setting;
  const { id, title, text, due, confirm } = valuesOf(task, setting);
  const again = task.openings > 1 ? templates.line('task.again', { count: String(task.openings) }) : '';
  return { topic: 'tasks', ...templates.page('task', { instance, id, title, text, due, again, confirm }) };
}

function listMail(
  name: 'tasks' | 'late' | 'withdrawn' | 'escalated',
  tasks: readonly Task[],
  setting: MatterSetting,
): Draft {
  const { templates, instance } = setting;
  const shown = tasks.slice(0, ITEMS_MAX).map((task) => templates.line(`${name}.item`, valuesOf(task, setting)));
  const left = tasks.length - shown.length;
  const command = '"muster tasks list"';
  const items = [...shown, ...(left > 0 ? [templates.line('more', { count: String(left), command })] : [])].join('\n');
  const summary = templates.counted(name, tasks.length);
  return { topic: 'tasks', ...templates.page(name, { instance, summary, items }) };
}

function valuesOf(task: Task, { templates, timeZone }: MatterSetting): LineValues<'tasks.item'> {
  const { id, subject, dueAt, to, about, entry } = task;
  const { file, lines } = entry ?? { file: 'confirmed-tasks.yaml', lines: `- task: ${id}\n  done: YYYY-MM-DD` };
  return {
    id,
    title: subject.kind === 'server' ? templates.line('task.server', {}) : task.title,
    text: subject.kind === 'server' ? templates.line(`step.${subject.step}`, { about }) : task.text,
    due: dayOf(dueAt - 1, timeZone),
    confirm: templates.line('task.confirm', { id, file, lines }),
    people: to.join(', '),
  };
}
