/** From a source to typed entries with diagnostics: finds what is where, reads what is new, remembers what is not. */
import { byPlace, compareText, type Diagnostic } from '../diagnostic.ts';
import type { AnyEntry } from '../model/document.ts';
import { FIELD_NAMES } from '../model/documents.ts';
import { inHexOrder } from '../model/hex-order.ts';
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import { checkMusterFile, MUSTER_FILE, missingMusterFile } from '../model/muster-file.ts';
import { type BlobCache, type CacheRow, cacheKey } from './blob-cache.ts';
import { TOO_LARGE } from './decode.ts';
import { type KnownFiles, keyOf, lastFiles, readerOf, rememberedFiles, saysOneEntry } from './known-files.ts';
import { filesToLoadAgain, type KnownFile, type LastLoad, placeOfFile, sameSnapshot } from './last-load.ts';
import { type GoodText, openEndProblem } from './open-end.ts';
import { kindAt, straysIn } from './places.ts';
import { excessProblem, isFit, type KindFile, readContents } from './reading.ts';
import { READING_LIMITS, type ReadingLimits, type ReadOutcome } from './reading-pool.ts';
import { type Pause, pauses } from './slices.ts';
import type { Snapshot, Source } from './source.ts';
import { diagnosticsAt, type HeldProblem, type TypedFile, unpack } from './typed-file.ts';
import { readYaml } from './yaml.ts';

/** Keys per question to the cache, and rows per transaction: tens of milliseconds each. */
const GET_BATCH = 2_000;
const PUT_BATCH = 2_000;
/** Two lines are all it says; it is read on the spot, so it may not be as long as a file of entries. */
const MUSTER_FILE_BYTES_MAX = 8 * 1024;

export interface LoadOptions {
  readonly source: Source;
  readonly blobs: BlobCache;
  readonly goodText: GoodText;
  /** This Muster's instance: `muster.yaml` must name it. */
  readonly instance: string;
  /**
   * Keep what was loaded in memory, for a process that loads again and again: an unchanged file is then the very same object, and
   * an unchanged repository the very same Loaded.
   */
  readonly resident?: boolean;
  readonly readingLimits?: ReadingLimits;
  /** Countries in which a phone number may be; absent: in all. */
  readonly phoneCountries?: Loaded['phoneCountries'];
}

export type Load = (signal?: AbortSignal, remembered?: readonly AnyEntry[]) => Promise<Loaded>;

/** Loads once; as `loaderOf`. */
export function load(options: LoadOptions, remembered?: readonly AnyEntry[]): Promise<Loaded> {
  return loaderOf(options)(undefined, remembered);
}

/**
 * A function that loads the newest state. What is wrong in a file is a diagnostic; what is wrong with the source is thrown (MusterError).
 * Files, entries and diagnostics come in the order of their paths and lines, whatever the source or the cache did.
 */
export function loaderOf(options: LoadOptions): Load {
  let last: LastLoad | null = null;
  return async (signal, remembered = []) => {
    const snapshot = await options.source.snapshot(signal);
    if (last?.unsettled.size === 0 && sameSnapshot(last.snapshot, snapshot)) return last.loaded;
    const next =
      (last && (await loadChanges(options, snapshot, last))) ??
      (await loadSnapshot(options, snapshot, last, remembered));
    if (options.resident === true) last = next;
    return next.loaded;
  };
}

async function loadSnapshot(
  options: LoadOptions,
  snapshot: Snapshot,
  last: LastLoad | null,
  remembered: readonly AnyEntry[],
): Promise<LastLoad> {
  const pause = pauses();
  const own: KindFile[] = [];
  const others: string[] = [];
  for (const file of snapshot.files) {
    const turn = pause();
    if (turn !== undefined) await turn;
    const kind = kindAt(file.path);
    if (kind !== null) own.push({ ...file, kind });
    else if (file.path !== MUSTER_FILE) others.push(file.path);
  }
  const diagnostics = [...straysIn(others)];
  const repository = await checkRepository(options, snapshot);
  const loading = new Loading(options, pause);
  await loading.loadAll(own, last === null ? rememberedFiles(remembered) : lastFiles(last));
  const files = own.map((file) => loading.files.get(file.path) ?? notLoaded(file));
  for (const rejected of snapshot.rejected) {
    const kind = kindAt(rejected.file);
    // What stands in the place of a file of entries holds what that file held; elsewhere it is only reported.
    if (kind === null || rejected.holds !== 'file') diagnostics.push(rejected);
    else files.push(unreadableFile({ path: rejected.file, blob: '', kind }, [rejected]));
  }
  const loaded = {
    ...stampOf(snapshot),
    files: files.sort((a, b) => compareText(a.path, b.path)),
    diagnostics: [...repository, ...diagnostics].sort(byPlace),
    trusted: repository.length === 0,
    ...(options.phoneCountries === undefined ? {} : { phoneCountries: options.phoneCountries }),
  };
  return { snapshot, loaded, unsettled: loading.unsettled, files: loading.known };
}

/**
 * From the last loading and what differs; the same as `loadSnapshot` gives. Null where more differs than the contents of some files
 * that stand where they stood.
 */
async function loadChanges(options: LoadOptions, snapshot: Snapshot, last: LastLoad): Promise<LastLoad | null> {
  const again = filesToLoadAgain(last, snapshot);
  if (again === null) return null;
  const loading = new Loading(options, pauses());
  await loading.loadAll(again, lastFiles(last));
  const files = [...last.loaded.files];
  for (const { path } of again) {
    const place = placeOfFile(path, last.loaded.files);
    const file = loading.files.get(path);
    if (place === null || file === undefined) return null;
    files[place] = file;
  }
  const loaded = { ...last.loaded, ...stampOf(snapshot), files };
  // Whoever finds a file there takes it only for the content that it looks for, so one map serves all loadings.
  for (const [path, known] of loading.known) last.files.set(path, known);
  return { snapshot, loaded, unsettled: loading.unsettled, files: last.files };
}

function stampOf({ revision, committedAt, commit }: Snapshot): Pick<Loaded, 'revision' | 'committedAt' | 'commit'> {
  return { revision, committedAt, ...(commit === undefined ? {} : { commit }) };
}

function notLoaded({ path }: KindFile): never {
  throw new Error(`${path} was not loaded`);
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
  if (file.size > MUSTER_FILE_BYTES_MAX) return [{ ...missingMusterFile(instance), message: MUSTER_FILE_TOO_LARGE }];
  for await (const { bytes } of source.texts([file])) {
    const { tree, faults } = readYaml(bytes, FIELD_NAMES);
    return faults.length > 0 || tree === null ? faults : checkMusterFile(tree, instance);
  }
  return [missingMusterFile(instance)];
}

const MUSTER_FILE_TOO_LARGE = 'This file is far larger than it needs to be: two lines are all that it says.';

/** One loading of all files, as it goes. */
class Loading {
  /** By path. */
  readonly files = new Map<string, LoadedFile>();
  /** For the next loading of this process. */
  readonly known = new Map<string, KnownFile>();
  /** Paths of files of which something depends on what may change while the repository does not. */
  readonly unsettled = new Set<string>();
  readonly #options: LoadOptions;
  readonly #pause: Pause;
  #rows: CacheRow[] = [];

  constructor(options: LoadOptions, pause: Pause) {
    this.#options = options;
    this.#pause = pause;
  }

  async loadAll(files: readonly KindFile[], knownFile: KnownFiles): Promise<void> {
    const changed: KindFile[] = [];
    for (const file of files) {
      const turn = this.#pause();
      if (turn !== undefined) await turn;
      if (!isFit(file)) {
        this.#addUnreadable(file, { ...TOO_LARGE, holds: 'file' });
        continue;
      }
      const known = knownFile(file);
      if (known === null) changed.push(file);
      else await this.#add(file, known, null);
    }
    await this.#readNew(await this.#takeCached(changed));
  }

  /** Takes what the cache knows, and returns the rest, in the order of the cache's key. */
  async #takeCached(files: readonly KindFile[]): Promise<readonly KindFile[]> {
    const unknown: KindFile[] = [];
    for (const [kind, several] of Map.groupBy(files, (file) => file.kind)) {
      // Asking the tree of the cache, and adding to it, costs a third of what it costs in any other order.
      const inOrder = inHexOrder(several, ({ blob }) => blob);
      for (let start = 0; start < inOrder.length; start += GET_BATCH) {
        await this.#pause();
        const batch = inOrder.slice(start, start + GET_BATCH);
        const known = await this.#options.blobs.get(
          readerOf(kind),
          batch.map(({ blob }) => blob),
        );
        for (const file of batch) {
          const packed = known.get(file.blob);
          if (packed === undefined) unknown.push(file);
          else await this.#addTyped(file, packed, null);
        }
      }
    }
    return unknown;
  }

  /** Reads each new content once, however many files hold it, and puts it into the cache. */
  async #readNew(files: readonly KindFile[]): Promise<void> {
    if (files.length === 0) return;
    const sharing = Map.groupBy(files, (file) => cacheKey(keyOf(file)));
    const firsts = [...sharing.values()].flatMap((same) => same.slice(0, 1));
    const { source, readingLimits = READING_LIMITS } = this.#options;
    await readContents(source, firsts, readingLimits, this.#pause, (file, outcome) =>
      this.#take(sharing.get(cacheKey(keyOf(file))) ?? [file], outcome),
    );
    await this.#put();
  }

  async #take(same: readonly KindFile[], outcome: ReadOutcome): Promise<void> {
    if (typeof outcome === 'string') {
      // Not remembered: on another day, or with another reader, it may go well.
      for (const file of same) {
        this.unsettled.add(file.path);
        this.#addUnreadable(file, excessProblem(outcome));
      }
      return;
    }
    const { packed, text } = outcome;
    for (const file of same) await this.#addTyped(file, packed, text);
    const [first] = same;
    if (first !== undefined) this.#rows.push({ ...keyOf(first), typed: packed, text });
    if (this.#rows.length >= PUT_BATCH) await this.#put();
  }

  async #put(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length > 0) await this.#options.blobs.put(rows);
  }

  #addTyped(file: KindFile, packed: string, text: string | null): Promise<void> | undefined {
    const typed = unpack(file.kind, packed);
    return this.#add(file, { file: loadedFile(file, typed), openEnd: typed.openEnd }, text);
  }

  /** `text` is null where only the cache knows it. */
  #add(file: KindFile, known: KnownFile, text: string | null): Promise<void> | undefined {
    if (this.#options.resident === true) this.known.set(file.path, known);
    if (known.openEnd) return this.#addOpenEnd(file, known, text);
    this.files.set(file.path, known.file);
    return undefined;
  }

  async #addOpenEnd(file: KindFile, known: KnownFile, text: string | null): Promise<void> {
    this.unsettled.add(file.path);
    const cut = await openEndProblem(this.#options, file, text);
    if (cut === null) this.files.set(file.path, known.file);
    else this.#addUnreadable(file, cut);
  }

  #addUnreadable(file: KindFile, problem: HeldProblem): void {
    this.files.set(file.path, unreadableFile(file, diagnosticsAt(file.path, [problem])));
  }
}

function loadedFile(file: KindFile, typed: TypedFile): LoadedFile {
  const { path, blob, kind } = file;
  const { entries, broken, unreadable, problems } = typed;
  const read = { path, blob, kind, entries, broken, unreadable, diagnostics: diagnosticsAt(path, problems) };
  return saysOneEntry(typed) ? { ...read, soleContent: cacheKey(keyOf(file)) } : read;
}

function unreadableFile(
  file: Pick<KindFile, 'path' | 'blob' | 'kind'>,
  diagnostics: readonly Diagnostic[],
): LoadedFile {
  const { path, blob, kind } = file;
  return { path, blob, kind, entries: [], broken: [], unreadable: true, diagnostics };
}
