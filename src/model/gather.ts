/** Gathering: under each identity, everything that stands in the files now and what was last good. */
import { compareText, type Diagnostic, type Origin, place } from '../diagnostic.ts';
import type { AnyEntry, Documents, Entry, Kind } from './document.ts';
import type { Placed } from './field-lines.ts';
import type { Loaded, LoadedFile, TypedEntry } from './loaded.ts';

/** One valid document where it stands. */
export interface Stated<D> extends Placed {
  readonly document: D;
  /** Optional fields that the author set to `none`. */
  readonly none: readonly string[];
  /** Names the content where it says this one entry and nothing else; absent: it says more. */
  readonly soleContent?: string | undefined;
}

/** All that is known of one identity. */
export interface Found<D> {
  readonly key: string;
  /** Valid documents, by place. */
  readonly stated: readonly Stated<D>[];
  /** Places where this identity stands with a mistake. */
  readonly broken: readonly Origin[];
  readonly last: Entry<D> | null;
  /** Where the last good document may still stand, unreadable; null: nowhere. */
  readonly hidden: Origin | null;
}

export type Findings<K extends Kind> = ReadonlyMap<string, Found<Documents[K]>>;

/** What the files hide: paths of which nothing can be read, and places of entries without a readable identity. */
export interface Hidden {
  /** Nothing that stands in the files counts, so all that was last good may still stand there. */
  readonly everything: boolean;
  readonly paths: ReadonlySet<string>;
  readonly nameless: ReadonlyMap<string, Origin>;
}

export function hiddenIn(loaded: Loaded): Hidden {
  const paths = new Set<string>();
  const nameless = new Map<string, Origin>();
  const refuse = (problems: readonly Diagnostic[]) => {
    for (const { severity, holds, file } of problems) if (severity === 'error' && holds === 'file') paths.add(file);
  };
  refuse(loaded.diagnostics);
  for (const { path, unreadable, diagnostics, broken } of loaded.files) {
    if (unreadable) paths.add(path);
    if (diagnostics.length > 0) refuse(diagnostics);
    // Nearly every file is without a fault.
    if (broken.length === 0) continue;
    const lines = broken.filter(({ key }) => key === null).map(({ line }) => line);
    if (lines.length > 0) nameless.set(path, { file: path, line: Math.min(...lines) });
  }
  return { everything: !loaded.trusted, paths, nameless };
}

/** What there is to gather, sorted once for all kinds: most of them have next to nothing of it. */
export interface Ground {
  readonly files: ReadonlyMap<Kind, readonly LoadedFile[]>;
  /** Files in which an entry has a mistake. */
  readonly mistaken: readonly LoadedFile[];
  readonly remembered: ReadonlyMap<Kind, readonly AnyEntry[]>;
}

export function groundOf(files: readonly LoadedFile[], remembered: readonly AnyEntry[]): Ground {
  return {
    files: Map.groupBy(files, ({ kind }) => kind),
    mistaken: files.filter(({ broken }) => broken.length > 0),
    remembered: Map.groupBy(remembered, ({ kind }) => kind),
  };
}

/** `Found` as it is put together. */
interface Gathering<D> {
  readonly key: string;
  stated: Stated<D>[];
  broken: Origin[];
  readonly last: Entry<D> | null;
  hidden: Origin | null;
}

/** Everything of one kind by identity, identities in code-unit order. */
export function gather<K extends Kind>(kind: K, ground: Ground, hidden: Hidden): Findings<K> {
  const found = new Map<string, Gathering<Documents[K]>>();
  const blank = (key: string, last: Entry<Documents[K]> | null) => {
    const one = { key, stated: NONE, broken: NONE, last, hidden: null };
    found.set(key, one);
    return one;
  };
  for (const entry of ground.remembered.get(kind) ?? []) if (isRemembered(entry, kind)) blank(entry.key, entry);
  for (const file of ground.files.get(kind) ?? []) {
    for (const entry of entriesIn(kind, file)) {
      const one: Gathering<Documents[K]> = found.get(entry.key) ?? blank(entry.key, null);
      one.stated = withOne(one.stated, statedBy<Documents[K]>(entry, file));
    }
  }
  for (const file of ground.mistaken) {
    for (const [key, origin] of brokenInFile(kind, file)) {
      const one: Gathering<Documents[K]> = found.get(key) ?? blank(key, null);
      one.broken = withOne(one.broken, origin);
    }
  }
  let last = '';
  let inOrder = true;
  for (const one of found.values()) {
    if (one.stated.length > 1) one.stated.sort(byPlaceOfStated);
    if (one.broken.length > 1) one.broken.sort(byOrigin);
    one.hidden = hidingPlace(one, hidden);
    inOrder &&= last <= one.key;
    last = one.key;
  }
  // Nearly all are remembered, and come in that order.
  return inOrder ? found : new Map([...found].sort(([a], [b]) => compareText(a, b)));
}

/** Of its own from the first one on; before that it may be the list of all that have nothing. */
function withOne<T>(list: T[], item: T): T[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}

/** What is remembered of one kind, by identity. */
export function lastIn<K extends Kind>(
  kind: K,
  remembered: readonly AnyEntry[],
): ReadonlyMap<string, Entry<Documents[K]>> {
  const last = new Map<string, Entry<Documents[K]>>();
  for (const entry of remembered) if (isRemembered(entry, kind)) last.set(entry.key, entry);
  return last;
}

/** One list for all that have nothing, to which nothing is ever added: there are hundreds of thousands of them. */
const NONE: never[] = [];

/**
 * A document whose file cannot be read may still stand there; so may one that is missing from a file in which some entry has no
 * readable identity.
 */
export function hidingPlace(found: Pick<Found<unknown>, 'stated' | 'broken' | 'last'>, hidden: Hidden): Origin | null {
  if (found.last === null) return null;
  const { file } = found.last.origin;
  if (hidden.everything || hidden.paths.has(file)) return found.last.origin;
  const nameless = hidden.nameless.get(file);
  if (nameless === undefined) return null;
  const present = [...found.stated.map(({ origin }) => origin), ...found.broken].some((origin) => origin.file === file);
  return present ? null : nameless;
}

/** What one file states, by identity. */
export function statedInFile<K extends Kind>(
  kind: K,
  file: LoadedFile,
): readonly (readonly [key: string, one: Stated<Documents[K]>])[] {
  return entriesIn(kind, file).map((entry) => [entry.key, statedBy<Documents[K]>(entry, file)] as const);
}

type StatedEntry<K extends Kind> = TypedEntry & { readonly document: Documents[K] };

function entriesIn<K extends Kind>(kind: K, file: LoadedFile): readonly StatedEntry<K>[] {
  if (file.kind !== kind || file.unreadable) return NONE;
  return file.entries.filter((entry) => isStated(entry, kind));
}

function statedBy<D>(
  { document, line, fields, none }: Pick<TypedEntry, 'line' | 'fields' | 'none'> & { readonly document: D },
  { path, soleContent }: LoadedFile,
): Stated<D> {
  return { document, origin: { file: path, line }, fields, none, soleContent };
}

/** Where in one file an identity stands with a mistake. */
export function brokenInFile(kind: Kind, file: LoadedFile): readonly (readonly [key: string, origin: Origin])[] {
  if (file.unreadable) return NONE;
  return file.broken.flatMap((entry) =>
    entry.kind === kind && entry.key !== null ? [[entry.key, { file: file.path, line: entry.line }] as const] : [],
  );
}

export function byPlaceOfStated(a: Stated<unknown>, b: Stated<unknown>): number {
  return byOrigin(a.origin, b.origin);
}

export function byOrigin(a: Origin, b: Origin): number {
  return compareText(a.file, b.file) || a.line - b.line;
}

/** Places that a sentence names; of more than these it gives the number. */
const PLACES_TOLD_MAX = 5;

/** `users/a.yaml:1, users/b.yaml:3 and users/c.yaml:9`, for a sentence; `except` is left out. */
export function placesIn(origins: readonly Origin[], except: Origin | null = null): string {
  const told = origins.length > PLACES_TOLD_MAX + 1 ? origins.slice(0, PLACES_TOLD_MAX + 1) : origins;
  const places = told.filter((origin) => origin !== except).map(place);
  const others = origins.length - (except === null ? 0 : 1);
  if (others > places.length) return `${places.join(', ')} and ${others - places.length} more places`;
  const last = places.pop() ?? '';
  return places.length === 0 ? last : `${places.join(', ')} and ${last}`;
}

/** TypeScript does not follow `kind` through a type parameter; both unions pair each kind with its document by construction. */
function isStated<K extends Kind>(entry: TypedEntry, kind: K): entry is StatedEntry<K> {
  return entry.kind === kind;
}

export function isRemembered<K extends Kind>(entry: AnyEntry, kind: K): entry is AnyEntry & Entry<Documents[K]> {
  return entry.kind === kind;
}
