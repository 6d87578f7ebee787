/** The tasks of hosted servers: the next step of each; done once the entry, or somebody who did it, says so. */
import type { Notice } from '../../core/plan.ts';
import { subjectKey, type Task, type TaskQuestion } from '../../core/tasks.ts';
import type { Day, Entry, HostedServer, ServerStep } from '../../model/document.ts';
import { placeOfField } from '../../model/field-lines.ts';
import type { TaskBook } from './book.ts';
import { serverNeed, stepLines } from './needs.ts';
import type { TaskSettings } from './settings.ts';

export function workOnServers(
  { model, memory }: TaskQuestion,
  { servers }: TaskSettings,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
): void {
  const tasks = Map.groupBy(
    // What was confirmed in this look is done as well.
    [...memory.tasks.filter(({ id }) => !confirmed.has(id)), ...book.closed].filter(isOfServer),
    ({ subject }) => subject.server,
  );
  const needed = new Set<string>();
  for (const entry of model.hostedServers) {
    const own = tasks.get(entry.document.id) ?? [];
    const done = doneIn(own);
    const need = serverNeed(entry, done, model, servers);
    if (need !== null) {
      needed.add(subjectKey(need.subject));
      book.need(need);
    }
    for (const [step, day] of stepsOf(done)) {
      if (entry.document.steps[step] === null) book.notices.push(unwritten(entry, step, day));
    }
    for (const task of own) {
      if (task.status !== 'open' || needed.has(subjectKey(task.subject))) continue;
      const day = entry.document.steps[task.subject.step];
      if (day === null) book.withdraw(task);
      else book.done(task, 'step', { doneOn: day, by: null }, placeOfField(entry, `steps.${task.subject.step}`));
    }
  }
  const known = new Set(model.hostedServers.map(({ document }) => document.id));
  for (const [server, own] of tasks) {
    if (!known.has(server)) for (const task of own) if (task.status === 'open') book.withdraw(task);
  }
}

type ServerTask = Task & { readonly subject: Extract<Task['subject'], { readonly kind: 'server' }> };

function isOfServer(task: Task): task is ServerTask {
  return task.subject.kind === 'server';
}

/** Steps that somebody said are done, by a command or a confirmation. */
function doneIn(tasks: readonly ServerTask[]): Partial<Record<ServerStep, Day>> {
  const done: Partial<Record<ServerStep, Day>> = {};
  for (const { status, doneBy, doneOn, subject } of tasks) {
    if (status === 'done' && doneBy !== 'step' && doneOn !== null) done[subject.step] = doneOn;
  }
  return done;
}

function stepsOf(done: Partial<Record<ServerStep, Day>>): readonly (readonly [ServerStep, Day])[] {
  // The keys of such a record are steps.
  return Object.entries(done) as [ServerStep, Day][];
}

/** What was said to be done counts, and should stand where everybody reads it. */
function unwritten({ document, origin }: Entry<HostedServer>, step: ServerStep, day: Day): Notice {
  const { file, lines } = stepLines(origin.file, step, day);
  return {
    kind: 'task',
    person: null,
    subject: `${document.id} ${step}`,
    text: `The step \`${step}\` of the server ${document.id} was confirmed and does not stand in its entry yet.`,
    next: `Write into ${file}, beside the steps that stand there:\n${lines}`,
    origin,
    urgent: false,
  };
}
