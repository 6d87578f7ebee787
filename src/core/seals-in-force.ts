/** Seals in force: which reviewed branches a revision has taken in, and what of its plan takes more than they showed. */
import { compareText, type Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import type { Address, Change } from './change.ts';
import type { Repository, Store } from './ports.ts';
import type { KeptSeal, Lines, Merged, Seal, Seals, WrittenEntry } from './seal.ts';
import { contentOf } from './seal-keeping.ts';

export type SealInForce = KeptSeal & { readonly merged: Merged };

export interface SealParts {
  readonly seals?: Seals;
  readonly repository: Repository;
  readonly store: Pick<Store, 'memory'>;
}

const NONE: readonly SealInForce[] = [];

/**
 * Merged ones that are not done with yet, those included that this very revision takes in.
 * @param keeps whether the latter are written down: before the revision counts as seen, or a crash in between would let it pass unjudged
 */
export async function sealsInForce(
  { seals, repository, store }: SealParts,
  loaded: Loaded,
  at: Instant,
  keeps: boolean,
): Promise<readonly SealInForce[]> {
  if (seals === undefined) return NONE;
  const known = (await seals.inForce()).flatMap((one) => (isMerged(one) ? [one] : []));
  if (!loaded.trusted || loaded.commit === undefined) return known;
  const isNews = loaded.revision !== (await store.memory.revision());
  const open = isNews ? await seals.open() : [];
  const files = open.length + known.length === 0 ? NO_FILES : new Map(loaded.files.map((file) => [file.path, file]));
  const merged: SealInForce[] = [];
  for (const one of open) {
    if (!(await hasTakenIn(one.seal, loaded.revision, files, repository))) continue;
    merged.push({ ...one, merged: { revision: loaded.revision, at, lines: linesOf(one.seal, files) } });
  }
  // A later revision may have moved their lines.
  const moved = isNews
    ? known.map((one) => ({ ...one, merged: { ...one.merged, lines: linesOf(one.seal, files, one.merged.lines) } }))
    : known;
  if (keeps && isNews) for (const { id, merged: how } of [...moved, ...merged]) await seals.merge(id, how);
  return [...moved, ...merged];
}

const NO_FILES: ReadonlyMap<string, LoadedFile> = new Map();

function isMerged(one: KeptSeal): one is SealInForce {
  return one.merged !== null;
}

/** By what its files or entries hold, however it was merged (as one new commit, or with each written anew), or by its history. */
async function hasTakenIn(
  { files, entries, head }: Seal,
  revision: string,
  now: ReadonlyMap<string, LoadedFile>,
  repository: Repository,
): Promise<boolean> {
  if (files.length === 0) return false;
  if (files.every(({ path, blob }) => (now.get(path)?.blob ?? null) === blob)) return true;
  return allStand(entries, now) || repository.descends(head, revision);
}

/** Whether everything that the branch wrote stands as it wrote it, though others have changed the same files since. */
function allStand(entries: readonly WrittenEntry[], now: ReadonlyMap<string, LoadedFile>): boolean {
  if (entries.length === 0 || entries.some(({ content }) => content === undefined)) return false;
  return [...Map.groupBy(entries, ({ path }) => path)].every(([path, written]) => {
    const found = Map.groupBy(now.get(path)?.entries ?? [], thingIn);
    return written.every((one) => found.get(thingIn(one))?.some((entry) => contentOf(entry) === one.content) === true);
  });
}

function thingIn({ kind, key }: Pick<WrittenEntry, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}

/**
 * Where the entries of a branch stand: from the first line of each to the one before the next.
 * @param before where they stood: an entry that has left its file may hold all the same, and its reasons name the line of then
 */
function linesOf(
  { entries }: Seal,
  files: ReadonlyMap<string, LoadedFile>,
  before: readonly Lines[] = [],
): readonly Lines[] {
  const stood = new Map(before.map((one) => [entryName(one), one]));
  return entries.flatMap((entry) => {
    const found = files.get(entry.path);
    const now = found?.entries.find(({ kind, key }) => kind === entry.kind && key === entry.key);
    const last = stood.get(entryName(entry));
    if (found === undefined || now === undefined) return last === undefined ? [] : [last];
    const after = [...found.entries, ...found.broken].map(({ line }) => line).filter((line) => line > now.line);
    return [{ ...entry, from: now.line, to: after.length === 0 ? null : Math.min(...after) - 1 }];
  });
}

function entryName({ path, kind, key }: WrittenEntry): string {
  return JSON.stringify([path, kind, key]);
}

/**
 * Changes that take something because of entries that reviewed branches wrote, and of nothing else, from somebody of whom no review showed
 * it. What falls due by a date that was known before has nothing to do with a merge; nor has, once a whole pass has gone over it, what
 * comes later.
 */
export function unshown(seals: readonly SealInForce[], changes: readonly Change[]): readonly Change[] {
  if (seals.length === 0) return [];
  const shown = new Set(
    seals.flatMap(({ seal }) => seal.changes.filter(isTaking).map(({ address }) => nameOf(address))),
  );
  const held = new Set(seals.flatMap((one) => (one.outcome?.held ?? []).map(nameOf)));
  const isWritten = isIn(seals.flatMap(({ merged }) => merged.lines));
  const isFresh = isIn(seals.flatMap(({ merged, outcome }) => (outcome === null ? merged.lines : [])));
  return changes.filter((change) => {
    const reasons = change.cause.needs ?? originsOf(change).map((origin) => [origin]);
    if (!isTaking(change) || reasons.length === 0 || shown.has(nameOf(change.address))) return false;
    // Another reason alone would take it as well.
    if (!reasons.every((lines) => lines.some(isWritten))) return false;
    return held.has(nameOf(change.address)) || (!change.classes.includes('due') && reasons.flat().some(isFresh));
  });
}

function isTaking({ effect }: Pick<Change, 'effect'>): boolean {
  return effect === 'takes';
}

export function originsOf({ cause }: Pick<Change, 'cause'>): readonly Origin[] {
  return [...(cause.origin === null ? [] : [cause.origin]), ...(cause.furtherOrigins ?? [])];
}

export function isIn(lines: readonly Lines[]): (origin: Origin) => boolean {
  const byFile = Map.groupBy(lines, ({ path }) => path);
  return ({ file, line }) =>
    (byFile.get(file) ?? []).some(({ from, to }) => line >= from && (to === null || line <= to));
}

export function nameOf({ system, kind, key }: Address): string {
  return JSON.stringify([system, kind, key]);
}

/** One name or several, as in `"branch a" and "branch b"`. */
export function namesOf(seals: readonly SealInForce[]): string {
  const names = [...new Set(seals.map(({ seal }) => `"${seal.name}"`))].sort(compareText);
  return names.join(' and ');
}
