/** The versions of the schema, each applied once and whole, and the refusal to work on a schema from the future. */
import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { MusterError, messageOf } from '../errors.ts';
import { createAgreement } from './agreement-tables.ts';
import { createAnswers } from './answers-table.ts';
import { createAudit } from './audit-table.ts';
import { primary, required } from './columns.ts';
import { addPutOff, createMails } from './mail-tables.ts';
import { addAway, addFieldLines, addSoleContent, createMemory } from './memory-tables.ts';
import { createMergeRequests } from './merge-request-tables.ts';
import type { Schema } from './schema.ts';
import { createSeals } from './seal-tables.ts';
import { createShutOuts } from './shut-out-tables.ts';
import { createTasks } from './task-tables.ts';

const MIGRATION_TABLE = 'migration';

/** Names sort in the order of application; a released one never changes, a new one is added below it. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': { up: first },
  '0002-servers': { up: createServers },
  '0003-approvals-in-advance': { up: addCountsFrom },
  '0004-audit': { up: createAudit },
  '0005-mails': { up: (db) => createMails(db, numbered) },
  '0006-glances': { up: createGlances },
  '0007-mails-put-off': { up: addPutOff },
  '0008-tasks': { up: createTasks },
  '0009-away': { up: addAway },
  '0010-shut-outs': { up: createShutOuts },
  '0011-field-lines': { up: addFieldLines },
  '0012-seals': { up: (db) => createSeals(db, numbered) },
  '0013-merge-requests': { up: createMergeRequests },
  '0014-answers': { up: createAnswers },
  '0015-agreement': { up: createAgreement },
  '0016-sole-content': { up: addSoleContent },
};

/**
 * Brings the schema to this version: all missing steps in one transaction, so that an interrupted upgrade leaves the old
 * schema, and two processes that start together upgrade once (FAILURE B3).
 * @param place the database, for messages.
 * @throws MusterError (`person`) when a newer Muster has worked on this database.
 */
export async function migrate(db: Kysely<Schema>, place: string): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}Lock`,
  });
  await refuseNewer(db, place);
  const { error } = await migrator.migrateToLatest();
  if (error instanceof MusterError) throw error;
  if (error !== undefined) {
    // Another process may have been upgraded and started between the check and the transaction.
    await refuseNewer(db, place);
    const what = messageOf(error);
    throw new MusterError(
      {
        remedy: 'bug',
        where: place,
        what: `Its tables can't be brought up to date: ${what}.`,
        next: 'Nothing was changed. Please report this.',
      },
      { cause: error },
    );
  }
}

/** @throws MusterError (`person`) when a newer Muster has worked on this database: what it wrote, this one may not understand. */
export async function refuseNewer(db: Kysely<Schema>, place: string): Promise<void> {
  const unknown = (await appliedMigrations(db)).filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new MusterError({
    remedy: 'person',
    where: place,
    what: `A newer version of Muster has worked on this database (it knows ${unknown.join(', ')}, this version does not).`,
    next: 'Run that newer version, or restore the copy of the database from before the upgrade.',
  });
}

async function appliedMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)} order by name`.execute(
    db,
  );
  return rows.map((row) => row.name);
}

/** A column that numbers rows as they come; the one place where PostgreSQL will want other words (`serial`). */
function numbered(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

async function first(db: Kysely<unknown>): Promise<void> {
  await createJournal(db);
  await createMemory(db);
  await createCache(db);
  await createDecisions(db);
  await createOrders(db);
  await createReports(db);
  await createLease(db);
}

async function createJournal(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('journal')
    .addColumn('seq', 'integer', numbered)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('runId', 'text', required)
    .addColumn('attempt', 'text', required)
    .addColumn('server', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('approved', 'integer', required)
    .addColumn('person', 'text', required)
    .addColumn('fingerprint', 'text', required)
    .addColumn('classesJson', 'text', required)
    .addColumn('institutionsJson', 'text', required)
    .addColumn('changeJson', 'text', required)
    .addColumn('status', 'text')
    .addColumn('outcomeJson', 'text')
    .addColumn('settledAt', 'bigint')
    .execute();
  // Each index serves one question that every pass asks, and holds only the rows that can answer it.
  await db.schema.createIndex('journalOpen').on('journal').column('seq').where(sql.ref('status'), 'is', null).execute();
  await db.schema
    .createIndex('journalApplied')
    .on('journal')
    .columns(['settledAt', 'fingerprint'])
    .where(sql.ref('status'), '=', 'applied')
    .execute();
  await db.schema
    .createIndex('journalUnapproved')
    .on('journal')
    .column('settledAt')
    .where(sql.ref('status'), '=', 'applied')
    .where(sql.ref('approved'), '=', 0)
    .execute();
  await db.schema.createIndex('journalPerson').on('journal').columns(['person', 'seq']).execute();
  await db.schema
    .createTable('failures')
    .addColumn('fingerprint', 'text', primary)
    .addColumn('failures', 'integer', required)
    .addColumn('lastFailedAt', 'bigint', required)
    .execute();
}

async function createCache(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('parsedBlobs')
    .addColumn('kind', 'text', required)
    .addColumn('blob', 'text', required)
    .addColumn('typedJson', 'text', required)
    .addColumn('putAt', 'bigint', required)
    .addPrimaryKeyConstraint('parsedBlobsPrimary', ['kind', 'blob'])
    .execute();
  await db.schema
    .createTable('blobTexts')
    .addColumn('blob', 'text', primary)
    .addColumn('text', 'text', required)
    .addColumn('putAt', 'bigint', required)
    .execute();
}

async function createDecisions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('decisions')
    .addColumn('seq', 'integer', numbered)
    .addColumn('verdict', 'text', required)
    .addColumn('digest', 'text', required)
    .addColumn('decidedBy', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('expires', 'bigint')
    // Last, because it may hold megabytes, which a question about the columns before it then never touches.
    .addColumn('fingerprintsJson', 'text', required)
    .addColumn('peopleJson', 'text', required)
    .execute();
  await db.schema.createIndex('decisionsDigest').on('decisions').columns(['digest', 'seq']).execute();
  await db.schema
    .createTable('steps')
    .addColumn('seq', 'integer', numbered)
    .addColumn('fromRevision', 'text', required)
    .addColumn('toRevision', 'text', required)
    .addColumn('allowedBy', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('at', 'bigint', required)
    .execute();
}

async function createOrders(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operatorBlocks')
    .addColumn('id', 'text', primary)
    .addColumn('scope', 'text', required)
    .addColumn('target', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('blockedBy', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('until', 'bigint')
    .addColumn('unblockedBy', 'text')
    .addColumn('unblockedReason', 'text')
    .addColumn('unblockedAt', 'bigint')
    .execute();
  await db.schema
    .createTable('pauses')
    .addColumn('seq', 'integer', numbered)
    .addColumn('pausedBy', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('resumedBy', 'text')
    .addColumn('resumedAt', 'bigint')
    .execute();
}

async function createReports(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('reports')
    .addColumn('seq', 'integer', numbered)
    .addColumn('runId', 'text', required)
    .addColumn('bytes', 'bigint', required)
    .addColumn('reportJson', 'text', required)
    .execute();
}

async function createLease(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', primary)
    .addColumn('epoch', 'bigint', required)
    .addColumn('what', 'text')
    .addColumn('host', 'text')
    .addColumn('pid', 'integer')
    .addColumn('started', 'text')
    .addColumn('boot', 'text')
    .addColumn('pidSpace', 'text')
    .addColumn('acquiredAt', 'bigint')
    .addColumn('expires', 'bigint')
    .execute();
  await sql`insert into lease (name, epoch) values ('writer', 0)`.execute(db);
}

async function createServers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('servers')
    .addColumn('system', 'text', required)
    .addColumn('address', 'text', required)
    .addColumn('epoch', 'text', required)
    .addColumn('server', 'text', required)
    .addColumn('sequence', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('backAt', 'bigint')
    .addPrimaryKeyConstraint('serversPrimary', ['system', 'address', 'epoch'])
    .execute();
}

async function addCountsFrom(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('decisions').addColumn('countsFrom', 'bigint').execute();
}

async function createGlances(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('glances')
    .addColumn('seq', 'integer', numbered)
    .addColumn('runId', 'text', required)
    .addColumn('glanceJson', 'text', required)
    .execute();
}
