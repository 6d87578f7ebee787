/** What the loader read out of file contents, by content, so that a pass reads only what is new. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Clock } from '../core/ports.ts';
import type { Instant } from '../model/document.ts';
import type { BlobCache, CacheRow } from '../sources/blob-cache.ts';
import type { GoodText } from '../sources/open-end.ts';
import { type Connection, portions } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import type { Schema } from './schema.ts';

const TIDIED = 'blobsTidiedAt';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How often contents that no file has any more are looked for: growing for a day does no harm, and looking reads the whole cache. */
const TIDY_EVERY_MS = DAY_MS;

/** How long such contents stay: through a branch that is reverted, or a mistake that holds a file for weeks. */
const KEEP_UNUSED_MS = 30 * DAY_MS;

export interface StoredBlobs extends BlobCache {
  /** The last good version of a file is the blob that the memory holds for its path. */
  readonly goodText: GoodText;
}

/** The cache in this database. It writes without waiting for the disk: what is lost is read again. */
export function storedBlobs(connection: Connection, clock: Clock): StoredBlobs {
  const { db } = connection;
  return {
    get: (kind, blobs) => readParsed(db, kind, blobs),
    put: async (rows) => {
      if (rows.length === 0) return;
      await connection.relaxed((transaction) => putRows(transaction, rows, clock()));
    },
    text: async (blob) => {
      const row = await db.selectFrom('blobTexts').select('text').where('blob', '=', blob).executeTakeFirst();
      return row?.text ?? null;
    },
    goodText: async (path, blob) => {
      const row = await db
        .selectFrom('files')
        .leftJoin('blobTexts', 'blobTexts.blob', 'files.blob')
        .select(['blobTexts.text', 'files.blob'])
        .where('files.path', '=', path)
        .executeTakeFirst();
      return row === undefined || row.blob === blob ? null : (row.text ?? undefined);
    },
  };
}

async function readParsed(
  db: Kysely<Schema>,
  kind: string,
  blobs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const portion of portions(blobs)) {
    const rows = await db
      .selectFrom('parsedBlobs')
      .select(['blob', 'typedJson'])
      .where('kind', '=', kind)
      .where('blob', 'in', portion)
      .execute();
    for (const { blob, typedJson } of rows) found.set(blob, typedJson);
  }
  return found;
}

async function putRows(transaction: Transaction<Schema>, rows: readonly CacheRow[], putAt: number): Promise<void> {
  for (const portion of portions(rows)) {
    await transaction
      .insertInto('parsedBlobs')
      .values(portion.map(({ kind, blob, typed }) => ({ kind, blob, typedJson: typed, putAt })))
      .onConflict((conflict) =>
        conflict
          .columns(['kind', 'blob'])
          .doUpdateSet((row) => ({ typedJson: row.ref('excluded.typedJson'), putAt: row.ref('excluded.putAt') })),
      )
      .execute();
    await transaction
      .insertInto('blobTexts')
      .values(portion.map(({ blob, text }) => ({ blob, text, putAt })))
      .onConflict((conflict) => conflict.column('blob').doUpdateSet({ putAt }))
      .execute();
  }
}

/**
 * Takes out what no remembered file has and nobody put in lately; without this every version of every file stays for ever. Asked once
 * what a pass takes in is remembered: what it is measured against later must not go. Where nothing is ever taken in, nothing goes: one
 * who only plans keeps a kilobyte or two for each version of a file.
 */
export async function tidyBlobs(transaction: Transaction<Schema>, now: Instant): Promise<void> {
  const last = await readFact(transaction, TIDIED);
  if (last !== null && now - Number(last) < TIDY_EVERY_MS) return;
  await writeFact(transaction, TIDIED, String(now));
  if (last === null) return;
  const before = now - KEEP_UNUSED_MS;
  for (const table of ['parsedBlobs', 'blobTexts'] as const) {
    await transaction
      .deleteFrom(table)
      .where('putAt', '<', before)
      .where('blob', 'not in', (row) => row.selectFrom('files').select('files.blob'))
      // A file may come back to a content that an entry names, and is then not read again.
      .where('blob', 'not in', (row) =>
        row
          .selectFrom('documents')
          .select(sql<string>`substr(documents.soleContent, instr(documents.soleContent, ' ') + 1)`.as('blob'))
          .where('documents.soleContent', 'is not', null),
      )
      .execute();
  }
}
