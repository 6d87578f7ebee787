/** SQLite's error codes as troubles that say what to do. */
import Database from 'better-sqlite3';
import { MusterError, type Remedy } from '../errors.ts';

interface Advice {
  readonly remedy: Remedy;
  readonly what: string;
  readonly next: string;
}

/** What the result codes of sqlite.org/rescode.html that come from outside the program ask of people. */
const ADVICE: readonly (readonly [code: string, advice: Advice])[] = [
  [
    'SQLITE_BUSY',
    {
      remedy: 'retry',
      what: 'Another process keeps the database locked.',
      next: 'See which other muster command, or which backup, uses it.',
    },
  ],
  ['SQLITE_FULL', { remedy: 'person', what: 'The disk is full.', next: 'Make room, then run it again.' }],
  [
    'SQLITE_READONLY',
    {
      remedy: 'person',
      what: 'The database may not be written.',
      next: 'Check the owner and the mount of its folder.',
    },
  ],
  [
    'SQLITE_NOTADB',
    {
      remedy: 'person',
      what: 'This file is not a SQLite database.',
      next: 'Correct `store.sqlite` in the configuration, or restore the file from a backup.',
    },
  ],
  [
    'SQLITE_CORRUPT',
    { remedy: 'person', what: 'The database is damaged.', next: 'Restore it from a backup; keep the damaged file.' },
  ],
  [
    'SQLITE_CANTOPEN',
    { remedy: 'person', what: "The database can't be opened.", next: 'Check the owner and rights of its folder.' },
  ],
  [
    'SQLITE_IOERR',
    { remedy: 'person', what: 'The disk reports an error.', next: 'Check the disk and the log of the system.' },
  ],
];

/** Whether another connection is writing, so that waiting helps. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** The error as a MusterError where it comes from outside the program, else as it is. */
export function explained(error: unknown, place: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const missing = /no such ((?:table|column): \S+)/.exec(error.message)?.[1];
  if (missing !== undefined) return new MusterError({ ...changedByHand(missing), where: place }, { cause: error });
  // Extended codes, as in SQLITE_IOERR_WRITE, begin with the plain one.
  const advice = ADVICE.find(([code]) => error.code.startsWith(code))?.[1];
  if (advice === undefined) return error;
  return new MusterError({ ...advice, where: place, what: `${advice.what} (${error.code})` }, { cause: error });
}

/** Every table is there from the first opening on, so somebody took it out. */
function changedByHand(missing: string): Advice {
  return {
    remedy: 'person',
    what: `The database lacks something (${missing}): somebody changed it by hand, or restored half of it.`,
    next: 'Stop Muster, keep the file as it is, and put a backup in its place ("the database is lost" in docs/operating.md). Find out who can write to it.',
  };
}
