/** The tables of mails and of what was told, as a step of the schema. */
import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { primary, required } from './columns.ts';

export async function createMails(
  db: Kysely<unknown>,
  numbered: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder,
): Promise<void> {
  await db.schema
    .createTable('mails')
    .addColumn('seq', 'integer', numbered)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('topic', 'text', required)
    .addColumn('recipient', 'text', required)
    .addColumn('subject', 'text', required)
    .addColumn('text', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('status', 'text', required)
    .addColumn('tries', 'integer', required)
    .addColumn('unanswered', 'integer', required)
    .addColumn('nextAt', 'bigint', required)
    .addColumn('takenAt', 'bigint')
    .addColumn('takenByJson', 'text')
    .addColumn('error', 'text')
    .addColumn('settledAt', 'bigint')
    .execute();
  // Asked every few seconds, and nearly always empty.
  await db.schema
    .createIndex('mailsUnsettled')
    .on('mails')
    .columns(['status', 'seq'])
    .where(sql.ref('settledAt'), 'is', null)
    .execute();
  await db.schema
    .createTable('matters')
    .addColumn('key', 'text', primary)
    .addColumn('group', 'text', required)
    .addColumn('since', 'bigint', required)
    .addColumn('told', 'integer', required)
    .addColumn('toldAt', 'bigint')
    .addColumn('text', 'text', required)
    .addColumn('next', 'text')
    .execute();
}

/** A mail is given up by how long the server has not wanted it, not by its age: it may have waited for a server before. */
export async function addPutOff(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('mails').addColumn('putOffAt', 'bigint').execute();
}
