/** From a source to typed entries with diagnostics: finds what is where, reads what is new, remembers what is not. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { byPlace, type Diagnostic } from '../diagnostic.ts';
import type { Kind } from '../model/document.ts';
import { FIELD_NAMES } from '../model/documents.ts';
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import { checkMusterFile, MUSTER_FILE, missingMusterFile } from '../model/muster-file.ts';
import { type BlobCache, type CacheKey, type CacheRow, cacheKey } from './blob-cache.ts';
import { cutOff } from './cut-off.ts';
import { FILE_BYTES_MAX, TOO_LARGE } from './decode.ts';
import { kindAt, straysIn } from './places.ts';
import type { Snapshot, Source, SourceFile } from './source.ts';
import {
  diagnosticsAt,
  type HeldProblem,
  pack,
  READER_VERSION,
  type TypedFile,
  typeFile,
  unpack,
} from './typed-file.ts';
import { readYaml } from './yaml.ts';

/** Longest stretch of reading before timers, signals and the lease get their turn. */
const SLICE_MS = 10;
/** Keys per question to the cache, and rows per transaction: tens of milliseconds each. */
const GET_BATCH = 5_000;
const PUT_BATCH = 2_000;

export interface LoadOptions {
  readonly source: Source;
  readonly blobs: BlobCache;
  /** Text of the last good version of a file; null: there is none. */
  readonly goodText: (path: string) => Promise<string | null>;
  /** This Muster's instance: `muster.yaml` must name it. */
  readonly instance: string;
}

interface KindFile extends SourceFile {
  readonly kind: Kind;
}

/**
 * Loads the newest state. What is wrong in a file is a diagnostic; what is wrong with the source is thrown (MusterError).
 * Files, entries and diagnostics come in the order of their paths and lines, whatever the source or the cache did.
 */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { source } = options;
  const snapshot = await source.snapshot();
  const own: KindFile[] = [];
  const others: string[] = [];
  for (const file of snapshot.files) {
    const kind = kindAt(file.path);
    if (kind !== null) own.push({ ...file, kind });
    else if (file.path !== MUSTER_FILE) others.push(file.path);
  }
  const diagnostics = [...straysIn(others)];
  const repository = await checkRepository(options, snapshot);
  const files = await loadFiles(options, own);
  for (const rejected of snapshot.rejected) {
    const kind = kindAt(rejected.file);
    // What stands in the place of a file of entries holds what that file held; elsewhere it is only reported.
    if (kind === null || rejected.holds !== 'file') diagnostics.push(rejected);
    else files.push(unreadableFile({ path: rejected.file, blob: '', kind }, [rejected]));
  }
  return {
    revision: snapshot.revision,
    committedAt: snapshot.committedAt,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    diagnostics: [...repository, ...diagnostics].sort(byPlace),
    trusted: repository.length === 0,
  };
}

/** What is wrong with `muster.yaml`; empty: the repository is ours. */
async function checkRepository(options: LoadOptions, snapshot: Snapshot): Promise<readonly Diagnostic[]> {
  const problems = await musterFileProblems(options, snapshot);
  return diagnosticsAt(
    MUSTER_FILE,
    problems.map((problem) => ({ ...problem, holds: 'everything' as const })),
  );
}

async function musterFileProblems({ source, instance }: LoadOptions, snapshot: Snapshot) {
  const file = snapshot.files.find(({ path }) => path === MUSTER_FILE);
  if (file === undefined) return [missingMusterFile(instance)];
  if (file.size > FILE_BYTES_MAX) return [TOO_LARGE];
  for await (const { bytes } of source.texts([file])) {
    const { tree, faults } = readYaml(bytes, FIELD_NAMES);
    return faults.length > 0 || tree === null ? faults : checkMusterFile(tree, instance);
  }
  return [missingMusterFile(instance)];
}

async function loadFiles(options: LoadOptions, files: readonly KindFile[]): Promise<LoadedFile[]> {
  const pause = pauses();
  const fit = files.filter((file) => file.size <= FILE_BYTES_MAX);
  const cached = await askCache(options.blobs, fit);
  const fresh = await readNew(
    options,
    fit.filter((file) => !cached.has(cacheKey(keyOf(file)))),
    pause,
  );
  const loaded: LoadedFile[] = [];
  for (const file of files) {
    await pause();
    const key = cacheKey(keyOf(file));
    const packed = cached.get(key);
    const typed = fresh.get(key)?.file ?? (packed === undefined ? null : unpack(file.kind, packed));
    if (typed === null) {
      loaded.push(unreadableFile(file, diagnosticsAt(file.path, [{ ...TOO_LARGE, holds: 'file' }])));
      continue;
    }
    const cut = typed.openEnd ? await cutOffProblem(options, file, fresh.get(key)?.text) : null;
    loaded.push(cut === null ? loadedFile(file, typed) : unreadableFile(file, diagnosticsAt(file.path, [cut])));
  }
  return loaded;
}

function keyOf(file: KindFile): CacheKey {
  return { blob: file.blob, kind: `${file.kind}@${READER_VERSION}` };
}

async function askCache(blobs: BlobCache, files: readonly KindFile[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < files.length; start += GET_BATCH) {
    for (const [key, typed] of await blobs.get(files.slice(start, start + GET_BATCH).map(keyOf))) found.set(key, typed);
  }
  return found;
}

/** Reads each new content once, however many files hold it, and puts it into the cache. */
async function readNew(
  { source, blobs }: LoadOptions,
  files: readonly KindFile[],
  pause: () => Promise<void> | undefined,
): Promise<ReadonlyMap<string, { readonly file: TypedFile; readonly text: string }>> {
  const byKey = new Map(files.map((file) => [cacheKey(keyOf(file)), file]));
  const fresh = new Map<string, { readonly file: TypedFile; readonly text: string }>();
  if (byKey.size === 0) return fresh;
  let rows: CacheRow[] = [];
  const wanted = [...byKey.values()];
  let index = 0;
  for await (const { bytes } of source.texts(wanted)) {
    const file = wanted[index++];
    if (file === undefined) break;
    await pause();
    const typed = typeFile(file.kind, bytes);
    const key = keyOf(file);
    fresh.set(cacheKey(key), typed);
    rows.push({ ...key, typed: pack(typed.file), text: typed.text });
    if (rows.length < PUT_BATCH) continue;
    await blobs.put(rows);
    rows = [];
  }
  if (rows.length > 0) await blobs.put(rows);
  return fresh;
}

async function cutOffProblem(
  { blobs, goodText }: LoadOptions,
  file: KindFile,
  freshText: string | undefined,
): Promise<HeldProblem | null> {
  const good = await goodText(file.path);
  if (good === null) return null;
  const text = freshText ?? (await blobs.text(file.blob));
  const problem = text === null ? null : cutOff(text, good);
  return problem === null ? null : { ...problem, holds: 'file' };
}

function loadedFile({ path, blob, kind }: KindFile, typed: TypedFile): LoadedFile {
  const { entries, broken, unreadable, problems } = typed;
  return { path, blob, kind, entries, broken, unreadable, diagnostics: diagnosticsAt(path, problems) };
}

function unreadableFile(
  file: Pick<KindFile, 'path' | 'blob' | 'kind'>,
  diagnostics: readonly Diagnostic[],
): LoadedFile {
  const { path, blob, kind } = file;
  return { path, blob, kind, entries: [], broken: [], unreadable: true, diagnostics };
}

/** A function that lets the event loop turn once a slice of time is used up, and costs next to nothing before. */
function pauses(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}
