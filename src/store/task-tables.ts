/** The tables of tasks and of what people hold in systems that others look after, as a step of the schema. */

import type { Kysely } from 'kysely';
import type { DoneBy, Held, Task } from '../core/tasks.ts';
import { primary, required } from './columns.ts';

/** What is to be done by hand, one row for each subject: its latest opening, and what became of it. */
export interface TasksTable {
  id: string;
  subject: string;
  subjectJson: string;
  title: string;
  text: string;
  about: string;
  entryJson: string | null;
  toJson: string;
  openedAt: number;
  openings: number;
  dueAt: number;
  status: Task['status'];
  closedAt: number | null;
  doneBy: DoneBy | null;
  doneOn: string | null;
  by: string | null;
  reason: string | null;
  toldAt: number | null;
  reminders: number;
  remindedAt: number | null;
  escalatedAt: number | null;
  withdrawalToldAt: number | null;
}

/** What was last confirmed of a person in a system that people look after. */
export interface HeldByHandTable {
  id: string;
  system: string;
  person: string;
  state: Held['state'];
}

/** Systems that people look after, and when Muster first met each. */
export interface SystemsMetTable {
  system: string;
  at: number;
}

export async function createTasks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tasks')
    .addColumn('id', 'text', primary)
    .addColumn('subject', 'text', (column) => column.notNull().unique())
    .addColumn('subjectJson', 'text', required)
    .addColumn('title', 'text', required)
    .addColumn('text', 'text', required)
    .addColumn('about', 'text', required)
    .addColumn('entryJson', 'text')
    .addColumn('toJson', 'text', required)
    .addColumn('openedAt', 'bigint', required)
    .addColumn('openings', 'integer', required)
    .addColumn('dueAt', 'bigint', required)
    .addColumn('status', 'text', required)
    .addColumn('closedAt', 'bigint')
    .addColumn('doneBy', 'text')
    .addColumn('doneOn', 'text')
    .addColumn('by', 'text')
    .addColumn('reason', 'text')
    .addColumn('toldAt', 'bigint')
    .addColumn('reminders', 'integer', required)
    .addColumn('remindedAt', 'bigint')
    .addColumn('escalatedAt', 'bigint')
    .addColumn('withdrawalToldAt', 'bigint')
    .execute();
  // Asked every few seconds, and short: what is done is not in it.
  await db.schema.createIndex('tasksStatus').on('tasks').columns(['status', 'id']).execute();
  await db.schema
    .createTable('heldByHand')
    .addColumn('id', 'text', primary)
    .addColumn('system', 'text', required)
    .addColumn('person', 'text', required)
    .addColumn('state', 'text', required)
    .execute();
  await db.schema
    .createTable('systemsMet')
    .addColumn('system', 'text', primary)
    .addColumn('at', 'bigint', required)
    .execute();
}
