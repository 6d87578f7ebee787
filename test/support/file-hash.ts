/** One short hash for files and whole folders. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Hash over the names and contents of these files, and of all files of these folders. */
export function hashOf(...paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) {
    const names = filesBelow(path);
    for (const name of names ?? ['']) {
      hash.update(`${name}\0`).update(readFileSync(name === '' ? path : join(path, name)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}

/** Paths from the folder, in order; null: it is none. */
export function filesBelow(path: string): readonly string[] | null {
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
      .toSorted();
  } catch {
    return null;
  }
}
