/** One entry of `confirmed-tasks.yaml`: that somebody did what a task asked for. */
import { DAY_LOOK, readDay } from './day.ts';
import type { ConfirmedTask } from './document.ts';
import type { Form } from './form.ts';
import type { Shape } from './form-problems.ts';
import { readTaskId } from './task-id.ts';
import { freeTextLook, readFreeText } from './text.ts';

/** A name, or a name and a team. */
const BY_MAX = 200;

export const CONFIRMED_TASK_SHAPE: Shape = {
  task: {
    write: '- task: …',
    about: 'The id of the task, as it stands in the mail about it.',
    look: {
      pattern: '[A-Za-z]{6}[- ][A-Za-z]{4}',
      hint: 'The id of a task, as in lobatu-kivo.',
      example: 'lobatu-kivo',
    },
  },
  done: { write: 'done: YYYY-MM-DD', about: 'The day on which it was done.', look: DAY_LOOK },
  by: {
    write: 'by: …',
    about: 'Who did it.',
    look: freeTextLook(BY_MAX, 'Berit, front desk'),
    optional: true,
    freeText: true,
  },
};

/** The confirmation and its key `task@done`: a task that was needed again is confirmed again. */
export function readConfirmedTask(form: Form): {
  readonly key: string | null;
  readonly document: ConfirmedTask | null;
} {
  const task = form.required('task', readTaskId);
  const done = form.required('done', readDay);
  const by = form.optional('by', (text) => readFreeText(text, BY_MAX, 'name'));
  const key = task === null || done === null ? null : `${task}@${done}`;
  if (form.problems.length > 0 || task === null || done === null) return { key, document: null };
  return { key, document: { task, done, by } };
}
