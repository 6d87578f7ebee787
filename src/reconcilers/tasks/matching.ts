/** Matching what has to be done by hand with what is tracked already: what opens, what closes, what is known of whom. Pure. */
import type { Notice } from '../../core/plan.ts';
import { type Held, subjectKey, type TaskChanges, type TaskQuestion } from '../../core/tasks.ts';
import type { Entry, User } from '../../model/document.ts';
import { indexModel, type ModelIndex, standing } from '../../model/standing.ts';
import { TaskBook } from './book.ts';
import { personNeed } from './needs.ts';
import { workOnServers } from './servers.ts';
import type { ManualSystem, TaskSettings } from './settings.ts';

export function matchTasks(question: TaskQuestion, settings: TaskSettings): TaskChanges {
  const book = new TaskBook(question, settings.timeZone);
  const confirmed = confirmations(question, book);
  const index = indexModel(question.model);
  const met: TaskChanges['met'][number][] = [];
  for (const system of settings.systems) {
    if (question.memory.met.has(system.id)) attendSystem(system, index, question, book, confirmed);
    else if (question.mayMeet) met.push(meet(system, index, question, book));
  }
  withdrawForgotten(question, settings, book, confirmed);
  workOnServers(question, settings, book, confirmed);
  const { opened, closed, held, notices } = book;
  return { opened, closed, held, met, notices };
}

/** What stands in `confirmed-tasks.yaml` and was taken in after the task was opened; with a notice for what names no task. */
function confirmations({ model, memory }: TaskQuestion, book: TaskBook): ReadonlySet<string> {
  const byId = new Map(memory.tasks.map((task) => [task.id, task]));
  const confirmed = new Set<string>();
  for (const { document, origin, knownSince, condition } of model.confirmedTasks) {
    const task = byId.get(document.task);
    if (task === undefined) {
      if (condition === 'declared') book.notices.push(unknownTask(document.task, origin));
    } else if (task.status === 'open' && (knownSince === null || knownSince > task.openedAt)) {
      if (confirmed.has(task.id)) continue;
      confirmed.add(task.id);
      book.done(task, 'confirmed', { doneOn: document.done, by: document.by });
    }
  }
  return confirmed;
}

function unknownTask(id: string, origin: Notice['origin']): Notice {
  return {
    kind: 'task',
    person: null,
    subject: id,
    text: `There is no task ${id}, so this confirms nothing.`,
    next: 'Compare it with the mail, or with "muster tasks list --all", and correct or remove the entry.',
    origin,
    urgent: false,
  };
}

/** Whoever has access when Muster first meets a system counts as having it: nobody is asked to give it all again. */
function meet(system: ManualSystem, index: ModelIndex, { model, at }: TaskQuestion, book: TaskBook) {
  let people = 0;
  for (const { key } of model.users.values()) {
    if (!standing(index, key, at).mayLogIn.allowed) continue;
    people += 1;
    book.held.push({ system: system.id, person: key, state: 'given' });
  }
  return { system: system.id, name: system.name, people };
}

function attendSystem(
  system: ManualSystem,
  index: ModelIndex,
  question: TaskQuestion,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
): void {
  const known = new Map<string, Held['state']>();
  for (const { system: of, person, state } of question.memory.held) if (of === system.id) known.set(person, state);
  for (const { system: of, person, state } of book.held) if (of === system.id) known.set(person, state);
  for (const entry of question.model.users.values()) {
    if (question.waiting.has(entry.key)) continue;
    attendPerson(system, entry, known.get(entry.key) ?? null, index, question, book, confirmed);
  }
}

/** @param known null: nobody ever gave anything. */
function attendPerson(
  system: ManualSystem,
  entry: Entry<User>,
  known: Held['state'] | null,
  index: ModelIndex,
  { model, at }: TaskQuestion,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
): void {
  const openOf = (act: 'give' | 'take') => {
    const task = book.bySubject.get(subjectKey({ kind: 'person', system: system.id, person: entry.key, act }));
    return task?.status === 'open' && !confirmed.has(task.id) ? task : null;
  };
  const [giving, taking] = [openOf('give'), openOf('take')];
  if (standing(index, entry.key, at).mayLogIn.allowed) {
    if (taking !== null) book.withdraw(taking);
    // Doubt never gives: who is not declared as it stands keeps what was asked for, and nothing new is.
    const mayGain = entry.condition === 'declared' && entry.rivals.length === 0;
    if (known !== 'given' && mayGain) book.need(personNeed(system, entry, 'give', model));
    return;
  }
  if (giving !== null) book.withdraw(giving);
  // Somebody was told to give and nobody said that it did not happen: doubt takes.
  const unsure = giving !== null && giving.toldAt !== null && known !== 'given';
  if (unsure) book.held.push({ system: system.id, person: entry.key, state: 'unsure' });
  if (unsure || known === 'given' || known === 'unsure') book.need(personNeed(system, entry, 'take', model));
}

/** Of a system that the configuration no longer names, nothing is asked any more. */
function withdrawForgotten(
  { memory }: TaskQuestion,
  { systems }: TaskSettings,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
): void {
  const named = new Set(systems.map(({ id }) => id));
  for (const task of memory.tasks) {
    if (task.status !== 'open' || task.subject.kind !== 'person' || confirmed.has(task.id)) continue;
    if (!named.has(task.subject.system)) book.withdraw(task);
  }
}
