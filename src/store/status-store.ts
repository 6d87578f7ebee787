/** The store as a page reads it: a connection of its own, through which nothing can be written. */
import { type Kysely, sql } from 'kysely';
import type { FoundPerson, StatusMemory } from '../core/status.ts';
import type { AnyEntry } from '../model/document.ts';
import { readAgreement } from './agreement.ts';
import { readValid } from './approvals.ts';
import { readFact } from './facts.ts';
import { journalOf } from './journal.ts';
import { rowOf } from './ledger.ts';
import { entryOf, REVISION } from './memory.ts';
import { readMergeRequestPage, readMergeRequests } from './merge-requests.ts';
import { readBlocks, readPause } from './orders.ts';
import { readPast } from './past.ts';
import { readGlances, readProven } from './reports.ts';
import type { Schema } from './schema.ts';
import { readShutOuts } from './shut-outs.ts';
import { openSqliteToRead } from './sqlite.ts';
import { readTasksOf, readTasksShown } from './tasks.ts';

export interface StatusStore extends StatusMemory {
  close(): Promise<void>;
}

/**
 * Opens a database that the store made and may be writing at this moment; each answer is one whole state of it.
 * @throws when it is not there.
 */
export function openStatusStore(path: string): StatusStore {
  const { db, bytes, close } = openSqliteToRead(path);
  return {
    glances: (after, most) => readGlances(db, after, most),
    proven: () => readProven(db),
    orders: { blocks: (at) => readBlocks(db, at), paused: () => readPause(db) },
    approvals: { valid: (at) => readValid(db, at) },
    people: {
      find: (text, most) => findPeople(db, text, most),
      revision: () => readFact(db, REVISION),
      entriesAbout: async (key) => {
        const rows = db
          .selectFrom('documents')
          .selectAll()
          .where((row) => row.or([row('kind', '<>', 'user'), row('key', '=', key)]));
        return (await rows.execute()).map(entryOf);
      },
      ledgerOf: async (key) => (await db.selectFrom('ledger').selectAll().where('key', '=', key).execute()).map(rowOf),
      changes: { of: (person, limit) => journalOf(db, person, limit) },
      orders: { blocks: (at) => readBlocks(db, at) },
      shutOuts: { of: (person) => readShutOuts(db, person) },
      tasks: { of: (person) => readTasksOf(db, person) },
    },
    agreement: (since) => readAgreement(db, since),
    past: readPast(db),
    mergeRequests: { standings: () => readMergeRequests(db), page: (number) => readMergeRequestPage(db, number) },
    work: async () => ({ entries: await readWork(db), tasks: await readTasksShown(db) }),
    bytes,
    close,
  };
}

async function readWork(db: Kysely<Schema>): Promise<readonly AnyEntry[]> {
  const servers = await db.selectFrom('documents').selectAll().where('kind', '=', 'server').execute();
  if (servers.length === 0) return [];
  const institutions = await db.selectFrom('documents').selectAll().where('kind', '=', 'institution').execute();
  return [...servers, ...institutions].map(entryOf);
}

/** People in whose username or name every word of that text stands, by username. */
async function findPeople(db: Kysely<Schema>, text: string, most: number): Promise<readonly FoundPerson[]> {
  const words = text
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const given = sql<string>`json_extract(${sql.ref('documentJson')}, '$.name.given')`;
  const family = sql<string>`json_extract(${sql.ref('documentJson')}, '$.name.family')`;
  const known = sql<string>`${sql.ref('key')} || ' ' || ${given} || ' ' || ${family}`;
  const rows = await db
    .selectFrom('documents')
    .select(['key', given.as('given'), family.as('family')])
    .where('kind', '=', 'user')
    .where((row) =>
      row.and(words.map((word) => row.or(writtenAs(word).map((form) => sql<boolean>`instr(${known}, ${form}) > 0`)))),
    )
    .orderBy('key')
    .limit(most)
    .execute();
  return rows.map(({ key, given, family }) => ({ key, label: `${given} ${family} (${key})` }));
}

/** SQLite knows capitals of ASCII alone, and names have others: the ways in which a word is likely to be written. */
function writtenAs(word: string): readonly string[] {
  const lower = word.toLowerCase();
  return [...new Set([word, lower, word.toUpperCase(), lower.charAt(0).toUpperCase() + lower.slice(1)])];
}
