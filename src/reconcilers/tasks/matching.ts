/** Matching what has to be done by hand with what is tracked already: what opens, what closes, what is known of whom. Pure. */
import type { Notice } from '../../core/plan.ts';
import { type Held, subjectKey, type Task, type TaskChanges, type TaskQuestion } from '../../core/tasks.ts';
import type { Entry, Instant, User } from '../../model/document.ts';
import { placeOfField } from '../../model/field-lines.ts';
import { lastResult } from '../../model/reuse.ts';
import { mayGain } from '../../model/standing.ts';
import { type Access, accessTeller } from './access.ts';
import { TaskBook } from './book.ts';
import { personNeed } from './needs.ts';
import { workOnServers } from './servers.ts';
import type { ManualSystem, TaskSettings } from './settings.ts';

/** @param lasting whether it is asked again and again: of whom nothing is news, nothing is then worked out anew. */
export function matcher(settings: TaskSettings, lasting: boolean): (question: TaskQuestion) => TaskChanges {
  const accessAt = accessTeller(lasting);
  const statesOf = lastResult(byPerson);
  const comparisons = new Map(settings.systems.map(({ id }) => [id, comparison()]));
  return (question) => {
    const { model, memory, at } = question;
    const book = new TaskBook(question, settings.timeZone);
    const confirmed = confirmations(question, book);
    const people = settings.systems.length === 0 ? [] : accessAt(model, at);
    const states = statesOf(memory.held);
    const met: TaskChanges['met'][number][] = [];
    for (const system of settings.systems) {
      if (memory.met.has(system.id)) {
        const remembered = states.get(system.id) ?? NOBODY;
        attendSystem(system, people, remembered, question, book, confirmed, comparisons.get(system.id) ?? comparison());
      } else if (question.mayMeet) met.push(meet(system, people, book));
    }
    withdrawForgotten(question, settings, book, confirmed);
    workOnServers(question, settings, book, confirmed);
    const { opened, closed, held, written, notices } = book;
    return { opened, closed, held, met, written, notices };
  };
}

/** What is known in each system, by person. */
type States = ReadonlyMap<string, ReadonlyMap<string, Held['state']>>;

function byPerson(held: readonly Held[]): States {
  const states = new Map<string, Map<string, Held['state']>>();
  for (const { system, person, state } of held) {
    const known = states.get(system) ?? new Map<string, Held['state']>();
    states.set(system, known.set(person, state));
  }
  return states;
}

/** What stands in `confirmed-tasks.yaml` and was taken in after the task was opened or withdrawn; with a notice for what names no task. */
function confirmations({ model, memory }: TaskQuestion, book: TaskBook): ReadonlySet<string> {
  const byId = new Map(memory.tasks.map((task) => [task.id, task]));
  const confirmed = new Set<string>();
  for (const entry of model.confirmedTasks) {
    const { document, origin, knownSince, condition } = entry;
    const task = byId.get(document.task);
    if (task === undefined) {
      if (condition === 'declared') book.notices.push(unknownTask(document.task, origin));
    } else if (!confirmed.has(task.id) && isConfirmedBy(task, knownSince)) {
      confirmed.add(task.id);
      book.done(task, 'confirmed', { doneOn: document.done, by: document.by }, placeOfField(entry, 'done'));
    }
  }
  return confirmed;
}

/** What somebody did before they heard that it is no longer needed was done all the same, and what is known of that person is not as it was. */
function isConfirmedBy({ status, subject, openedAt, closedAt }: Task, knownSince: Instant | null): boolean {
  if (status === 'open') return knownSince === null || knownSince > openedAt;
  return status === 'withdrawn' && subject.kind === 'person' && (knownSince === null || knownSince > (closedAt ?? 0));
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
function meet(system: ManualSystem, people: readonly Access[], book: TaskBook) {
  const having = people.filter(({ allowed }) => allowed);
  for (const { entry } of having) book.held.push({ system: system.id, person: entry.key, state: 'given' });
  return { system: system.id, name: system.name, people: having.length };
}

function attendSystem(
  system: ManualSystem,
  people: readonly Access[],
  remembered: ReadonlyMap<string, Held['state']>,
  question: TaskQuestion,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
  compare: Comparison,
): void {
  const fresh = byPerson(book.held).get(system.id) ?? NOBODY;
  const asked = new Set([
    ...question.memory.tasks.flatMap((task) => personAskedAbout(task, system.id)),
    ...fresh.keys(),
  ]);
  const { differing, byKey } = compare(people, remembered);
  const known = [...asked].flatMap((key) => byKey().get(key) ?? []);
  for (const { entry, allowed } of new Set([...differing, ...known])) {
    const { key } = entry;
    if (question.waiting.has(key)) continue;
    const state = fresh.get(key) ?? remembered.get(key) ?? null;
    attendPerson(system, entry, allowed, state, question, book, confirmed);
  }
}

const NOBODY: ReadonlyMap<string, Held['state']> = new Map();

/** Of whom standing says something else than what was last confirmed: nearly nobody, in nearly every pass. */
type Comparison = (
  people: readonly Access[],
  remembered: ReadonlyMap<string, Held['state']>,
) => { readonly differing: readonly Access[]; readonly byKey: () => ReadonlyMap<string, Access> };

function comparison(): Comparison {
  const byKey = lastResult((people: readonly Access[]) => new Map(people.map((one) => [one.entry.key, one])));
  return lastResult((people: readonly Access[], remembered: ReadonlyMap<string, Held['state']>) => ({
    differing: people.filter(({ entry, allowed }) => {
      const state = remembered.get(entry.key) ?? null;
      return allowed ? state !== 'given' : state !== null && state !== 'taken';
    }),
    byKey: () => byKey(people),
  }));
}

function personAskedAbout({ status, subject }: Task, system: string): readonly string[] {
  return status === 'open' && subject.kind === 'person' && subject.system === system ? [subject.person] : [];
}

/** @param known null: nobody ever gave anything. */
function attendPerson(
  system: ManualSystem,
  entry: Entry<User>,
  allowed: boolean,
  known: Held['state'] | null,
  { model }: TaskQuestion,
  book: TaskBook,
  confirmed: ReadonlySet<string>,
): void {
  const openOf = (act: 'give' | 'take') => {
    const task = book.bySubject.get(subjectKey({ kind: 'person', system: system.id, person: entry.key, act }));
    return task?.status === 'open' && !confirmed.has(task.id) ? task : null;
  };
  const [giving, taking] = [openOf('give'), openOf('take')];
  if (allowed) {
    if (taking !== null) book.withdraw(taking);
    // Doubt never gives: who is not declared as it stands keeps what was asked for, and nothing new is.
    if (known !== 'given' && mayGain(entry)) book.need(personNeed(system, entry, 'give', model));
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
