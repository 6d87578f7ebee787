/** A reviewer that stays beside one that is new each time, over one installation: what both make of the same merge request. */
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KeptSite } from '../../src/cli/kept-site.ts';
import { reviewedOn } from '../../src/cli/review-answer.ts';
import type { Answer } from '../../src/cli/review-messages.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import type { Seal } from '../../src/core/seal.ts';
import { type Trouble, troubleOf } from '../../src/errors.ts';
import type { Site } from '../../src/wiring.ts';
import { commit, type Files, inTree } from './desired-state.ts';
import { runCommand } from './run-command.ts';

/** Below what any forge takes in one comment. */
const CHARACTERS = 60_000;
const BRANCH = 'work';

/** What one of them said, and what it keeps so that a merge can be held against it. */
export interface Told {
  readonly reviewed: Answer | Trouble;
  readonly seals: readonly Seal[];
}

export interface TwoReviewers {
  /** Commits on `main`. */
  declare(files: Files): Promise<string>;
  /** Commits on a branch of its own, begun where `main` stands unless it is there already. */
  propose(files: Files): Promise<string>;
  /** Begins the branch anew where `main` stands. */
  proposeAnew(files: Files): Promise<string>;
  /** Work of another process: a pass, an operator's order. */
  elsewhere<T>(work: (site: Site) => Promise<T>): Promise<T>;
  /** Of the branch as it is now. The new one works on a copy of the database, as the other finds it. */
  both(): Promise<{ readonly resident: Told; readonly fresh: Told }>;
  close(): Promise<void>;
}

export interface TwoReviewersOptions {
  readonly configFile: string;
  /** The folder that is under Git. */
  readonly repository: string;
  readonly database: string;
  /** Shared by all processes; both look at the same moment. */
  readonly clock: () => number;
  /** Stands between the one that stays and each of its systems. */
  readonly around?: (reconciler: Reconciler) => Reconciler;
}

export function twoReviewers(options: TwoReviewersOptions): TwoReviewers {
  const { configFile, repository, database, around = (one) => one } = options;
  let moment: number | null = null;
  const clock = () => moment ?? options.clock();
  const resident = new KeptSite(configFile, clock);
  const freshFile = join(dirname(configFile), 'fresh.yaml');
  const freshDatabase = join(dirname(database), 'fresh.db');
  const git = (...args: readonly string[]) =>
    runCommand('git', [...inTree(repository, join(repository, '.git')), ...args], { cwd: repository });
  const write = async (files: Files) => {
    const head = await commit(repository, files, 'Change');
    await git('checkout', '--quiet', 'main');
    return head;
  };
  return {
    declare: write,
    propose: async (files) => {
      await git('checkout', '--quiet', BRANCH).catch(() => git('checkout', '--quiet', '-b', BRANCH, 'main'));
      return write(files);
    },
    proposeAnew: async (files) => {
      await git('checkout', '--quiet', '-B', BRANCH, 'main');
      return write(files);
    },
    elsewhere: (work) => withNew(configFile, clock, work),
    both: async () => {
      const head = (await git('rev-parse', BRANCH)).trim();
      const text = await readFile(configFile, 'utf8');
      await writeFile(freshFile, text.replace(/sqlite: \S+\.db/, 'sqlite: fresh.db'));
      for (const end of ['', '-wal']) await copyFile(database + end, freshDatabase + end).catch(noneThere);
      moment = options.clock();
      try {
        const fresh = await withNew(freshFile, clock, (site) => told(site, head));
        const { parts, revisions } = await resident.now();
        const stays = { parts: { ...parts, reconcilers: parts.reconcilers.map(around) }, revisions };
        return { fresh, resident: await told(stays, head) };
      } finally {
        moment = null;
        for (const end of ['', '-wal', '-shm']) await rm(freshDatabase + end, { force: true });
      }
    },
    close: () => resident.close(),
  };
}

async function withNew<T>(configFile: string, clock: () => number, work: (site: Site) => Promise<T>): Promise<T> {
  const opened = new KeptSite(configFile, clock);
  try {
    return await work(await opened.now());
  } finally {
    await opened.close();
  }
}

async function told(site: Pick<Site, 'parts' | 'revisions'>, head: string): Promise<Told> {
  const order = { number: 7, ref: `refs/heads/${BRANCH}`, head, charactersMax: CHARACTERS, link: null };
  const reviewed = await reviewedOn(site, { ...order, how: 'plan' }).catch(troubleOf);
  const seals = (await site.parts.seals?.open()) ?? [];
  return { reviewed, seals: seals.map(({ seal }) => seal) };
}

/** Without a write since it was opened, a database has no log. */
function noneThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
