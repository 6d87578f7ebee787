/** Rows of a table as objects, kept between questions: what nobody wrote since is not read again, and is the very same object. */
import { isDeepStrictEqual } from 'node:util';
import type { Connection } from './connection.ts';
import { portions } from './connection.ts';

/** More rows than this written in between, and reading all of them anew is as quick as asking for each. */
const TOUCHED_MAX = 5_000;

export interface RowReader<T> {
  /** All of them, in their order. */
  all(): Promise<readonly T[]>;
  /** Those of these ids that exist, in any order. */
  some(ids: readonly string[]): Promise<readonly T[]>;
  /** Names a row. */
  idOf(row: T): string;
  /** The order of rows. */
  compare(a: T, b: T): number;
}

/** What was read, and up to which write of others. */
interface Kept<T> {
  readonly rows: readonly T[];
  readonly writesOfOthers: number;
}

/**
 * A memory of rows that can't be stale: the database itself tells whether another connection wrote (sqlite.org/pragma.html#pragma_data_version),
 * and whoever writes here names what is written before writing it, whether or not the transaction then succeeds.
 */
export class KeptRows<T> {
  readonly #connection: Connection;
  readonly #reader: RowReader<T>;
  readonly #keep: boolean;
  #kept: Kept<T> | null = null;
  #touched = new Set<string>();

  /** @param keep false: every question reads everything. */
  constructor(connection: Connection, reader: RowReader<T>, keep: boolean) {
    this.#connection = connection;
    this.#reader = reader;
    this.#keep = keep;
  }

  /** To be called before writing, inside the transaction that writes. */
  touch(ids: Iterable<string>): void {
    if (!this.#keep) return;
    for (const id of ids) this.#touched.add(id);
  }

  /** As they stand now; the very same list while nothing was written. */
  async all(): Promise<readonly T[]> {
    if (!this.#keep) return this.#reader.all();
    // Both are asked before reading: what is written meanwhile makes the next question read once more.
    const writesOfOthers = this.#connection.writesOfOthers();
    const touched = this.#touched;
    this.#touched = new Set();
    const kept = this.#kept;
    this.#kept = null;
    const usable = kept !== null && kept.writesOfOthers === writesOfOthers && touched.size <= TOUCHED_MAX;
    const rows = usable
      ? await this.#brushedUp(kept.rows, touched)
      : this.#asBefore(kept?.rows, await this.#reader.all());
    this.#kept = { rows, writesOfOthers };
    return rows;
  }

  /** Others write to many tables: what says the same as before is what it was, and so is the list where all of it does. */
  #asBefore(before: readonly T[] | undefined, now: readonly T[]): readonly T[] {
    if (before === undefined) return now;
    const { idOf } = this.#reader;
    const known = new Map(before.map((row) => [idOf(row), row]));
    const rows = now.map((row) => {
      const old = known.get(idOf(row));
      return old !== undefined && isDeepStrictEqual(old, row) ? old : row;
    });
    return rows.length === before.length && rows.every((row, nth) => row === before[nth]) ? before : rows;
  }

  async #brushedUp(rows: readonly T[], touched: ReadonlySet<string>): Promise<readonly T[]> {
    if (touched.size === 0) return rows;
    const found: T[] = [];
    for (const ids of portions([...touched])) found.push(...(await this.#reader.some(ids)));
    const { idOf, compare } = this.#reader;
    const fresh = new Map(found.map((row) => [idOf(row), row]));
    const brushedUp: T[] = [];
    for (const row of rows) {
      const id = idOf(row);
      if (!touched.has(id)) {
        brushedUp.push(row);
        continue;
      }
      const now = fresh.get(id);
      if (now !== undefined) brushedUp.push(now);
      fresh.delete(id);
    }
    if (fresh.size === 0) return brushedUp;
    return [...brushedUp, ...fresh.values()].sort(compare);
  }
}
