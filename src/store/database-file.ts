/** The database as a file: made for its owner alone, and watched, because SQLite writes on into a file that was deleted. */
import { type BigIntStats, chmodSync, closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, MusterError } from '../errors.ts';

/** The store names people and what was done to them: for its owner's eyes. */
const FILE_MODE = 0o600;

/**
 * Makes the file where it is missing, and sees to its mode.
 * @param path absolute
 * @param place how messages call it
 * @returns throws MusterError (`person`) when called once another file, or none, is at that path: an open file keeps its inode
 * number for itself, so that the number tells (sqlite.org/howtocorrupt.html, 2.4).
 * @throws MusterError (`person`) when the folder is missing, or the file can't be opened for writing.
 */
export function prepareFile(path: string, place: string): () => void {
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new MusterError({
      remedy: 'person',
      where: place,
      what: `The folder ${folder} does not exist.`,
      next: 'Create it for the user that runs Muster, or correct `store.sqlite` in the configuration.',
    });
  }
  const opened = openOnce(path, place);
  return () => {
    const now = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (now?.dev !== opened.dev || now.ino !== opened.ino) throw replaced(path, place);
  };
}

function openOnce(path: string, place: string): BigIntStats {
  try {
    // SQLite gives its -wal and -shm files the mode of the database file, so setting this one covers all three.
    const file = openSync(path, 'a', FILE_MODE);
    const found = fstatSync(file, { bigint: true });
    closeSync(file);
    if ((Number(found.mode) & 0o777) !== FILE_MODE) chmodSync(path, FILE_MODE);
    return found;
  } catch (error) {
    throw new MusterError(
      {
        remedy: 'person',
        where: place,
        what: `The file can't be opened for writing by its owner alone (${codeOf(error)}).`,
        next: 'Give the file and its folder to the user that runs Muster.',
      },
      { cause: error },
    );
  }
}

function replaced(path: string, place: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: place,
    what: `The database file ${path} was replaced or deleted while Muster had it open.`,
    next: 'Stop Muster, put the right file back (or let it begin anew and run "muster ledger rebuild"), and start it again.',
  });
}
