/** Tasks in this database: what was asked of people, what was told of it, and what is known of whom. */
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { ActEvent } from '../core/audit.ts';
import { doneFrom, type Held, heldAfter, subjectKey, type Task, type TaskMark, type Tasks } from '../core/tasks.ts';
import { compareText, type Origin, place } from '../diagnostic.ts';
import type { Day } from '../model/document.ts';
import type { AuditEnd } from './audit.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { KeptRows } from './kept-rows.ts';
import type { StoredLease } from './lease.ts';
import type { Schema } from './schema.ts';
import type { HeldByHandTable, TasksTable } from './task-tables.ts';

/** @param keep whether rows that nobody wrote since are kept, instead of being read anew. */
export function storedTasks(connection: Connection, lease: StoredLease, end: AuditEnd, keep: boolean): Tasks {
  const { db } = connection;
  const held = heldRows(connection, keep);
  const putHeld = async (transaction: Transaction<Schema>, rows: readonly Held[]) => {
    held.touch(rows.map(idOf));
    for (const portion of portions(rows)) await writeHeld(transaction, portion);
  };
  return {
    memory: async () => ({
      tasks: await allTasks(db),
      held: await held.all(),
      met: new Set((await db.selectFrom('systemsMet').select('system').execute()).map(({ system }) => system)),
    }),
    current: () => currentTasks(db),
    of: (person) => readTasksOf(db, person),
    record: ({ opened, closed, held: known, met, words = [] }, at) =>
      connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        const late = await close(transaction, closed);
        const inTime = new Map(closed.filter((task) => !late.includes(task)).map((task) => [task.id, task]));
        for (const { task: id, by, origin } of words) {
          const task = inTime.get(id);
          if (task !== undefined) await end.append(transaction, saidDone(task, by, standsIn(origin)), at);
        }
        const said = new Set(late.flatMap(({ subject }) => heldAfter(subject) ?? []).map(idOf));
        // Whoever confirmed one in the meantime said what is known of that person.
        await putHeld(
          transaction,
          known.filter((row) => !said.has(idOf(row))),
        );
        for (const task of opened) await open(transaction, task);
        for (const { system } of met) {
          await transaction
            .insertInto('systemsMet')
            .values({ system, at })
            .onConflict((conflict) => conflict.column('system').doNothing())
            .execute();
        }
      }),
    done: (task, by, reason, doneOn, at) =>
      connection.durable(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('tasks')
          .set({ status: 'done', closedAt: at, doneBy: 'command', doneOn, by, reason })
          .where('id', '=', task.id)
          .where('status', 'in', doneFrom(task.subject))
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        const known = heldAfter(task.subject);
        if (known !== null) await putHeld(transaction, [known]);
        await end.append(transaction, saidDone(task, by, reason), at);
        return true;
      }),
  };
}

/** Keeps that a mail about them is queued, inside the transaction that queues it. */
export async function markTasks(transaction: Transaction<Schema>, marks: readonly TaskMark[]): Promise<void> {
  for (const { id, said, at } of marks) {
    const row = transaction.updateTable('tasks').where('id', '=', id);
    if (said === 'opened') await row.set({ toldAt: at }).execute();
    else if (said === 'escalated') await row.set({ escalatedAt: at }).execute();
    else if (said === 'withdrawn') await row.set({ withdrawalToldAt: at }).execute();
    else await row.set((task) => ({ remindedAt: at, reminders: task('reminders', '+', 1) })).execute();
  }
}

/** Those that are open, and all about hosted servers. */
export async function readTasksShown(db: Kysely<Schema>): Promise<readonly Task[]> {
  const rows = await db
    .selectFrom('tasks')
    .selectAll()
    .where((row) => row.or([row('status', '=', 'open'), row('subject', 'like', 'server/%')]))
    .orderBy('id')
    .execute();
  return rows.map(taskFrom);
}

/** Those about one person. */
export async function readTasksOf(db: Kysely<Schema>, person: string): Promise<readonly Task[]> {
  // No username has a slash in it.
  const end = `/${person}`;
  const whose = sql<string>`substr(${sql.ref('subject')}, ${-end.length})`;
  const rows = db.selectFrom('tasks').selectAll().where('subject', 'like', 'person/%').where(whose, '=', end);
  return (await rows.orderBy('id').execute()).map(taskFrom);
}

async function allTasks(db: Kysely<Schema>): Promise<readonly Task[]> {
  return (await db.selectFrom('tasks').selectAll().orderBy('id').execute()).map(taskFrom);
}

async function currentTasks(db: Kysely<Schema>): Promise<readonly Task[]> {
  const rows = await db
    .selectFrom('tasks')
    .selectAll()
    .where((row) =>
      row.or([
        row('status', '=', 'open'),
        row.and([row('status', '=', 'withdrawn'), row('toldAt', 'is not', null), row('withdrawalToldAt', 'is', null)]),
      ]),
    )
    .orderBy('id')
    .execute();
  return rows.map(taskFrom);
}

/** The row of the audit chain about it. */
function saidDone({ id, text, subject }: Task, by: string, reason: string): ActEvent {
  const person = subject.kind === 'person' ? subject.person : null;
  return { kind: 'act', act: 'task-done', person, phase: 'done', detail: { task: id, text }, by, reason };
}

function standsIn(origin: Origin): string {
  return `it stands in ${place(origin)}`;
}

/** @returns those that somebody else had closed. */
async function close(transaction: Transaction<Schema>, closed: readonly Task[]): Promise<readonly Task[]> {
  const late: Task[] = [];
  for (const task of closed) {
    const { status, closedAt, doneBy, doneOn, by, subject } = task;
    const { numUpdatedRows } = await transaction
      .updateTable('tasks')
      .set({ status, closedAt, doneBy, doneOn, by })
      .where('id', '=', task.id)
      .where('status', 'in', status === 'done' ? doneFrom(subject) : ['open' as const])
      .executeTakeFirst();
    if (numUpdatedRows === 0n) late.push(task);
  }
  return late;
}

async function open(transaction: Transaction<Schema>, task: Task): Promise<void> {
  const { id, ...rest } = columnsOf(task);
  await transaction
    .insertInto('tasks')
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest).where('tasks.status', '<>', 'open'))
    .execute();
}

function heldRows(connection: Connection, keep: boolean): KeptRows<Held> {
  const rows = connection.db.selectFrom('heldByHand').selectAll();
  return new KeptRows<Held>(
    connection,
    {
      idOf,
      compare: (a, b) => compareText(idOf(a), idOf(b)),
      all: async () => (await rows.orderBy('id').execute()).map(heldFrom),
      some: async (ids) => (await rows.where('id', 'in', ids).execute()).map(heldFrom),
    },
    keep,
  );
}

async function writeHeld(transaction: Transaction<Schema>, rows: readonly Held[]): Promise<void> {
  await transaction
    .insertInto('heldByHand')
    .values(rows.map(({ system, person, state }) => ({ id: idOf({ system, person }), system, person, state })))
    .onConflict((conflict) => conflict.column('id').doUpdateSet((row) => ({ state: row.ref('excluded.state') })))
    .execute();
}

function idOf({ system, person }: Pick<Held, 'system' | 'person'>): string {
  return `${system}/${person}`;
}

function heldFrom({ system, person, state }: Selectable<HeldByHandTable>): Held {
  return { system, person, state };
}

function columnsOf({ subject, to, entry, ...plain }: Task): Insertable<TasksTable> {
  return {
    ...plain,
    subject: subjectKey(subject),
    subjectJson: JSON.stringify(subject),
    entryJson: entry === null ? null : JSON.stringify(entry),
    toJson: JSON.stringify(to),
  };
}

function taskFrom({ subject: _key, subjectJson, entryJson, toJson, doneOn, ...plain }: Selectable<TasksTable>): Task {
  // A day was checked before it was written here.
  return {
    ...plain,
    subject: readJson(subjectJson),
    entry: entryJson === null ? null : readJson(entryJson),
    to: readJson(toJson),
    doneOn: doneOn as Day | null,
  };
}
