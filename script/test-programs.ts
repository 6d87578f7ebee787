/** The programs that tests start and kill, built once for a run: one that begins with its sources reads a thousand files each time. */
import { mkdir, mkdtemp, rename, rm, symlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hashOf } from '../test/support/file-hash.ts';
import { removeOld } from '../test/support/old-folders.ts';
import { buildProgram } from './build-program.ts';
import { ROOT } from './command.ts';

/** Beside Muster's own; by the name of each a test finds it. */
const PROGRAMS = [
  'test/faults/mail-list-crash-child.ts',
  'test/faults/postfix-crash-child.ts',
  'test/faults/push-listener-child.ts',
  'test/faults/store-crash-child.ts',
  'test/faults/sync-crash-child.ts',
  'test/faults/token-crash-child.ts',
  'test/store/store-child.ts',
];
/** In the checkout, so that Node keeps what it compiles of the same program from run to run. */
const CACHE = join(ROOT, '.cache/programs');
/** What was built of other sources is kept for so long, in milliseconds: another run may be using it. */
const KEEP_MS = 3 * 3_600_000;
/** What Muster has beside its program (src/own-files.ts). */
const BESIDES = ['package.json', 'config', 'docs', 'node_modules'];

/** Builds them, and lets this process and those that it starts know where they are (test/support/programs.ts). */
export async function setup(): Promise<void> {
  process.env.MUSTER_TEST_PROGRAMS = await built();
}

async function built(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  await removeOld({ cache: CACHE, keepMs: KEEP_MS });
  const folder = await mkdtemp(join(CACHE, 'building-'));
  const programs = join(folder, 'programs');
  await buildProgram(programs, Object.fromEntries(PROGRAMS.map((path) => [basename(path, '.ts'), path])));
  for (const name of BESIDES) await symlink(join(ROOT, name), join(folder, name));
  const finished = join(CACHE, hashOf(programs));
  // The same may have been built before, or by another run a moment ago.
  await rename(folder, finished).catch(() => rm(folder, { recursive: true }));
  // In use from now on, however long ago it was built.
  await utimes(finished, new Date(), new Date());
  return join(finished, 'programs');
}
