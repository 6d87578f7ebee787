/** Matching what has to be done by hand with what is tracked already: what opens, what closes, what is known of whom. Pure. */
import { createHash } from 'node:crypto';
import type { Notice } from '../../core/plan.ts';
import {
  type DoneBy,
  type Held,
  heldAfter,
  type Need,
  subjectKey,
  type Task,
  type TaskChanges,
  type TaskQuestion,
} from '../../core/tasks.ts';
import { dayAfter, dayOf, startOfNextDay } from '../../model/day.ts';
import type { Entry, User } from '../../model/document.ts';
import { indexModel, type ModelIndex, standing } from '../../model/standing.ts';
import { taskIdOf } from '../../model/task-id.ts';
import { personNeed } from './needs.ts';
import { workOnServers } from './servers.ts';
import type { ManualSystem, TaskSettings } from './settings.ts';

/** What a look has found so far. */
export class Ledger {
  readonly #question: TaskQuestion;
  readonly #timeZone: string;
  readonly #ids: Set<string>;
  readonly bySubject: ReadonlyMap<string, Task>;
  readonly opened: Task[] = [];
  readonly closed: Task[] = [];
  readonly held: Held[] = [];
  readonly notices: Notice[] = [];

  constructor(question: TaskQuestion, timeZone: string) {
    this.#question = question;
    this.#timeZone = timeZone;
    const { tasks } = question.memory;
    this.#ids = new Set(tasks.map(({ id }) => id));
    this.bySubject = new Map(tasks.map((task) => [subjectKey(task.subject), task]));
  }

  /** Opens it where it is not open, for the first time or again. */
  need(need: Need): void {
    const key = subjectKey(need.subject);
    const known = this.bySubject.get(key);
    if (known?.status === 'open') return;
    const { at } = this.#question;
    const { withinDays, ...what } = need;
    const dueOn = dayAfter(dayOf(at, this.#timeZone), withinDays);
    this.opened.push({
      ...what,
      id: known?.id ?? this.#newId(key),
      openedAt: at,
      openings: (known?.openings ?? 0) + 1,
      dueAt: startOfNextDay(dueOn, this.#timeZone),
      ...FRESH,
    });
  }

  done(task: Task, doneBy: DoneBy, more: Pick<Task, 'doneOn' | 'by'>): void {
    this.closed.push({ ...task, ...more, status: 'done', closedAt: this.#question.at, doneBy });
    const held = heldAfter(task.subject);
    if (held !== null) this.held.push(held);
  }

  withdraw(task: Task): void {
    this.closed.push({ ...task, status: 'withdrawn', closedAt: this.#question.at });
  }

  /** The same need has the same id wherever it is worked out. */
  #newId(key: string): string {
    for (let nth = 0; ; nth += 1) {
      const id = taskIdOf(createHash('sha256').update(`${nth} ${key}`).digest().readUInt32BE());
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      return id;
    }
  }
}

const FRESH = {
  status: 'open',
  closedAt: null,
  doneBy: null,
  doneOn: null,
  by: null,
  reason: null,
  toldAt: null,
  reminders: 0,
  remindedAt: null,
  escalatedAt: null,
  withdrawalToldAt: null,
} as const;

export function matchTasks(question: TaskQuestion, settings: TaskSettings): TaskChanges {
  const ledger = new Ledger(question, settings.timeZone);
  const confirmed = confirmations(question, ledger);
  const index = indexModel(question.model);
  const met: TaskChanges['met'][number][] = [];
  for (const system of settings.systems) {
    if (question.memory.met.has(system.id)) attendSystem(system, index, question, ledger, confirmed);
    else if (question.mayMeet) met.push(meet(system, index, question, ledger));
  }
  withdrawForgotten(question, settings, ledger, confirmed);
  workOnServers(question, settings, ledger, confirmed);
  const { opened, closed, held, notices } = ledger;
  return { opened, closed, held, met, notices };
}

/** What stands in `confirmed-tasks.yaml` and was taken in after the task was opened; with a notice for what names no task. */
function confirmations({ model, memory }: TaskQuestion, ledger: Ledger): ReadonlySet<string> {
  const byId = new Map(memory.tasks.map((task) => [task.id, task]));
  const confirmed = new Set<string>();
  for (const { document, origin, knownSince, condition } of model.confirmedTasks) {
    const task = byId.get(document.task);
    if (task === undefined) {
      if (condition === 'declared') ledger.notices.push(unknownTask(document.task, origin));
    } else if (task.status === 'open' && (knownSince === null || knownSince > task.openedAt)) {
      if (confirmed.has(task.id)) continue;
      confirmed.add(task.id);
      ledger.done(task, 'confirmed', { doneOn: document.done, by: document.by });
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
function meet(system: ManualSystem, index: ModelIndex, { model, at }: TaskQuestion, ledger: Ledger) {
  let people = 0;
  for (const { key } of model.users.values()) {
    if (!standing(index, key, at).mayLogIn.allowed) continue;
    people += 1;
    ledger.held.push({ system: system.id, person: key, state: 'given' });
  }
  return { system: system.id, name: system.name, people };
}

function attendSystem(
  system: ManualSystem,
  index: ModelIndex,
  question: TaskQuestion,
  ledger: Ledger,
  confirmed: ReadonlySet<string>,
): void {
  const known = new Map<string, Held['state']>();
  for (const { system: of, person, state } of question.memory.held) if (of === system.id) known.set(person, state);
  for (const { system: of, person, state } of ledger.held) if (of === system.id) known.set(person, state);
  for (const entry of question.model.users.values()) {
    if (question.waiting.has(entry.key)) continue;
    attendPerson(system, entry, known.get(entry.key) ?? null, index, question, ledger, confirmed);
  }
}

/** @param known null: nobody ever gave anything. */
function attendPerson(
  system: ManualSystem,
  entry: Entry<User>,
  known: Held['state'] | null,
  index: ModelIndex,
  { model, at }: TaskQuestion,
  ledger: Ledger,
  confirmed: ReadonlySet<string>,
): void {
  const openOf = (act: 'give' | 'take') => {
    const task = ledger.bySubject.get(subjectKey({ kind: 'person', system: system.id, person: entry.key, act }));
    return task?.status === 'open' && !confirmed.has(task.id) ? task : null;
  };
  const [giving, taking] = [openOf('give'), openOf('take')];
  if (standing(index, entry.key, at).mayLogIn.allowed) {
    if (taking !== null) ledger.withdraw(taking);
    // Doubt never gives: who is not declared as it stands keeps what was asked for, and nothing new is.
    const mayGain = entry.condition === 'declared' && entry.rivals.length === 0;
    if (known !== 'given' && mayGain) ledger.need(personNeed(system, entry, 'give', model));
    return;
  }
  if (giving !== null) ledger.withdraw(giving);
  // Somebody was told to give and nobody said that it did not happen: doubt takes.
  const unsure = giving !== null && giving.toldAt !== null && known !== 'given';
  if (unsure) ledger.held.push({ system: system.id, person: entry.key, state: 'unsure' });
  if (unsure || known === 'given' || known === 'unsure') ledger.need(personNeed(system, entry, 'take', model));
}

/** Of a system that the configuration no longer names, nothing is asked any more. */
function withdrawForgotten(
  { memory }: TaskQuestion,
  { systems }: TaskSettings,
  ledger: Ledger,
  confirmed: ReadonlySet<string>,
): void {
  const named = new Set(systems.map(({ id }) => id));
  for (const task of memory.tasks) {
    if (task.status !== 'open' || task.subject.kind !== 'person' || confirmed.has(task.id)) continue;
    if (!named.has(task.subject.system)) ledger.withdraw(task);
  }
}
