/** The tables of what Muster remembers: the ledger, the last good documents and their files, as steps of the schema. */
import { type Kysely, sql } from 'kysely';
import { primary, required } from './columns.ts';

export async function createMemory(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledger')
    .addColumn('system', 'text', required)
    .addColumn('handle', 'text', required)
    .addColumn('key', 'text', required)
    .addColumn('stateJson', 'text', required)
    .addColumn('disabledForJson', 'text')
    .addColumn('goneAt', 'bigint')
    .addPrimaryKeyConstraint('ledgerPrimary', ['system', 'handle'])
    .execute();
  await db.schema
    .createTable('facts')
    .addColumn('name', 'text', primary)
    .addColumn('value', 'text', required)
    .execute();
  await db.schema
    .createTable('documents')
    .addColumn('kind', 'text', required)
    .addColumn('key', 'text', required)
    .addColumn('documentJson', 'text', required)
    .addColumn('file', 'text', required)
    .addColumn('line', 'integer', required)
    .addColumn('column', 'integer')
    .addColumn('condition', 'text', required)
    .addColumn('rivalsJson', 'text', required)
    .addColumn('knownSince', 'bigint', required)
    .addPrimaryKeyConstraint('documentsPrimary', ['kind', 'key'])
    .execute();
  await db.schema.createTable('files').addColumn('path', 'text', primary).addColumn('blob', 'text', required).execute();
  await db.schema.createIndex('filesBlob').on('files').column('blob').execute();
}

/** Of somebody who left: since when, from where, and what they had. */
export async function addAway(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('ledger').addColumn('awayJson', 'text').execute();
}

/** On which line each field of an entry stands. */
export async function addFieldLines(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('documents').addColumn('fields', 'text').execute();
}

/**
 * Of which content an entry is all there is, so that a file with that content need not be read for it. A process of an earlier
 * version that is still at work does not know of the column: whoever writes another entry without another content loses the name.
 */
export async function addSoleContent(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('documents').addColumn('soleContent', 'text').execute();
  await sql`
    create trigger soleContentOfAnotherEntry after update on documents
    when new.soleContent is old.soleContent
      and (new.documentJson is not old.documentJson or new.line is not old.line or new.fields is not old.fields)
    begin
      update documents set soleContent = null where kind = new.kind and key = new.key;
    end`.execute(db);
}
