/** A scene with branches: what is written on them, reviewed, and merged as a forge would. */
import { join } from 'node:path';
import type { Review } from '../../src/core/review.ts';
import { type ReviewParts, type ReviewRequest, reviewRevision } from '../../src/core/review-revision.ts';
import type { Revisions } from '../../src/core/revisions.ts';
import { gitRevisions } from '../../src/sources/git-revisions.ts';
import { loaderInTurn } from '../../src/sources/loading-in-turn.ts';
import { commit, type Files, inTree } from './desired-state.ts';
import { runCommand } from './run-command.ts';
import { INSTANCE, makeScene, type Scene, type SceneOptions } from './scene.ts';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Rie Service',
  GIT_AUTHOR_EMAIL: 'rie@example.org',
  GIT_COMMITTER_NAME: 'Rie Service',
  GIT_COMMITTER_EMAIL: 'rie@example.org',
};

/** As forges merge: with a commit of two parents, as one new commit, or with each commit written anew. */
export type Merging = 'merge' | 'squash' | 'rebase';

export interface ReviewBench {
  readonly scene: Scene;
  readonly revisions: Revisions;
  parts(): ReviewParts;
  /** Writes files on a branch of its own, begun where `main` stands unless it is there already. */
  branch(name: string, files: Files): Promise<string>;
  /** Reviews it as it was pushed, and keeps what was shown. */
  review(name: string, how?: ReviewRequest['how'], by?: ReviewParts): Promise<Review>;
  /** Merges the branch into `main`. */
  merge(name: string, how?: Merging): Promise<string>;
  close(): Promise<void>;
}

export async function makeReviewBench(options: Omit<SceneOptions, 'source'> = {}): Promise<ReviewBench> {
  const scene = await makeScene({ ...options, source: 'git' });
  const folder = join(scene.home, 'desired-state');
  const origin = join(scene.home, 'origin.git');
  const git = (...args: readonly string[]) =>
    runCommand('git', [...inTree(folder, origin), ...args], { env: AUTHOR, cwd: folder });
  const revisions = revisionsOf(scene, origin);
  const parts = () => ({ ...scene.parts(), revisions });
  const revisionOf = async (ref: string) => (await git('rev-parse', ref)).trim();
  return {
    scene,
    revisions,
    parts,
    async branch(name, files) {
      await git('checkout', '--quiet', name).catch(() => git('checkout', '--quiet', '-b', name, 'main'));
      const head = await commit(folder, files, `Change ${name}`, undefined, undefined, origin);
      await git('checkout', '--quiet', 'main');
      return head;
    },
    async review(name, how = 'plan', by = parts()) {
      const target = await revisions.target();
      const head = await revisions.bring(`refs/heads/${name}`);
      return reviewRevision(by, { head, target, how, keepAs: `branch ${name}` });
    },
    async merge(name, how = 'merge') {
      if (how === 'merge') await git('merge', '--quiet', '--no-ff', `--message=Merge ${name}`, name);
      if (how === 'squash') {
        await git('merge', '--quiet', '--squash', name);
        await git('commit', '--quiet', '--no-verify', `--message=Take in ${name}`);
      }
      if (how === 'rebase') {
        await git('rebase', '--quiet', 'main', name);
        await git('checkout', '--quiet', 'main');
        await git('merge', '--quiet', '--ff-only', name);
      }
      return revisionOf('main');
    },
    close: () => scene.close(),
  };
}

function revisionsOf({ home, store }: Scene, origin: string): Revisions {
  const { sourceOf, ...revisions } = gitRevisions({ url: origin, branch: 'main' }, { mirror: join(home, 'mirror') });
  const { blobs } = store;
  const { goodText } = blobs;
  const load = loaderInTurn({ instance: INSTANCE, blobs, goodText });
  return { ...revisions, load: (...of) => load(sourceOf(...of)) };
}
