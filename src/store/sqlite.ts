/** Opens one SQLite file for kysely: the only place that knows better-sqlite3 and SQLite's own ways. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import type { Connection, Work } from './connection.ts';
import { prepareFile } from './database-file.ts';
import type { Schema } from './schema.ts';
import { explained, isBusy } from './sqlite-trouble.ts';

/** How long one process waits for another to finish writing, in milliseconds: the largest transactions (a first run) take a few seconds. */
const BUSY_TIMEOUT_MS = 10_000;

/** Between two attempts: short beside a transaction that waits for the disk, long beside a failed attempt. */
const BUSY_POLL_MS = 5;

/** The write-ahead log grows with the largest transaction (a first run); what is beyond this goes back to the disk afterwards. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;

/** Prepared statements that are kept. Many-row statements are longer than this, and differ from each other. */
const CACHED_STATEMENT_CHARACTERS_MAX = 2_000;

/**
 * SQLite's words for when a commit in WAL mode waits for the disk: at every one, or only when the log is folded into
 * the database (sqlite.org/pragma.html#pragma_synchronous).
 */
type Synchronous = 'FULL' | 'NORMAL';

/** SQLite's name for a database that lives in memory and dies with its connection: for tests. */
const IN_MEMORY = ':memory:';

/**
 * Opens (or creates, with mode 0600) the file, in WAL mode.
 * @param path of the file; its folder must exist. `:memory:` for one that is lost when closed.
 * @throws MusterError (`person`) when the folder is missing, or the file can't be used or is no database.
 */
export function openSqlite(path: string): Connection {
  const place = placeOf(path);
  const assertInPlace = path === IN_MEMORY ? () => undefined : prepareFile(resolve(path), place);
  const raw = openRaw(path, place);
  const db = new Kysely<Schema>({ dialect: dialectOf(raw, place) });
  let synchronous: Synchronous = 'FULL';
  const transact = <T>(wanted: Synchronous, work: Work<T>): Promise<T> =>
    // Reserved, so that the setting holds for this transaction and for nobody else's.
    db.connection().execute((reserved) => {
      if (wanted !== synchronous) raw.pragma(`synchronous = ${wanted}`);
      synchronous = wanted;
      return reserved.transaction().execute(work);
    });
  return {
    db,
    durable: (work) => transact('FULL', work),
    relaxed: (work) => transact('NORMAL', work),
    writesOfOthers: () => Number(raw.pragma('data_version', { simple: true })),
    assertInPlace,
    close: async () => {
      await db.destroy();
      raw.close();
    },
  };
}

/** What reads a database that another connection made and writes. */
export interface ReadingConnection {
  readonly db: Kysely<Schema>;
  /** Bytes of the database and of its write-ahead log. */
  bytes(): number;
  close(): Promise<void>;
}

/**
 * Opens a file that exists, for reading alone: SQLite refuses every write through it.
 * @throws when it is not there or is no database.
 */
export function openSqliteToRead(path: string): ReadingConnection {
  const place = placeOf(path);
  try {
    const raw = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    const db = new Kysely<Schema>({ dialect: dialectOf(raw, place) });
    const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return { db, bytes: () => sizeOf(path) + sizeOf(`${path}-wal`), close: () => db.destroy() };
  } catch (error) {
    throw explained(error, place);
  }
}

/** How messages call the database. */
export function placeOf(path: string): string {
  return path === IN_MEMORY ? 'store in memory' : `store ${resolve(path)}`;
}

function openRaw(path: string, place: string): Database.Database {
  let raw: Database.Database | null = null;
  try {
    raw = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    // WAL lets `plan` and `why` read while `sync` writes. It needs all processes on one machine, which the lease relies on.
    const mode = raw.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal' && path !== IN_MEMORY) throw new Error(`the file system does not support WAL (mode ${mode})`);
    raw.pragma('synchronous = FULL');
    raw.pragma('foreign_keys = ON');
    raw.pragma(`journal_size_limit = ${LOG_BYTES_KEPT}`);
    // From here on `PatientConnection` does the waiting.
    raw.pragma('busy_timeout = 0');
    return raw;
  } catch (error) {
    raw?.close();
    throw explained(error, place);
  }
}

function dialectOf(raw: Database.Database, place: string): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new ImmediateDriver(raw, place),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** SQLite changes tables inside transactions; kysely leaves that off because it does not for every table with foreign keys. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Takes the write lock when a transaction begins. Taking it at the first write fails at once, without the busy time-out,
 * when another process wrote after this one's first read.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #raw: Database.Database;
  readonly #place: string;
  #connection: DatabaseConnection | null = null;

  constructor(raw: Database.Database, place: string) {
    super({ database: cachingStatements(raw) });
    this.#raw = raw;
    this.#place = place;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= new PatientConnection(await super.acquireConnection(), this.#raw, this.#place);
    return this.#connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // On a full disk SQLite has rolled back by itself, and a second time would hide the first error behind another.
    if (this.#raw.inTransaction) await super.rollbackTransaction(connection);
  }
}

function cachingStatements(raw: Database.Database): SqliteDatabase {
  const cached = new Map<string, SqliteStatement>();
  return {
    close: () => {
      raw.close();
    },
    prepare: (text) => {
      const known = cached.get(text);
      if (known !== undefined) return known;
      const statement = raw.prepare(text);
      if (text.length <= CACHED_STATEMENT_CHARACTERS_MAX) cached.set(text, statement);
      return statement;
    },
  };
}

/**
 * Waits for other writers by trying again. SQLite's own waiting would block the whole process meanwhile, with its timers and
 * its status page, and would wait in vain for another connection of this same process.
 */
class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #raw: Database.Database;
  readonly #place: string;

  constructor(inner: DatabaseConnection, raw: Database.Database, place: string) {
    this.#inner = inner;
    this.#raw = raw;
    this.#place = place;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const patientUntil = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#inner.executeQuery<R>(query);
      } catch (error) {
        // A transaction holds the write lock from its beginning: inside one, waiting again would be for itself.
        const mayWait = isBusy(error) && !this.#raw.inTransaction && performance.now() < patientUntil;
        if (!mayWait) throw explained(error, this.#place);
      }
      await setTimeout(BUSY_POLL_MS);
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery(query, chunkSize);
  }
}
