/** Seals in force: which reviewed branches a revision has taken in, and what of its plan takes more than they showed. */
import { compareText, type Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { Loaded, LoadedFile } from '../model/loaded.ts';
import type { Address, Change } from './change.ts';
import type { Repository, Store } from './ports.ts';
import type { KeptSeal, Lines, Merged, Seal, Seals } from './seal.ts';

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
    ? known.map((one) => ({ ...one, merged: { ...one.merged, lines: linesOf(one.seal, files) } }))
    : known;
  if (keeps && isNews) for (const { id, merged: how } of [...moved, ...merged]) await seals.merge(id, how);
  return [...moved, ...merged];
}

const NO_FILES: ReadonlyMap<string, LoadedFile> = new Map();

function isMerged(one: KeptSeal): one is SealInForce {
  return one.merged !== null;
}

/** By what its files hold, however it was merged (as one new commit, or with each written anew), or by its history. */
async function hasTakenIn(
  { files, head }: Seal,
  revision: string,
  now: ReadonlyMap<string, LoadedFile>,
  repository: Repository,
): Promise<boolean> {
  if (files.length === 0) return false;
  if (files.every(({ path, blob }) => (now.get(path)?.blob ?? null) === blob)) return true;
  return repository.descends(head, revision);
}

/** Where the entries of a branch stand: from the first line of each to the one before the next. */
function linesOf({ entries }: Seal, files: ReadonlyMap<string, LoadedFile>): readonly Lines[] {
  const byFile = Map.groupBy(entries, ({ path }) => path);
  return [...byFile].flatMap(([file, written]) => {
    const found = files.get(file);
    if (found === undefined) return [];
    const names = new Set(written.map(({ kind, key }) => `${kind} ${key}`));
    const starts = [...found.entries, ...found.broken].map(({ line }) => line).sort((a, b) => a - b);
    return found.entries
      .filter(({ kind, key }) => names.has(`${kind} ${key}`))
      .map(({ line }) => {
        const next = starts.find((start) => start > line);
        return { file, from: line, to: next === undefined ? null : next - 1 };
      });
  });
}

/**
 * Changes that take something because of an entry that a reviewed branch wrote, from somebody of whom no review showed it. What falls due by
 * a date that was known before has nothing to do with it; nor has, once a whole pass has gone over the merge, what comes later.
 */
export function unshown(seals: readonly SealInForce[], changes: readonly Change[]): readonly Change[] {
  if (seals.length === 0) return [];
  const shown = new Set(seals.flatMap(({ seal }) => seal.changes.filter(isTaking).map(({ address }) => nameOf(address))));
  const held = new Set(seals.flatMap((one) => (one.outcome?.held ?? []).map(nameOf)));
  const fresh = seals.filter((one) => one.outcome === null).flatMap(({ merged }) => merged.lines);
  const lines = Map.groupBy(fresh, ({ file }) => file);
  return changes.filter(
    (change) =>
      isTaking(change) &&
      (held.has(nameOf(change.address)) ||
        (!shown.has(nameOf(change.address)) && !change.classes.includes('due') && originsOf(change).some(isIn(lines)))),
  );
}

function isTaking({ effect }: Pick<Change, 'effect'>): boolean {
  return effect === 'takes';
}

export function originsOf({ cause }: Pick<Change, 'cause'>): readonly Origin[] {
  return [...(cause.origin === null ? [] : [cause.origin]), ...(cause.furtherOrigins ?? [])];
}

export function isIn(lines: ReadonlyMap<string, readonly Lines[]>): (origin: Origin) => boolean {
  return ({ file, line }) =>
    (lines.get(file) ?? []).some(({ from, to }) => line >= from && (to === null || line <= to));
}

export function nameOf({ system, kind, key }: Address): string {
  return JSON.stringify([system, kind, key]);
}

/** One name or several, as in `"branch a" and "branch b"`. */
export function namesOf(seals: readonly SealInForce[]): string {
  const names = [...new Set(seals.map(({ seal }) => `"${seal.name}"`))].sort(compareText);
  return names.join(' and ');
}
