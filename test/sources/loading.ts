/** Loads a desired state that a test writes down: real files in a real folder, and a cache in memory. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../../src/diagnostic.ts';
import { place } from '../../src/diagnostic.ts';
import type { Loaded } from '../../src/model/loaded.ts';
import { type BlobCache, type CacheKey, cacheKey } from '../../src/sources/blob-cache.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';

export const INSTANCE = 'research-service';
export const MUSTER_YAML = `format: 1\ninstance: ${INSTANCE}\n`;

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A cache in memory that counts what was put. */
export function memoryCache(): BlobCache & { readonly texts: Map<string, string>; readonly keys: CacheKey[] } {
  const typed = new Map<string, string>();
  const texts = new Map<string, string>();
  const keys: CacheKey[] = [];
  return {
    texts,
    keys,
    get: (kind, blobs) => {
      const found = blobs.flatMap((blob) => {
        const value = typed.get(cacheKey({ kind, blob }));
        return value === undefined ? [] : [[blob, value] as const];
      });
      return Promise.resolve(new Map(found));
    },
    put: (rows) => {
      for (const row of rows) {
        keys.push({ blob: row.blob, kind: row.kind });
        typed.set(cacheKey(row), row.typed);
        texts.set(row.blob, row.text);
      }
      return Promise.resolve();
    },
    text: (blob) => Promise.resolve(texts.get(blob) ?? null),
  };
}

/** A folder of its own for the length of `use`. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** What the loader makes of these files, beside a good `muster.yaml`; `good` are the last good versions. */
export async function loadFiles(files: Files, good: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  return await inFolder(async (folder) => {
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, ...files });
    const goodText = (path: string) => Promise.resolve(good[path] ?? null);
    return await load({ source: folderSource(folder), blobs: memoryCache(), goodText, instance: INSTANCE });
  });
}

export function diagnosticsOf(loaded: Loaded): readonly Diagnostic[] {
  return [...loaded.diagnostics, ...loaded.files.flatMap((file) => file.diagnostics)];
}

/** A diagnostic as an author sees it: place, message, and the line to write. */
export function asShown(diagnostic: Diagnostic): string {
  const fix = diagnostic.fix === undefined ? '' : `\n    write: ${diagnostic.fix}`;
  return `  ${place(diagnostic)}: ${diagnostic.message}${fix}`;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
