/** Which content each file of a work tree had when it was last read, told again for as long as nothing has touched the file. */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { sameItems } from '../model/reuse.ts';
import { keep, readKept } from './kept-text.ts';

/**
 * What was touched so shortly before it was read may be touched once more without its times showing it: the coarsest file system
 * in use counts them in steps of two seconds, and what it takes for now lags behind by a little. Such a file is read again.
 */
const SETTLED_MS = 3_000;
/** Names the form of what is in it: one of another version is not read, and not in the way. */
const FILE = 'seen-1.json';

export interface SeenFiles {
  /** Git's id of the content of a file that nothing has touched since it was read; null: it has to be read. */
  blobOf(path: string, stats: Stats): string | null;
  /**
   * A file was read.
   * @param stats as they were before it was
   */
  saw(path: string, stats: Stats, blob: string): void;
  /** Keeps what was asked for or seen, and nothing else. Where it can't be written, everything is read again next time. */
  save(): Promise<void>;
}

/**
 * Whatever writes to a file or puts another in its place changes one of the numbers. The time of the last change of anything (`ctime`)
 * can't be set as one likes, unlike that of the content (but on file systems that have none, such as FAT); it and the file's number are others in every copy, here or on another machine.
 */
type Seen = readonly [
  path: string,
  blob: string,
  dev: number,
  ino: number,
  size: number,
  mtimeMs: number,
  ctimeMs: number,
];

/**
 * The files of one folder, kept in the Git directory of its work tree.
 * @param git absolute. Whoever may write there may write the repository.
 * @param clock milliseconds since 1970
 */
export async function seenFiles(git: string, clock: () => number = Date.now): Promise<SeenFiles> {
  const begun = clock();
  const file = join(git, 'muster', FILE);
  // Written below, which its digest vouches for.
  const rows = JSON.parse((await readKept(file)) ?? '[]') as readonly Seen[];
  const known = new Map(rows.map((row) => [row[0], row]));
  const used = new Map<string, Seen>();
  let isNews = false;
  return {
    blobOf(path, { dev, ino, size, mtimeMs, ctimeMs }) {
      const seen = known.get(path);
      if (seen === undefined) return null;
      const [, blob, ...was] = seen;
      if (!sameItems(was, [dev, ino, size, mtimeMs, ctimeMs])) return null;
      used.set(path, seen);
      return blob;
    },
    saw(path, { dev, ino, size, mtimeMs, ctimeMs }, blob) {
      // Measured from the beginning, so that what was touched while it was being read counts as just touched, too.
      if (begun - Math.max(mtimeMs, ctimeMs) < SETTLED_MS) return;
      used.set(path, [path, blob, dev, ino, size, mtimeMs, ctimeMs]);
      isNews = true;
    },
    async save() {
      if (isNews) await keep(file, JSON.stringify([...used.values()]));
    },
  };
}
