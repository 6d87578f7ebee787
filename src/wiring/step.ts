/** The two sides of a step, from whatever repository the configuration names: a work tree of Git, or the mirror of a branch. */
import type { Config } from '../config.ts';
import { MusterError } from '../errors.ts';
import { type BothSides, loadBothSides } from '../sources/both-sides.ts';
import { folderSource } from '../sources/folder.ts';
import { openMirror, REF } from '../sources/git-mirror.ts';
import {
  commitInMirror,
  commitOf,
  forkPoint,
  isShallow,
  type Repository,
  revisionSource,
  workTreeAt,
} from '../sources/git-revision.ts';
import { type KeptReading, keptReading } from '../sources/kept-reading.ts';
import type { Source } from '../sources/source.ts';

export interface StepSides extends BothSides {
  /** The revision as it was asked for. */
  readonly asked: string;
  /** Whether that has moved on since what stands here left it. */
  readonly forked: boolean;
}

/**
 * Everything from a revision to what stands now: in the folder, or at the newest commit of the branch, which is fetched. Of a
 * revision that what stands now does not descend from, it is the point from which both come.
 * @param asked as in gitrevisions(7)
 * @throws MusterError where there is no such revision, or something can't be read.
 */
export async function stepSidesOf(config: Config, asked: string): Promise<StepSides> {
  const { repository, head, base, after, kept, isFolder } = await (config.source.kind === 'git'
    ? inMirror(config.source, asked)
    : inWorkTree(config.source.folder, asked));
  const commit = await startOf(repository, asked, base, head);
  const { instance, phoneCountries } = config;
  const options = { instance, blobs: kept.blobs, ...(phoneCountries === null ? {} : { phoneCountries }) };
  const before = revisionSource(repository, commit);
  const committed = head === commit ? before : revisionSource(repository, head);
  const sides = await loadBothSides(options, before, after, isFolder ? committed : null);
  await kept.save();
  return { ...sides, asked, forked: commit !== base };
}

/** Where in its Git repository a folder lies, as in `people/desired`; empty: at its top, or in none. */
export async function folderInGit(folder: string): Promise<string> {
  return (await workTreeAt(folder))?.folder ?? '';
}

interface Ends {
  readonly repository: Repository;
  readonly head: string;
  readonly base: string;
  readonly after: Source;
  readonly kept: KeptReading;
  readonly isFolder: boolean;
}

async function inWorkTree(folder: string, asked: string): Promise<Ends> {
  const repository = await workTreeAt(folder);
  if (repository === null) {
    const what = 'It lies in no Git repository, so no revision of it is known.';
    throw noSuch(`folder ${folder}`, what, 'Leave --base out, or run this in a checkout of the repository.');
  }
  const asking = Promise.all([commitOf(repository, 'HEAD'), commitOf(repository, asked)]);
  const [[head, base], kept] = await Promise.all([asking, keptReading(repository.git)]);
  if (head === null || base === null) throw await unknown(repository, asked);
  return { repository, head, base, after: folderSource(folder, kept.seen), kept, isFolder: true };
}

async function inMirror(
  { url, branch, mirror: folder }: Config['source'] & { kind: 'git' },
  asked: string,
): Promise<Ends> {
  const mirror = openMirror({ url, branch }, { mirror: folder });
  await mirror.fetch();
  const repository: Repository = { git: folder, folder: '', where: mirror.where };
  const [head, base] = [await commitOf(repository, REF), await commitInMirror(repository, branch, asked)];
  if (head === null || base === null) throw await unknown(repository, asked);
  const kept = await keptReading(repository.git);
  return { repository, head, base, after: revisionSource(repository, head), kept, isFolder: false };
}

/** The newest commit of which both are made. */
async function startOf(repository: Repository, asked: string, base: string, head: string): Promise<string> {
  const start = await forkPoint(repository, base, head);
  if (start !== null) return start;
  if (await isShallow(repository)) throw tooShallow(repository, asked);
  const what = `"${asked}" and what stands here have no past in common, so there is no step from one to the other.`;
  throw noSuch(repository.where, what, 'Name a revision of this history.');
}

async function unknown(repository: Repository, asked: string): Promise<MusterError> {
  if (await isShallow(repository)) return tooShallow(repository, asked);
  const what = `No revision "${asked}" is known here.`;
  return noSuch(repository.where, what, 'Name a commit, a branch such as origin/main, or HEAD~1.');
}

function tooShallow(repository: Repository, asked: string): MusterError {
  const what = `Only the newest part of the history is here, and "${asked}" does not lie in it.`;
  const next = 'Fetch all of it: git fetch --unshallow; in a GitLab pipeline, set GIT_DEPTH to "0".';
  return noSuch(repository.where, what, next);
}

function noSuch(where: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where, what, next });
}
