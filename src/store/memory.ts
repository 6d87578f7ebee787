/** The memory: the last good document of every identity, the last good blob of every file, the last applied revision. */
import type { Insertable, Selectable, Transaction } from 'kysely';
import { canonicalJson } from '../core/change.ts';
import type { Memory, Remember } from '../core/ports.ts';
import type { Origin } from '../diagnostic.ts';
import type { AnyEntry, Instant } from '../model/document.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import type { StoredLease } from './lease.ts';
import type { DocumentsTable, Schema } from './schema.ts';

const REVISION = 'revision';

/** The memory in this database; `remember` throws MusterError once the lease is lost. */
export function storedMemory(connection: Connection, lease: StoredLease): Memory {
  const { db } = connection;
  return {
    entries: async () => (await db.selectFrom('documents').selectAll().execute()).map(entryOf),
    files: async () => {
      const rows = await db.selectFrom('files').selectAll().execute();
      return new Map(rows.map(({ path, blob }) => [path, blob]));
    },
    revision: () => readFact(db, REVISION),
    remember: async (update) => {
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await putEntries(transaction, update.entries, update.at);
        await forget(transaction, update);
        await putFiles(transaction, update.files);
        await writeFact(transaction, REVISION, update.revision);
      });
    },
  };
}

/** An entry whose document is the one already known keeps its date, so that moving it within its file makes nothing new of it. */
async function putEntries(transaction: Transaction<Schema>, entries: readonly AnyEntry[], at: Instant): Promise<void> {
  for (const portion of portions(entries)) {
    await transaction
      .insertInto('documents')
      .values(portion.map((entry) => columnsOf(entry, at)))
      .onConflict((conflict) =>
        conflict.columns(['kind', 'key']).doUpdateSet((row) => ({
          documentJson: row.ref('excluded.documentJson'),
          file: row.ref('excluded.file'),
          line: row.ref('excluded.line'),
          column: row.ref('excluded.column'),
          condition: row.ref('excluded.condition'),
          rivalsJson: row.ref('excluded.rivalsJson'),
          knownSince: row
            .case()
            .when('documents.documentJson', '=', row.ref('excluded.documentJson'))
            .then(row.ref('documents.knownSince'))
            .else(row.ref('excluded.knownSince'))
            .end(),
        })),
      )
      .execute();
  }
}

async function forget(transaction: Transaction<Schema>, update: Remember): Promise<void> {
  for (const { kind, key } of update.forget) {
    await transaction.deleteFrom('documents').where('kind', '=', kind).where('key', '=', key).execute();
  }
}

async function putFiles(transaction: Transaction<Schema>, files: ReadonlyMap<string, string>): Promise<void> {
  const rows = [...files].map(([path, blob]) => ({ path, blob }));
  for (const portion of portions(rows)) {
    await transaction
      .insertInto('files')
      .values(portion)
      .onConflict((conflict) =>
        conflict
          .column('path')
          .doUpdateSet((row) => ({ blob: row.ref('excluded.blob') }))
          // A caller may hand over all files of the repository: those that stayed the same are not written again.
          .where((row) => row('files.blob', '<>', row.ref('excluded.blob'))),
      )
      .execute();
  }
}

function columnsOf(entry: AnyEntry, at: Instant): Insertable<DocumentsTable> {
  return {
    kind: entry.kind,
    key: entry.key,
    documentJson: canonicalJson(entry.document),
    file: entry.origin.file,
    line: entry.origin.line,
    column: entry.origin.column ?? null,
    condition: entry.condition,
    rivalsJson: JSON.stringify(entry.rivals),
    knownSince: at,
  };
}

function entryOf(row: Selectable<DocumentsTable>): AnyEntry {
  const { file, line, column } = row;
  const origin: Origin = column === null ? { file, line } : { file, line, column };
  // The compiler can't see that kind and document of one row belong together; `columnsOf` took both from one entry.
  return {
    kind: row.kind,
    key: row.key,
    document: readJson(row.documentJson),
    origin,
    condition: row.condition,
    knownSince: row.knownSince,
    rivals: row.rivalsJson === '[]' ? [] : readJson(row.rivalsJson),
  } as AnyEntry;
}
