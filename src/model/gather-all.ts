/** Gathering every kind; and gathering again, where only what a changed file or a changed memory speaks of is put together anew. */
import { compareText } from '../diagnostic.ts';
import { sameContent } from './content.ts';
import type { AnyEntry, Documents, Kind } from './document.ts';
import {
  brokenInFile,
  byOrigin,
  byPlaceOfStated,
  type Findings,
  type Found,
  gather,
  groundOf,
  type Hidden,
  hiddenIn,
  hidingPlace,
  isRemembered,
  lastIn,
  statedInFile,
} from './gather.ts';
import type { Loaded, LoadedFile } from './loaded.ts';

/** What is known of every identity of every kind. */
export type FoundAll = { readonly [K in Kind]: Findings<K> };

/** More files or remembered entries than this changed at once, and gathering everything is about as quick. */
const CHANGED_MAX = 2_000;

/** Always as if everything were gathered; where little changed since the last call, at the cost of what did. */
export function allGatherer(): (loaded: Loaded, remembered: readonly AnyEntry[]) => FoundAll {
  let last: Gathered | null = null;
  return (loaded, remembered) => {
    const hidden = hiddenIn(loaded);
    const files = hidden.everything ? [] : loaded.files;
    const changes = last === null ? null : changesSince(last, files, remembered, hidden);
    const ground = changes === null ? groundOf(files, remembered) : null;
    const before = last?.found;
    const of = <K extends Kind>(kind: K, known: Findings<K> | undefined): Findings<K> =>
      changes === null || known === undefined
        ? gather(kind, ground ?? groundOf(files, remembered), hidden)
        : gatherAgain(kind, known, changes, hidden);
    const found: FoundAll = {
      institution: of('institution', before?.institution),
      user: of('user', before?.user),
      'blocked-institution': of('blocked-institution', before?.['blocked-institution']),
      'blocked-user': of('blocked-user', before?.['blocked-user']),
      'mail-block': of('mail-block', before?.['mail-block']),
      server: of('server', before?.server),
      'confirmed-task': of('confirmed-task', before?.['confirmed-task']),
    };
    last = { files, remembered, hidden, found };
    return found;
  };
}

interface Gathered {
  readonly files: readonly LoadedFile[];
  readonly remembered: readonly AnyEntry[];
  readonly hidden: Hidden;
  readonly found: FoundAll;
}

/** Something that was replaced in its place by something of the same name. */
interface Changed<T> {
  readonly before: T;
  readonly now: T;
}

interface Changes {
  readonly files: readonly Changed<LoadedFile>[];
  /** Null: other entries altogether, as where nothing was remembered before. */
  readonly remembered: readonly Changed<AnyEntry>[] | null;
  readonly allRemembered: ReadonlyMap<Kind, readonly AnyEntry[]>;
}

/** Null: more changed than can be told apart place by place. */
function changesSince(
  last: Gathered,
  files: readonly LoadedFile[],
  remembered: readonly AnyEntry[],
  hidden: Hidden,
): Changes | null {
  if (!sameHidden(last.hidden, hidden)) return null;
  const changedFiles = replaced(last.files, files, (a, b) => a.path === b.path);
  const changedEntries = replaced(last.remembered, remembered, (a, b) => a.kind === b.kind && a.key === b.key);
  if (changedFiles === null) return null;
  const all = changedEntries === null ? Map.groupBy(remembered, ({ kind }) => kind) : new Map();
  return { files: changedFiles, remembered: changedEntries, allRemembered: all };
}

function sameHidden(a: Hidden, b: Hidden): boolean {
  if (a.everything !== b.everything) return false;
  return sameContent([...a.paths], [...b.paths]) && sameContent([...a.nameless], [...b.nameless]);
}

/** Null: they are not the same names in the same places, or too many changed. */
function replaced<T>(
  before: readonly T[],
  now: readonly T[],
  sameName: (a: T, b: T) => boolean,
): readonly Changed<T>[] | null {
  if (before === now) return [];
  if (before.length !== now.length) return null;
  const changed: Changed<T>[] = [];
  for (let place = 0; place < now.length; place += 1) {
    const old = before[place];
    const item = now[place];
    if (old === item || old === undefined || item === undefined) continue;
    if (!sameName(old, item) || changed.length === CHANGED_MAX) return null;
    changed.push({ before: old, now: item });
  }
  return changed;
}

type Parts<D> = Pick<Found<D>, 'stated' | 'broken' | 'last'>;

function gatherAgain<K extends Kind>(
  kind: K,
  before: Findings<K>,
  { files, remembered, allRemembered }: Changes,
  hidden: Hidden,
): Findings<K> {
  const anew = new Map<string, Parts<Documents[K]>>();
  const partsOf = (key: string) => anew.get(key) ?? before.get(key) ?? { stated: [], broken: [], last: null };
  for (const { before: old, now } of files) {
    const gone = (origin: { readonly file: string }) => origin.file === old.path;
    for (const key of keysIn(kind, old)) {
      const { stated, broken, last } = partsOf(key);
      anew.set(key, {
        stated: stated.filter(({ origin }) => !gone(origin)),
        broken: broken.filter((origin) => !gone(origin)),
        last,
      });
    }
    for (const [key, one] of statedInFile(kind, now)) {
      const parts = partsOf(key);
      anew.set(key, { ...parts, stated: [...parts.stated, one].sort(byPlaceOfStated) });
    }
    for (const [key, origin] of brokenInFile(kind, now)) {
      const parts = partsOf(key);
      anew.set(key, { ...parts, broken: [...parts.broken, origin].sort(byOrigin) });
    }
  }
  for (const { now } of remembered ?? []) {
    if (isRemembered(now, kind)) anew.set(now.key, { ...partsOf(now.key), last: now });
  }
  if (remembered === null) {
    const last = lastIn(kind, allRemembered.get(kind) ?? []);
    for (const key of new Set([...before.keys(), ...anew.keys(), ...last.keys()])) {
      const { stated, broken } = partsOf(key);
      anew.set(key, { stated, broken, last: last.get(key) ?? null });
    }
  }
  return anew.size === 0 ? before : merged(before, anew, hidden);
}

function keysIn(kind: Kind, file: LoadedFile): ReadonlySet<string> {
  return new Set([...statedInFile(kind, file), ...brokenInFile(kind, file)].map(([key]) => key));
}

/** In the order of keys, as always. */
function merged<K extends Kind>(
  before: Findings<K>,
  anew: ReadonlyMap<string, Parts<Documents[K]>>,
  hidden: Hidden,
): Findings<K> {
  const found = new Map<string, Found<Documents[K]>>();
  const put = (key: string, parts: Parts<Documents[K]>) => {
    const { stated, broken, last } = parts;
    if (stated.length === 0 && broken.length === 0 && last === null) return;
    found.set(key, { key, stated, broken, last, hidden: hidingPlace(parts, hidden) });
  };
  const added = [...anew.keys()].filter((key) => !before.has(key)).sort(compareText);
  let next = 0;
  const putAddedBefore = (key: string | null) => {
    for (; next < added.length; next += 1) {
      const name = added[next] ?? '';
      if (key !== null && name > key) return;
      const parts = anew.get(name);
      if (parts !== undefined) put(name, parts);
    }
  };
  for (const [key, known] of before) {
    putAddedBefore(key);
    const parts = anew.get(key);
    if (parts === undefined) found.set(key, known);
    else put(key, parts);
  }
  putAddedBefore(null);
  return found;
}
