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

/** Everything of one kind by identity, identities in code-unit order. */
export function gather<K extends Kind>(kind: K, ground: Ground, hidden: Hidden): Findings<K> {
  const stated = statedIn(kind, ground.files.get(kind) ?? NONE);
  const broken = brokenIn(kind, ground.mistaken);
  const last = lastIn(kind, ground.remembered.get(kind) ?? NONE);
  const found = new Map<string, Found<Documents[K]>>();
  for (const key of keysOf(last, stated, broken)) {
    const here = { stated: stated.get(key) ?? NONE, broken: broken.get(key) ?? NONE, last: last.get(key) ?? null };
    found.set(key, { key, ...here, hidden: hidingPlace(here, hidden) });
  }
  return found;
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

/** One list for all that have nothing: there are hundreds of thousands of them. */
const NONE: readonly never[] = [];

/** Each key once, in code-unit order: nearly all are remembered, and come in that order. */
function keysOf(last: Keyed, stated: Keyed, broken: Keyed): readonly string[] {
  const keys = [...last.keys()];
  for (const key of stated.keys()) if (!last.has(key)) keys.push(key);
  for (const key of broken.keys()) if (!last.has(key) && !stated.has(key)) keys.push(key);
  return keys.sort(compareText);
}

type Keyed = ReadonlyMap<string, unknown>;

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

function statedIn<K extends Kind>(
  kind: K,
  files: readonly LoadedFile[],
): ReadonlyMap<string, readonly Stated<Documents[K]>[]> {
  const byKey = new Map<string, Stated<Documents[K]>[]>();
  for (const file of files) {
    for (const [key, one] of statedInFile(kind, file)) collect(byKey, key, one);
  }
  for (const several of byKey.values()) several.sort(byPlaceOfStated);
  return byKey;
}

function brokenIn(kind: Kind, files: readonly LoadedFile[]): ReadonlyMap<string, readonly Origin[]> {
  const byKey = new Map<string, Origin[]>();
  for (const file of files) {
    for (const [key, origin] of brokenInFile(kind, file)) collect(byKey, key, origin);
  }
  for (const several of byKey.values()) several.sort(byOrigin);
  return byKey;
}

/** What one file states, by identity. */
export function statedInFile<K extends Kind>(
  kind: K,
  file: LoadedFile,
): readonly (readonly [key: string, one: Stated<Documents[K]>])[] {
  if (file.kind !== kind || file.unreadable) return NONE;
  return file.entries.flatMap((entry) => {
    if (!isStated(entry, kind)) return [];
    const origin = { file: file.path, line: entry.line };
    return [[entry.key, { document: entry.document, origin, fields: entry.fields, none: entry.none }] as const];
  });
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

function collect<T>(byKey: Map<string, T[]>, key: string, item: T): void {
  const several = byKey.get(key);
  if (several === undefined) byKey.set(key, [item]);
  else several.push(item);
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
function isStated<K extends Kind>(
  entry: TypedEntry,
  kind: K,
): entry is TypedEntry & { readonly document: Documents[K] } {
  return entry.kind === kind;
}

export function isRemembered<K extends Kind>(entry: AnyEntry, kind: K): entry is AnyEntry & Entry<Documents[K]> {
  return entry.kind === kind;
}
