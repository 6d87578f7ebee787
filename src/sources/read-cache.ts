/** What was read of file contents, kept in a file inside the Git directory that they come from: it lives and dies with the clone. */
import { hash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobCache, cacheKey } from './blob-cache.ts';
import { makeFolder } from './making-folders.ts';

/** A larger file would take longer to read than what it saves; a hundred thousand people take some 40 MB. */
const CACHE_BYTES_MAX = 128 * 1024 * 1024;

export interface ReadCache {
  readonly blobs: BlobCache;
  /** Keeps what was asked for and nothing else. Where it can't be written, everything is read again next time. */
  save(): Promise<void>;
}

/** @param git the Git directory, absolute. Whoever may write there may write the repository. */
export function readCache(git: string): ReadCache {
  const folder = join(git, 'muster');
  const file = join(folder, 'read.txt');
  let known: ReadonlyMap<string, string> | null = null;
  const used = new Map<string, string>();
  let isNews = false;
  return {
    blobs: {
      async get(keys) {
        known ??= await rowsIn(file);
        const found = new Map<string, string>();
        for (const key of keys.map(cacheKey)) {
          const typed = used.get(key) ?? known.get(key);
          if (typed === undefined) continue;
          found.set(key, typed);
          used.set(key, typed);
        }
        return found;
      },
      put(rows) {
        for (const row of rows) used.set(cacheKey(row), row.typed);
        isNews ||= rows.length > 0;
        return Promise.resolve();
      },
      text: () => Promise.resolve(null),
    },
    async save() {
      if (!isNews) return;
      const rows = [...used].map(([key, typed]) => `${key}\t${typed}\n`).join('');
      const text = `${hash('sha256', rows)}\n${rows}`;
      const draft = `${file}.${process.pid}`;
      try {
        await makeFolder(folder, 0o700);
        await writeFile(draft, text, { mode: 0o600 });
        await rename(draft, file);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}

/**
 * Empty where there are none, or where the file is not what was written. A line each, because neither a key nor compact JSON holds a tab
 * or the end of a line: written as JSON once more, every row would be read twice.
 */
async function rowsIn(file: string): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf('\n');
    const rows = bytes.subarray(end + 1);
    if (bytes.length > CACHE_BYTES_MAX || hash('sha256', rows) !== bytes.toString('latin1', 0, end)) return known;
    const text = rows.toString('utf8');
    for (let from = 0; from < text.length; ) {
      const tab = text.indexOf('\t', from);
      const next = text.indexOf('\n', tab);
      known.set(text.slice(from, tab), text.slice(tab + 1, next));
      from = next + 1;
    }
  } catch {
    // There is no such file.
  }
  return known;
}
