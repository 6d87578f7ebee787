/** What was read of file contents, kept in a file inside the Git directory that they come from: it lives and dies with the clone. */
import { hash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobCache, cacheKey } from './blob-cache.ts';

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
  const file = join(folder, 'read.json');
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
      const rows = JSON.stringify([...used]);
      const text = `${hash('sha256', rows)}\n${rows}`;
      const draft = `${file}.${process.pid}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(draft, text, { mode: 0o600 });
        await rename(draft, file);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** Empty where there are none, or where the file is not what was written. */
async function rowsIn(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    const text = await readFile(file, 'utf8');
    const end = text.indexOf('\n');
    const rows = text.slice(end + 1);
    if (text.length > CACHE_BYTES_MAX || hash('sha256', rows) !== text.slice(0, end)) return new Map();
    // The digest says that these are the very rows that were written, as pairs of texts.
    return new Map(JSON.parse(rows) as readonly (readonly [string, string])[]);
  } catch {
    return new Map();
  }
}
