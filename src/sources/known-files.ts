/** What is known of files without reading them: from the last loading of this process or from the memory of an earlier one. */
import type { AnyEntry, Kind } from '../model/document.ts';
import type { LoadedFile, TypedEntry } from '../model/loaded.ts';
import { NONE } from '../model/settle.ts';
import { type CacheKey, cacheKey } from './blob-cache.ts';
import type { KnownFile, LastLoad } from './last-load.ts';
import type { KindFile } from './reading.ts';
import { READER_VERSION, type TypedFile } from './typed-file.ts';

/** Null: nothing is known of it as it is now. */
export type KnownFiles = (file: KindFile) => KnownFile | null;

export function lastFiles({ files }: Pick<LastLoad, 'files'>): KnownFiles {
  return ({ path, blob }) => {
    const known = files.get(path);
    return known?.file.blob === blob ? known : null;
  };
}

/**
 * The files of which an entry that is remembered is all there is. The entry itself names the content that it was taken from, and
 * the reader that read it: it speaks for exactly that content, read by exactly that reader.
 */
export function rememberedFiles(remembered: readonly AnyEntry[]): KnownFiles {
  const byPlace = new Map<string, AnyEntry>();
  for (const entry of remembered) {
    if (entry.soleContent !== undefined) byPlace.set(placeKey(entry.soleContent, entry.origin.file), entry);
  }
  if (byPlace.size === 0) return () => null;
  return (file) => {
    const soleContent = cacheKey(keyOf(file));
    const entry = byPlace.get(placeKey(soleContent, file.path));
    return entry === undefined ? null : { file: fileOf(entry, soleContent, file), openEnd: false };
  };
}

/** Somebody who vanished may have stood in the same file. */
function placeKey(soleContent: string, path: string): string {
  return `${soleContent} ${path}`;
}

function fileOf(entry: AnyEntry, soleContent: string, { path, blob, kind }: KindFile): LoadedFile {
  const { key, document, origin, fields } = entry;
  // Kind and document of one entry belong together, which the compiler can't follow through taking them apart.
  const typed = { kind: entry.kind, key, document, line: origin.line, none: NONE, fields } as TypedEntry;
  return { path, blob, kind, entries: [typed], broken: NONE, unreadable: false, diagnostics: NONE, soleContent };
}

/** Whether a content says one entry and nothing else, in a way that an entry as it is remembered can say as well. */
export function saysOneEntry({ entries, broken, problems, unreadable, openEnd }: TypedFile): boolean {
  const [entry] = entries;
  const isAlone = entry !== undefined && entries.length === 1 && broken.length === 0 && problems.length === 0;
  return isAlone && !unreadable && !openEnd && entry.none.length === 0 && entry.fields !== undefined;
}

export function keyOf({ blob, kind }: KindFile): CacheKey {
  return { blob, kind: readerOf(kind) };
}

export function readerOf(kind: Kind): string {
  return `${kind}@${READER_VERSION}`;
}
