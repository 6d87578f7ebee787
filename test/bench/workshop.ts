/** Where a benchmark works: a private build of Muster, folders of one run, and what is kept for the next run. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildProgram } from '../../script/build-program.ts';
import { filesBelow, hashOf } from '../support/file-hash.ts';
import { removeOld } from '../support/old-folders.ts';
import { CommandError, runCommand } from '../support/run-command.ts';
import { atExit } from '../support/test-directory.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Inside the checkout, so that the build finds its packages; on no list of what is committed. */
const CACHE = join(ROOT, '.cache/bench');
/** What was made for other builds is kept this long: somebody may be measuring those at this moment. */
const KEEP_MS = 3_600_000;
const TSC = join(ROOT, 'node_modules/.bin/tsc');

export interface Workshop {
  /** Of this run alone, gone when it ends. */
  readonly folder: string;
  /** The built program, as `npm run build` makes it, and beside it resident-process.ts. */
  readonly dist: string;
  /** Hash of that program: what was made with another one is made anew. */
  readonly build: string;
  /** What the compiler had to say against it; null: nothing. */
  readonly faults: string | null;
}

/** With a fresh build, beside which nobody else's is touched. */
export async function openWorkshop(): Promise<Workshop> {
  await mkdir(CACHE, { recursive: true });
  await removeAbandoned();
  const folder = await mkdtemp(join(CACHE, `run-${process.pid}-`));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const dist = join(folder, 'dist');
  const faults = await build(folder, dist);
  return { folder, dist, build: hashOf(dist), faults };
}

/**
 * A folder below the cache that `make` fills the first time.
 * @param kind older ones of the same kind go when a new one is made
 * @param version must say everything that it is made from
 */
export async function cached(kind: string, version: string, make: (folder: string) => Promise<void>): Promise<string> {
  const finished = join(CACHE, `${kind}-${version}`);
  if (existsSync(finished)) return finished;
  // A hundred thousand people take 500 MB for each build that was measured.
  await removeOld({ cache: CACHE, prefix: `${kind}-`, keepMs: KEEP_MS });
  const building = await mkdtemp(join(CACHE, `run-${process.pid}-`));
  try {
    await make(building);
    // Somebody else may have made the same meanwhile.
    await rename(building, finished).catch((error: unknown) => {
      if (!existsSync(finished)) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return finished;
}

/** A copy that shares its bytes with the original where the file system can. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await runCommand('cp', ['-a', '--reflink=auto', '--', from, to]);
}

/** Types that do not hold are no reason not to measure what runs. Gives what the compiler says of them. */
async function build(folder: string, dist: string): Promise<string | null> {
  // The program reads its version from the package.json above it.
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await buildProgram(dist, { 'resident-process': 'test/bench/resident-process.ts' });
  try {
    await runCommand(TSC, ['-p', join(ROOT, 'tsconfig.json')]);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Runs that were killed leave their folder, and perhaps a slapd that nobody will end any more. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const owner = /^run-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    const folder = join(CACHE, name);
    for (const file of filesBelow(folder) ?? []) {
      if (file.endsWith('slapd/pid')) endLeftServer(folder, Number(readFileSync(join(folder, file), 'utf8')));
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only where the process is still one that was started over this folder. */
function endLeftServer(folder: string, pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
