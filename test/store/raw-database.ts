/** Looks behind the store's back: the database as SQLite itself shows it. */
import Database from 'better-sqlite3';

/** Runs `work` on a second connection to the file. */
export function withRaw<T>(path: string, work: (raw: Database.Database) => T): T {
  const raw = new Database(path, { timeout: 5_000 });
  try {
    return work(raw);
  } finally {
    raw.close();
  }
}

/** All rows of a question. */
export function rowsOf(path: string, question: string): unknown[] {
  return withRaw(path, (raw) => raw.prepare(question).all());
}

/** A statement that the store ran. */
export interface Ran {
  readonly text: string;
  /** `PRAGMA synchronous` of its connection at that moment: 2 waits for the disk at each commit, 1 does not. */
  readonly synchronous: unknown;
  readonly database: Database.Database;
}

type Method = 'all' | 'run';

/**
 * Tells `heard` of every statement that any connection of this process runs from now on, just before it runs.
 * @returns what ends it.
 */
export function overhear(heard: (statement: Ran) => void): () => void {
  const memory = new Database(':memory:');
  // better-sqlite3 does not export the class of its statements.
  const prototype = Object.getPrototypeOf(memory.prepare('select 1')) as Record<
    Method,
    (...values: unknown[]) => unknown
  >;
  memory.close();
  const originals = { all: prototype.all, run: prototype.run };
  for (const method of ['all', 'run'] as const) {
    prototype[method] = function (this: Database.Statement, ...values: unknown[]) {
      // The question below is a statement as well.
      if (!this.source.startsWith('PRAGMA')) {
        const { source: text, database } = this;
        heard({ text, synchronous: database.pragma('synchronous', { simple: true }), database });
      }
      return originals[method].apply(this, values);
    };
  }
  return () => Object.assign(prototype, originals);
}

/** Makes the next new page fail as on a full disk, on the connection that `act` uses. */
export async function onFullDisk(act: () => Promise<unknown>): Promise<void> {
  const full = (database: Database.Database) => {
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages}`);
  };
  await onConnections(act, full, (database) => database.pragma(`max_page_count = ${PAGES_MAX}`));
}

/** Makes every write fail as on a disk that may only be read, on the connections that `act` uses. */
export async function onReadOnlyDisk(act: () => Promise<unknown>): Promise<void> {
  const readOnly = (database: Database.Database) => database.pragma('query_only = ON');
  await onConnections(act, readOnly, (database) => database.pragma('query_only = OFF'));
}

/** Does `spoil` to each connection before its first statement within `act`, and `mend` afterwards. */
async function onConnections(
  act: () => Promise<unknown>,
  spoil: (database: Database.Database) => unknown,
  mend: (database: Database.Database) => unknown,
): Promise<void> {
  const spoilt = new Set<Database.Database>();
  const end = overhear(({ database }) => {
    if (spoilt.has(database)) return;
    spoilt.add(database);
    spoil(database);
  });
  try {
    await act();
  } finally {
    end();
    for (const database of spoilt) mend(database);
  }
}

/** As many pages as SQLite allows: its own default. */
const PAGES_MAX = 4_294_967_294;
