/** The commits between two revisions, as Git has them: what each names and says, and in which files it decided something itself. */
import { MusterError } from '../../errors.ts';
import { gitOutput, LOCAL_DEADLINE_MS } from '../git-process.ts';
import { type CommitObject, commitObject } from './commit-object.ts';

/** What nobody approved for so long that it has become more is looked at by an operator. */
export const COMMITS_MAX = 1_000;
/** An approval that begins further back is of a branch as old as that, and is written anew. */
const EARLIER_MAX = 10_000;

export interface GitCommit extends CommitObject {
  readonly id: string;
  /** Paths whose content it decided: of a merge those that Git would not have made the same. */
  readonly paths: readonly string[];
}

export interface GitRange {
  /** Parents before children. */
  readonly commits: readonly GitCommit[];
  /** Paths that differ between the ends. */
  readonly changed: readonly string[];
  /** The lower end and the newest of what it builds on. */
  readonly earlier: ReadonlySet<string>;
}

export interface RangePlace {
  readonly mirror: string;
  /** For messages. */
  readonly where: string;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
}

/** Everything that `to` has and `from` has not. @throws MusterError where the mirror does not have it all, or it is too much to look at. */
export async function rangeBetween(place: RangePlace, from: string, to: string): Promise<GitRange> {
  const run = async (args: readonly string[], input = '') => {
    const chunks: Buffer[] = [];
    for await (const chunk of gitOutput(place.mirror, place.where, args, input, LOCAL_DEADLINE_MS)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  await refuseShallow(run, place);
  const most = ['--max-count', String(COMMITS_MAX + 1)];
  const list = await run(['rev-list', '--topo-order', '--reverse', ...most, to, `^${from}`, '--']);
  const ids = linesOf(list.toString());
  if (ids.length > COMMITS_MAX) throw tooMany(place, from, to);
  const objects = objectsIn(await run(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join('')), ids, place);
  const commits: GitCommit[] = [];
  const plain = await changedIn(
    run,
    [...objects].filter(([, { parents }]) => parents.length < 2).map(([id]) => id),
  );
  for (const [id, object] of objects) {
    heed(place.signal);
    const paths = plain.get(id) ?? (object.parents.length < 2 ? [] : await decidedByMerge(run, id, object.parents));
    commits.push({ ...object, id, paths });
  }
  const before = await run(['rev-list', '--max-count', String(EARLIER_MAX), from, '--']);
  return { commits, changed: await differing(run, from, to), earlier: new Set(linesOf(before.toString())) };
}

/** @throws MusterError where something that does not wait has come. */
export function heed(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const what = 'Looking at who approved was broken off, because something else does not wait.';
  throw new MusterError({ remedy: 'retry', where: 'approvals', what, next: 'Nothing: the next pass looks again.' });
}

type Run = (args: readonly string[], input?: string) => Promise<Buffer>;

async function refuseShallow(run: Run, { where }: RangePlace): Promise<void> {
  if ((await run(['rev-parse', '--is-shallow-repository'])).toString().trim() === 'false') return;
  const what = 'The repository holds only the latest part of its history, so nobody can tell who brought what.';
  throw new MusterError({ remedy: 'person', where, what, next: 'Let the server keep the whole history.' });
}

function tooMany({ where }: RangePlace, from: string, to: string): MusterError {
  const what = `More than ${COMMITS_MAX} commits came since the last revision applied, too many to be looked at.`;
  const next = `Look at them, then run "muster approve-revision ${from}..${to} --reason …".`;
  return new MusterError({ remedy: 'person', where, what, next });
}

/** Answers of `cat-file --batch`, in the order asked for (git-cat-file(1)). */
function objectsIn(output: Buffer, ids: readonly string[], { where }: RangePlace): ReadonlyMap<string, CommitObject> {
  const objects = new Map<string, CommitObject>();
  let position = 0;
  for (const id of ids) {
    const end = output.indexOf(0x0a, position);
    const [found, type, size] = output.toString('latin1', position, end).split(' ');
    if (found !== id || type !== 'commit') {
      const next = 'It is fetched anew at the next try; if it persists, delete the mirror folder.';
      throw new MusterError({ remedy: 'retry', where, what: `Commit ${id} is missing in the mirror.`, next });
    }
    const start = end + 1;
    objects.set(id, commitObject(id, output.subarray(start, start + Number(size))));
    position = start + Number(size) + 1;
  }
  return objects;
}

/** What commits with one parent or none changed; one that changed nothing is left out. One process tells of all of them. */
async function changedIn(run: Run, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  if (ids.length === 0) return found;
  const args = ['diff-tree', '--stdin', '--root', '-r', '-z', '--raw', '--no-renames'];
  const output = await run(args, ids.map((id) => `${id}\n`).join(''));
  // A path always follows what begins with a colon, so a file that is called like a commit is not taken for one.
  let paths: string[] = [];
  const texts = namesIn(output).values();
  for (const text of texts) {
    if (text.startsWith(':')) paths.push(texts.next().value ?? '');
    else {
      paths = [];
      found.set(text, paths);
    }
  }
  return found;
}

/** A merge decides where it differs from what merging by itself gives; where that fails, in everything that it brings together. */
async function decidedByMerge(run: Run, id: string, parents: readonly string[]): Promise<readonly string[]> {
  const [first = '', second = ''] = parents;
  const merged = parents.length === 2 ? await mergedTree(run, first, second) : null;
  if (merged !== null) return differing(run, merged, id);
  const sides = await Promise.all(parents.map((parent) => differing(run, parent, id)));
  return [...new Set(sides.flat())];
}

/** Null where the two do not merge by themselves. */
async function mergedTree(run: Run, first: string, second: string): Promise<string | null> {
  const args = ['merge-tree', '--write-tree', '--allow-unrelated-histories', '--no-messages', first, second];
  const output = await run(args).catch(() => null);
  return output === null ? null : (linesOf(output.toString())[0] ?? null);
}

async function differing(run: Run, before: string, after: string): Promise<readonly string[]> {
  return namesIn(await run(['diff-tree', '-r', '-z', '--name-only', '--no-renames', before, after, '--']));
}

function namesIn(output: Buffer): readonly string[] {
  return output
    .toString()
    .split('\0')
    .filter((name) => name !== '');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
