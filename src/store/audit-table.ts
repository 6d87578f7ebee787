/** The table of the audit chain, as its migration makes it: append-only by the database's own word. */
import { type Kysely, sql } from 'kysely';
import { primary, required } from './columns.ts';

export async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', 'integer', primary)
    .addColumn('at', 'bigint', required)
    .addColumn('kind', 'text', required)
    .addColumn('runId', 'text')
    .addColumn('person', 'text')
    .addColumn('hash', 'text', required)
    // Last, because it is long, and questions about the columns before it then never touch it.
    .addColumn('eventJson', 'text', required)
    .execute();
  await db.schema.createIndex('auditPerson').on('audit').columns(['person', 'seq']).execute();
  await db.schema.createIndex('auditKind').on('audit').columns(['kind', 'seq']).execute();
  // These keep a mistake from doing what only somebody who means it can do; against that one stands the chain itself.
  const never = sql.lit('The audit chain is append-only.');
  await sql`create trigger "auditUpdate" before update on "audit" begin select raise(abort, ${never}); end`.execute(db);
  await sql`create trigger "auditDelete" before delete on "audit" begin select raise(abort, ${never}); end`.execute(db);
  await sql`create trigger "auditInsert" before insert on "audit"
    when new.seq is not (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, ${never}); end`.execute(db);
  await db.schema.alterTable('journal').addColumn('mandateJson', 'text').execute();
}
