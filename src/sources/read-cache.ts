/** What was read of file contents, kept in the Git directory that they come from. */
import { join } from 'node:path';
import { type BlobCache, cacheKey } from './blob-cache.ts';
import { keep, readKept } from './kept-text.ts';

export interface ReadCache {
  readonly blobs: BlobCache;
  /** Keeps what was asked for and nothing else. Where it can't be written, everything is read again next time. */
  save(): Promise<void>;
}

/** @param git the Git directory, absolute. Whoever may write there may write the repository. */
export function readCache(git: string): ReadCache {
  const file = join(git, 'muster', 'read.txt');
  let known: ReadonlyMap<string, string> | null = null;
  const used = new Map<string, string>();
  let isNews = false;
  return {
    blobs: {
      async get(kind, blobs) {
        known ??= rowsIn((await readKept(file)) ?? '');
        const found = new Map<string, string>();
        for (const blob of blobs) {
          const key = cacheKey({ kind, blob });
          const typed = used.get(key) ?? known.get(key);
          if (typed === undefined) continue;
          found.set(blob, typed);
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
      if (isNews) await keep(file, [...used].map(([key, typed]) => `${key}\t${typed}\n`).join(''));
    },
  };
}

/**
 * A line each, because neither a key nor compact JSON holds a tab or the end of a line: written as JSON once more, every row would be
 * read twice.
 */
function rowsIn(text: string): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (let from = 0; from < text.length; ) {
    const tab = text.indexOf('\t', from);
    const next = text.indexOf('\n', tab);
    known.set(text.slice(from, tab), text.slice(tab + 1, next));
    from = next + 1;
  }
  return known;
}
