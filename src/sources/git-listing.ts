/** What a Git tree holds: every entry of it, listed whole or from what changed since another commit. */
import { MusterError } from '../errors.ts';
import { gitOutput, LOCAL_DEADLINE_MS } from './git-process.ts';
import { type EntryMode, type TreeEntry, tooMuch } from './paths.ts';
import { pauses } from './slices.ts';

/** Listing of FILES_MAX files with paths of some 200 bytes: keeps a tree that folds onto itself from filling the memory. */
const LISTING_BYTES_MAX = 64 * 1024 * 1024;
/** Beyond that, a whole listing costs no more, and needs no second question for sizes. */
const CHANGES_MAX = 10_000;

const MODES: Readonly<Record<string, EntryMode>> = {
  '100644': 'file',
  '100755': 'file', // the executable bit means nothing here: it is data
  '120000': 'symlink',
  '160000': 'gitlink',
};
const GITLINK = '160000';
const ABSENT = '000000';

/** Every entry of a commit's tree. Throws MusterError. */
export async function listTree(mirror: string, where: string, revision: string): Promise<readonly TreeEntry[]> {
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', revision];
  const pause = pauses();
  const entries: TreeEntry[] = [];
  for await (const line of records(mirror, where, args, '')) {
    const turn = pause();
    if (turn !== undefined) await turn;
    for (const entry of line) entries.push(entryOf(entry));
  }
  return entries;
}

/** `MODE TYPE ID SIZE\tPATH` (git-ls-tree(1)); a path that is not UTF-8 holds U+FFFD, and is unfit by that. */
function entryOf(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const idStart = line.indexOf(' ', line.indexOf(' ') + 1) + 1;
  const idEnd = line.indexOf(' ', idStart);
  const size = line.slice(idEnd, tab).trim();
  return {
    path: line.slice(tab + 1),
    blob: line.slice(idStart, idEnd),
    size: size === '-' ? 0 : Number(size),
    mode: MODES[line.slice(0, line.indexOf(' '))] ?? 'other',
  };
}

/** What stands now at each path that differs; null for a path: nothing. */
export type TreeChanges = ReadonlyMap<string, TreeEntry | null>;

/** What differs between two commits. Null where that cannot be told, or is not worth it: then the tree has to be listed whole. */
export async function listChanges(
  mirror: string,
  where: string,
  from: string,
  to: string,
): Promise<TreeChanges | null> {
  try {
    return await readChanges(mirror, where, from, to);
  } catch (error) {
    // A commit that the mirror no longer has, for one.
    if (error instanceof MusterError) return null;
    throw error;
  }
}

/** The entries of the tree that came of another one by these changes: the same as a whole listing, in another order. */
export function entriesAfter(entries: readonly TreeEntry[], changes: TreeChanges): readonly TreeEntry[] {
  const kept = entries.filter((entry) => !changes.has(entry.path));
  return [...kept, ...[...changes.values()].filter((entry) => entry !== null)];
}

/** Null: not to be told. */
async function readChanges(mirror: string, where: string, from: string, to: string): Promise<TreeChanges | null> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--end-of-options', from, to];
  const fields: string[] = [];
  for await (const batch of records(mirror, where, args, '')) {
    fields.push(...batch);
    if (fields.length > 2 * CHANGES_MAX) return null;
  }
  const now: { readonly path: string; readonly mode: string; readonly blob: string }[] = [];
  const changes = new Map<string, TreeEntry | null>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    // `:OLDMODE NEWMODE OLDID NEWID STATUS`, then the path (git-diff-tree(1)).
    const [, mode = '', , blob = ''] = fields[at]?.split(' ') ?? [];
    const path = fields[at + 1] ?? '';
    // Paths that are not UTF-8 can look alike.
    if (path.includes('\ufffd') || changes.has(path)) return null;
    changes.set(path, null);
    if (mode !== ABSENT) now.push({ path, mode, blob });
  }
  const sizes = await sizesOf(
    mirror,
    where,
    now.filter(({ mode }) => mode !== GITLINK).map(({ blob }) => blob),
  );
  for (const { path, mode, blob } of now) {
    const size = mode === GITLINK ? 0 : sizes.get(blob);
    if (size === undefined) return null;
    changes.set(path, { path, blob, size, mode: MODES[mode] ?? 'other' });
  }
  return changes;
}

/** Sizes of objects by id; those that are missing are left out. */
async function sizesOf(mirror: string, where: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  if (ids.length === 0) return sizes;
  const input = ids.map((id) => `${id}\n`).join('');
  const chunks: Buffer[] = [];
  const args = ['cat-file', '--batch-check=%(objectname) %(objectsize)'];
  for await (const chunk of gitOutput(mirror, `${where}, listing files`, args, input, LOCAL_DEADLINE_MS)) {
    chunks.push(chunk);
  }
  for (const line of Buffer.concat(chunks).toString('latin1').split('\n')) {
    const [id = '', size = ''] = line.split(' ');
    if (/^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  return sizes;
}

/** The output of a Git command with `-z`, in batches of what stood between NULs. */
async function* records(
  mirror: string,
  where: string,
  args: readonly string[],
  input: string,
): AsyncGenerator<readonly string[]> {
  let length = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of gitOutput(mirror, `${where}, listing files`, args, input, LOCAL_DEADLINE_MS)) {
    length += chunk.length;
    if (length > LISTING_BYTES_MAX) throw tooMuch(where, 'The repository has too many files to list.');
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\0');
  }
}
