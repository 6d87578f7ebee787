/** Any revision of a Git repository on this machine as a source: found by its name, read object by object, nothing fetched. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { MusterError, messageOf } from '../errors.ts';
import { blame, contentsIn, descends, readSnapshot } from './git.ts';
import { REF } from './git-mirror.ts';
import { gitText, OFFLINE } from './git-process.ts';
import { fitForReading } from './paths.ts';
import type { Source } from './source.ts';

/** A Git repository on this machine. */
export interface Repository {
  /** Its Git directory, absolute: a bare mirror, or the `.git` of a work tree. */
  readonly git: string;
  /** The folder in its trees that counts, as in `people/desired`; empty: all of it. */
  readonly folder: string;
  /** For messages. */
  readonly where: string;
}

const VERIFY = ['--verify', '--quiet', '--end-of-options'];

/**
 * The commit that a name stands for; null: nothing here is called so, or it is no commit.
 * @param name as in gitrevisions(7)
 */
export async function commitOf(repository: Repository, name: string): Promise<string | null> {
  if (name.startsWith('-') || name.includes('\0')) return null;
  return await ask(repository.git, ['rev-parse', ...VERIFY, `${name}^{commit}`]);
}

/** The same in a mirror, which knows its one branch under the names that it has elsewhere: `HEAD`, `main`, `origin/main`. */
export async function commitInMirror(mirror: Repository, branch: string, name: string): Promise<string | null> {
  const names = ['HEAD', '@', `refs/heads/${branch}`, `refs/remotes/origin/${branch}`, `origin/${branch}`, branch];
  const called = names.find((one) => name === one || (name.startsWith(one) && /^[~^@]/.test(name.slice(one.length))));
  return await commitOf(mirror, called === undefined ? name : REF + name.slice(called.length));
}

/** The newest commit that both come from; null: there is none, or the history here does not reach back to it. */
export async function forkPoint(repository: Repository, one: string, other: string): Promise<string | null> {
  return await ask(repository.git, ['merge-base', '--end-of-options', one, other]);
}

/** Whether only the newest part of the history is here. */
export async function isShallow(repository: Repository): Promise<boolean> {
  return (await ask(repository.git, ['rev-parse', '--is-shallow-repository'])) === 'true';
}

/** The Git repository in whose work tree a folder lies; null: in none. Found without asking Git, so no setting of it is followed. */
export async function workTreeAt(folder: string): Promise<Repository | null> {
  const start = await realpath(folder).catch(() => folder);
  for (let top = start; ; top = dirname(top)) {
    const named = await namedAt(join(top, '.git'));
    // What a file names may be elsewhere than where the folder was brought to: then nothing is known here, and nothing is made there.
    if (named !== null && (await isGitFolder(named.git))) {
      const inside = relative(top, start).split(sep).join('/');
      return { git: named.git, folder: inside, where: `Git repository of ${folder}` };
    }
    // As Git itself, which looks no further once a file names one.
    if (named?.byFile === true || dirname(top) === top) return null;
  }
}

/** `.git` is a folder, or in a further work tree a file that names one (gitrepository-layout(5)). */
async function namedAt(path: string): Promise<{ readonly git: string; readonly byFile: boolean } | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return { git: path, byFile: false };
  if (found?.isFile() !== true) return null;
  const text = await readFile(path, 'utf8').catch(() => '');
  const [, git] = /^gitdir: (.+)$/m.exec(text) ?? [];
  return git === undefined ? null : { git: resolve(dirname(path), git), byFile: true };
}

async function isGitFolder(path: string): Promise<boolean> {
  return (await stat(join(path, 'HEAD')).catch(() => null)) !== null;
}

/** What stands at one commit, whatever is newer. */
export function revisionSource({ git: gitFolder, folder, where }: Repository, commit: string): Source {
  const here = `${where}, commit ${commit.slice(0, 10)}`;
  const inTree = (path: string) => (folder === '' ? path : `${folder}/${path}`);
  return {
    where: here,
    async snapshot() {
      const tree = folder === '' ? commit : `${commit}:${folder}`;
      const isThere = (await ask(gitFolder, ['rev-parse', ...VERIFY, tree])) !== null;
      if (isThere) return (await readSnapshot(gitFolder, here, commit, null, folder)).snapshot;
      return { revision: commit, committedAt: null, ...(await fitForReading([])) };
    },
    texts: (files) => contentsIn(gitFolder, here, files),
    descends: (from, to) => descends(gitFolder, here, from, to),
    blame: ({ file, line }, revision) => blame(gitFolder, { file: inTree(file), line }, revision),
  };
}

/** What it prints or how it ends where it was asked and answered; anything else is no answer. */
const SAYS_NO = /\b(?:fatal|error): |\bended with \d/;

/** The answer without its last newline; null: Git says no. */
async function ask(folder: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await gitText(folder, args, { more: OFFLINE })).trim();
  } catch (error) {
    const why = messageOf(error);
    if (SAYS_NO.test(why)) return null;
    const next =
      'Check that git (2.39 or newer) is installed, that the folder can be read, and the memory of this machine.';
    throw new MusterError(
      { remedy: 'person', where: folder, what: `Git cannot be asked: ${why}.`, next },
      { cause: error },
    );
  }
}
