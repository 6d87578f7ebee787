/** The memory: the last good document of every identity, the last good blob of every file, the last applied revision. */
import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { canonicalJson } from '../core/change.ts';
import type { Memory } from '../core/ports.ts';
import { compareText, type Origin } from '../diagnostic.ts';
import type { AnyEntry, Instant } from '../model/document.ts';
import { packFieldLines, unpackFieldLines } from '../model/field-lines.ts';
import { tidyBlobs } from './blob-cache.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import { KeptRows, type RowReader } from './kept-rows.ts';
import type { StoredLease } from './lease.ts';
import { putAnswers } from './revisions.ts';
import type { DocumentsTable, FilesTable, Schema } from './schema.ts';

/** The fact that holds the last applied revision. */
export const REVISION = 'revision';

/** What the tables of files and revision certainly hold, unless another connection has written since. */
interface Told {
  readonly files: ReadonlyMap<string, string>;
  readonly revision: string;
  readonly writesOfOthers: number;
}

/**
 * The memory in this database; `remember` throws MusterError once the lease is lost.
 * @param keep whether entries that nobody wrote since are the very same objects again, instead of being read anew.
 */
export function storedMemory(connection: Connection, lease: StoredLease, keep: boolean): Memory {
  const { db } = connection;
  const documents = new KeptRows(connection, documentReader(connection), keep);
  let told: Told | null = null;
  return {
    entries: () => documents.all(),
    files: () => readFiles(db),
    revision: () => readFact(db, REVISION),
    remember: async ({ entries, forget, files, revision, at, answers = [] }) => {
      const writesOfOthers = connection.writesOfOthers();
      const before = told?.writesOfOthers === writesOfOthers ? told : null;
      told = null;
      const newFiles = before?.files === files ? [] : filesUnlike(before?.files ?? (await readFiles(db)), files);
      const isNews = entries.length + forget.length + newFiles.length > 0 || before?.revision !== revision;
      if (isNews) {
        await connection.durable(async (transaction) => {
          await lease.confirm(transaction);
          documents.touch([...entries, ...forget].map(idOf));
          await putEntries(transaction, entries, at);
          await forgetEntries(transaction, forget);
          await putFiles(transaction, newFiles);
          await putAnswers(transaction, revision, answers, at);
          await writeFact(transaction, REVISION, revision);
          await tidyBlobs(transaction, at);
        });
      }
      if (keep) told = { files, revision, writesOfOthers };
    },
  };
}

async function readFiles(db: Kysely<Schema>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('files').selectAll().execute();
  return new Map(rows.map(({ path, blob }) => [path, blob]));
}

/** A caller may hand over all files of the repository: those that stayed the same are not written again. */
function filesUnlike(known: ReadonlyMap<string, string>, files: ReadonlyMap<string, string>): Insertable<FilesTable>[] {
  const unlike: Insertable<FilesTable>[] = [];
  for (const [path, blob] of files) if (known.get(path) !== blob) unlike.push({ path, blob });
  return unlike;
}

function documentReader({ db }: Connection): RowReader<AnyEntry> {
  return {
    idOf,
    compare: byKindAndKey,
    all: async () => (await db.selectFrom('documents').selectAll().execute()).map(entryOf).sort(byKindAndKey),
    some: async (ids) => {
      const found: AnyEntry[] = [];
      const byKind = Map.groupBy(ids.map(partsOf), ({ kind }) => kind);
      for (const [kind, several] of byKind) {
        const keys = several.map(({ key }) => key);
        const rows = db.selectFrom('documents').selectAll().where('kind', '=', kind).where('key', 'in', keys);
        found.push(...(await rows.execute()).map(entryOf));
      }
      return found;
    },
  };
}

/** No kind has a space in its name. */
function idOf({ kind, key }: AnyEntry): string {
  return `${kind} ${key}`;
}

function byKindAndKey(a: AnyEntry, b: AnyEntry): number {
  return compareText(a.kind, b.kind) || compareText(a.key, b.key);
}

function partsOf(id: string): { readonly kind: string; readonly key: string } {
  const space = id.indexOf(' ');
  return { kind: id.slice(0, space), key: id.slice(space + 1) };
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
          fields: row.ref('excluded.fields'),
          column: row.ref('excluded.column'),
          condition: row.ref('excluded.condition'),
          rivalsJson: row.ref('excluded.rivalsJson'),
          soleContent: row.ref('excluded.soleContent'),
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

async function forgetEntries(transaction: Transaction<Schema>, entries: readonly AnyEntry[]): Promise<void> {
  for (const { kind, key } of entries) {
    await transaction.deleteFrom('documents').where('kind', '=', kind).where('key', '=', key).execute();
  }
}

async function putFiles(transaction: Transaction<Schema>, files: readonly Insertable<FilesTable>[]): Promise<void> {
  for (const portion of portions(files)) {
    await transaction
      .insertInto('files')
      .values(portion)
      .onConflict((conflict) => conflict.column('path').doUpdateSet((row) => ({ blob: row.ref('excluded.blob') })))
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
    fields: entry.fields === undefined ? null : packFieldLines(entry.fields),
    column: entry.origin.column ?? null,
    condition: entry.condition,
    rivalsJson: JSON.stringify(entry.rivals),
    knownSince: at,
    soleContent: entry.soleContent ?? null,
  };
}

export function entryOf(row: Selectable<DocumentsTable>): AnyEntry {
  const { file, line, column } = row;
  const origin: Origin = column === null ? { file, line } : { file, line, column };
  // The compiler can't see that kind and document of one row belong together; `columnsOf` took both from one entry.
  return {
    kind: row.kind,
    key: row.key,
    document: readJson(row.documentJson),
    origin,
    fields: row.fields === null ? undefined : unpackFieldLines(row.fields),
    soleContent: row.soleContent ?? undefined,
    condition: row.condition,
    knownSince: row.knownSince,
    rivals: row.rivalsJson === '[]' ? [] : readJson(row.rivalsJson),
  } as AnyEntry;
}
