/** What the parts of the store need of a database: the point at which PostgreSQL can take SQLite's place. */
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/** Work inside one transaction. */
export type Work<T> = (transaction: Transaction<Schema>) => Promise<T>;

export interface Connection {
  /** For reading. */
  readonly db: Kysely<Schema>;
  /** One transaction that writes; what it wrote outlives a loss of power once this resolves. */
  durable<T>(work: Work<T>): Promise<T>;
  /**
   * One transaction that writes and does not wait for the disk: it outlives a killed process, but the latest ones may be
   * missing after a loss of power. Whole and in order all the same; a later durable one makes them durable too.
   */
  relaxed<T>(work: Work<T>): Promise<T>;
  /** A number that changes with every transaction that another connection, of whatever process, has committed. */
  writesOfOthers(): number;
  /** Throws MusterError (`person`) where the database is no longer the one that others find under its name. */
  assertInPlace(): void;
  close(): Promise<void>;
}

/** Rows per statement: large enough that the statement's own cost vanishes, far below SQLite's 32,766 parameters. */
const ROWS_PER_STATEMENT = 500;

/** Splits rows into portions that fit into one statement each. */
export function* portions<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
  }
}

/** A JSON column as the type that this store wrote into it; fields that a newer version added come along untouched. */
export function readJson<T>(text: string): T {
  // The store is the only writer of these columns, so their shape was checked by the compiler when they were written.
  return JSON.parse(text) as T;
}
