/** Revisions of a Git repository that do not count: fetched beside the branch that does, merged in the bare mirror, read object by object. */

import type { Merge, Revisions } from '../core/revisions.ts';
import { MusterError } from '../errors.ts';
import { COMMIT_ID, contents, descends, stampOf } from './git.ts';
import type { GitAddress } from './git-address.ts';
import { listTree } from './git-listing.ts';
import { type MirrorOptions, openMirror, REF } from './git-mirror.ts';
import { gitOutput, LOCAL_DEADLINE_MS } from './git-process.ts';
import { fitForReading, refuseTooMuch } from './paths.ts';
import type { Source } from './source.ts';

/** What Git writes of a merge: names of files that conflict, at worst of all. */
const MERGE_BYTES_MAX = 64 * 1024 * 1024;

/** As `Revisions`, with sources in place of what is loaded from them. */
export interface SourceRevisions extends Omit<Revisions, 'load'> {
  /** A source that always gives this one tree. */
  sourceOf(commit: string, tree?: string): Source;
}

export function gitRevisions(address: GitAddress, options: MirrorOptions): SourceRevisions {
  const mirror = openMirror(address, options);
  const { folder, where } = mirror;
  return {
    async target(signal) {
      await mirror.fetch(signal);
      return (await stampOf(folder, where, REF)).revision;
    },
    bring: (ref, signal) => mirror.bring(ref, signal),
    merge: (head, target) => merge(folder, where, head, target),
    descends: (from, to) => descends(folder, where, from, to),
    sourceOf: (commit, tree) => ({
      where,
      async snapshot() {
        const { revision, ...stamp } = await stampOf(folder, where, idOf(commit));
        const fit = await fitForReading(await listTree(folder, where, idOf(tree ?? revision)));
        refuseTooMuch(where, fit.files);
        return { revision: tree ?? revision, ...stamp, ...fit };
      },
      texts: (files) => contents(mirror, files),
      descends: (from, to) => descends(folder, where, from, to),
      blame: () => Promise.resolve(null),
    }),
  };
}

/** `git merge-tree --write-tree` (git-merge-tree(1)): the tree, and what conflicts in it; it touches no ref and no work tree. */
async function merge(mirror: string, where: string, head: string, target: string): Promise<Merge> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', '--allow-unrelated-histories'];
  const chunks: Buffer[] = [];
  let length = 0;
  // 1: there are conflicts, which it names.
  const output = gitOutput(
    mirror,
    `${where}, merging`,
    [...args, idOf(target), idOf(head)],
    '',
    LOCAL_DEADLINE_MS,
    [0, 1],
  );
  for await (const chunk of output) {
    length += chunk.length;
    if (length > MERGE_BYTES_MAX) throw tooLong(where);
    chunks.push(chunk);
  }
  const [tree = '', ...paths] = Buffer.concat(chunks)
    .toString('utf8')
    .split('\0')
    .filter((text) => text !== '');
  if (paths.length > 0) return { kind: 'conflict', paths: [...new Set(paths)] };
  return { kind: 'merged', tree: idOf(tree.trim()) };
}

function tooLong(where: string): MusterError {
  const what = 'So many files conflict that Git cannot name them all.';
  return new MusterError({ remedy: 'person', where: `${where}, merging`, what, next: 'Bring the branch up to date.' });
}

/** Nothing but an id is ever handed to Git as a name: a branch may be called like an option. */
function idOf(id: string): string {
  if (COMMIT_ID.test(id)) return id;
  throw new Error(`${JSON.stringify(id)} is no object id`);
}
