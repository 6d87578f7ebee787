/** What one look at the model finds: what is needed and known already, what opens, what closes. */
import { createHash } from 'node:crypto';
import type { Notice } from '../../core/plan.ts';
import {
  type DoneBy,
  type Held,
  heldAfter,
  type Need,
  subjectKey,
  type Task,
  type TaskLine,
  type TaskQuestion,
} from '../../core/tasks.ts';
import type { Origin } from '../../diagnostic.ts';
import { dayAfter, dayOf, startOfNextDay } from '../../model/day.ts';
import { taskIdOf } from '../../model/task-id.ts';

/** What a look has found so far. */
export class TaskBook {
  readonly #question: TaskQuestion;
  readonly #timeZone: string;
  readonly #ids: Set<string>;
  readonly bySubject: ReadonlyMap<string, Task>;
  readonly opened: Task[] = [];
  readonly closed: Task[] = [];
  readonly held: Held[] = [];
  readonly written: TaskLine[] = [];
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

  /** @param origin the line that says so */
  done(task: Task, doneBy: DoneBy, more: Pick<Task, 'doneOn' | 'by'>, origin: Origin): void {
    this.written.push({ task: task.id, origin });
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
