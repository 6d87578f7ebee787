/** Catastrophes of the Git server: history rewritten, branches gone or begun anew, other repositories in the place of ours. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Catastrophe, edited, type Step } from '../support/catastrophe.ts';
import { inTree } from '../support/desired-state.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { runCommand } from '../support/run-command.ts';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Rie Service',
  GIT_AUTHOR_EMAIL: 'rie@example.org',
  GIT_COMMITTER_NAME: 'Rie Service',
  GIT_COMMITTER_EMAIL: 'rie@example.org',
};
const REWRITTEN = 'history was rewritten or rolled back.';

const originOf = ({ scene }: EmbeddedGround) => join(scene.home, 'origin.git');
/** At home, where what is committed is on the server at once. */
const git = (...args: readonly string[]): Step<EmbeddedGround> => {
  return (ground) => {
    const tree = inTree(join(ground.scene.home, 'desired-state'), originOf(ground));
    return runCommand('git', [...tree, ...args], { env: AUTHOR });
  };
};
/** On the server: the branch stands there now, wherever it stood. */
const pushed = (revision: string): Step<EmbeddedGround> => git('update-ref', 'refs/heads/main', revision);
/** Three more commits, taken in: everybody has another number now, and another, and another. */
const lived: readonly Step<EmbeddedGround>[] = [28, 31, 40].flatMap((prefix, nth) => [
  edited<EmbeddedGround>(/^users\/cbs\/c0[7-9]/, (text) => text.replace(/\+45 \d\d/, `+45 ${prefix}`)),
  async (ground) => {
    if (nth === 2) await ground.sync();
  },
]);
const forcedBack = (commits: number): readonly Step<EmbeddedGround>[] => [
  ...lived,
  git('reset', '--quiet', '--hard', `HEAD~${commits}`),
];
const never = { never: 'the repository of before is not there any more' };

const orphaned = (...remove: readonly string[]): readonly Step<EmbeddedGround>[] => [
  git('branch', 'kept'),
  git('checkout', '--quiet', '--orphan', 'begun-anew'),
  ...(remove.length === 0 ? [] : [git('rm', '--quiet', '-r', '-f', '--', ...remove)]),
  git('commit', '--quiet', '--allow-empty', '--no-verify', '--message=Begin anew'),
  pushed('begun-anew'),
];
const asItWas: readonly Step<EmbeddedGround>[] = [pushed('kept')];

export const HISTORY: readonly Catastrophe[] = [
  ...[1, 2, 3, 4].map(
    (commits): Catastrophe => ({
      title: `S2: the branch is forced back by ${commits} commits`,
      strike: forcedBack(commits),
      says: REWRITTEN,
      exit: 1,
      undo: { never: 'the numbers of the three commits stand' },
    }),
  ),
  {
    title: 'S2: the branch begins anew with the same files',
    strike: orphaned(),
    says: REWRITTEN,
    exit: 1,
    undo: asItWas,
  },
  {
    title: 'S2: the branch begins anew without blocks',
    strike: orphaned('blocked-users.yaml', 'blocked-institutions.yaml'),
    says: REWRITTEN,
    exit: 1,
    undo: asItWas,
  },
  {
    title: 'S4: the branch begins anew with nothing but muster.yaml',
    strike: orphaned('users', 'institutions', 'blocked-users.yaml', 'blocked-institutions.yaml'),
    says: REWRITTEN,
    exit: 1,
    undo: asItWas,
  },
  {
    title: 'S4: the branch begins anew with nothing at all',
    strike: orphaned('.'),
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`.',
    undo: asItWas,
  },
  {
    title: 'S4: the branch is deleted',
    strike: [git('update-ref', 'refs/kept', 'main'), git('update-ref', '-d', 'refs/heads/main')],
    says: 'The repository is empty: it has no branch yet.',
    exit: 1,
    undo: [pushed('refs/kept')],
  },
  {
    title: 'S4: the branch is renamed',
    strike: [git('branch', '-m', 'main', 'master')],
    says: 'The repository has no such branch. It has master. Check source.git.branch; if the branch was deleted, bring it back.',
    exit: 1,
    undo: [git('branch', '-m', 'master', 'main')],
  },
  {
    title: 'S1: the repository is gone',
    strike: [(ground) => rename(originOf(ground), `${originOf(ground)}.away`)],
    says: 'There is no Git repository at this address.',
    exit: 1,
    undo: [(ground) => rename(`${originOf(ground)}.away`, originOf(ground))],
  },
  {
    title: 'S4: an empty repository stands in its place',
    strike: [
      (ground) => rename(originOf(ground), `${originOf(ground)}.away`),
      (ground) => runCommand('git', ['init', '--quiet', '--bare', '--initial-branch=main', originOf(ground)]),
    ],
    says: 'The repository is empty: it has no branch yet.',
    exit: 1,
    undo: [
      (ground) => rm(originOf(ground), { recursive: true }),
      (ground) => rename(`${originOf(ground)}.away`, originOf(ground)),
    ],
  },
  {
    title: 'S10: the objects of the repository are overwritten',
    strike: [
      (ground) => rm(join(originOf(ground), 'objects'), { recursive: true }),
      (ground) => writeFile(join(originOf(ground), 'objects'), 'x'),
    ],
    says: 'There is no Git repository at this address.',
    exit: 1,
    undo: never,
  },
  {
    title: 'S4: the last commit deletes everything',
    strike: [
      git('rm', '--quiet', '-r', '-f', '--', '.'),
      git('commit', '--quiet', '--no-verify', '--message=Clean up'),
    ],
    says: 'This file must be at the top of the repository and say `format: 1` and `instance: research-service`.',
    undo: [git('revert', '--no-edit', 'HEAD')],
  },
  {
    title: 'S4: a merge takes the side on which everything was deleted',
    strike: [
      git('checkout', '--quiet', '-b', 'side'),
      git('rm', '--quiet', '-r', '-f', '--', 'users'),
      git('commit', '--quiet', '--no-verify', '--message=Tidy'),
      git('checkout', '--quiet', 'main'),
      git('merge', '--quiet', '--no-ff', '--no-edit', 'side'),
    ],
    says: 'Anna Jensen (c01) is no longer declared. Access stays as it was and nothing new is given.',
    undo: [git('revert', '--no-edit', '-m', '1', 'HEAD')],
  },
];
