/** Private directories for tests: removed when the process exits, and by the next test process when it was killed. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cleanUps = new Set<() => void>();
process.on('exit', () => {
  // Newest first: who uses a directory is ended before the directory goes.
  for (const cleanUp of [...cleanUps].reverse()) cleanUp();
});

export interface TestDirectory {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** Where this user's test directories lie; set TMPDIR to have them on another disk. */
export function testRoot(): string {
  return join(tmpdir(), `muster-test-${process.getuid?.() ?? 'user'}`);
}

/** Makes a directory of mode 0700 for this process, and removes those whose process is gone. */
export async function makeTestDirectory(kind: string): Promise<TestDirectory> {
  await mkdir(testRoot(), { recursive: true, mode: 0o700 });
  // The place is known to everybody: another user may have made it first, to put files in the way of a privileged test.
  const { uid } = await stat(testRoot());
  if (uid !== process.getuid?.()) throw new Error(`${testRoot()} belongs to user ${uid}; set TMPDIR to another place.`);
  await removeAbandoned();
  const path = await mkdtemp(join(testRoot(), `${kind}-${process.pid}-`));
  const forget = atExit(() => rmSync(path, { recursive: true, force: true }));
  const remove = async () => {
    await rm(path, { recursive: true, force: true });
    forget();
  };
  return { path, remove };
}

/** Lets `cleanUp` run when the process exits, before everything registered earlier; call the result to forget it. */
export function atExit(cleanUp: () => void): () => void {
  cleanUps.add(cleanUp);
  return () => cleanUps.delete(cleanUp);
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(testRoot())) {
    const owner = /^[a-z]+-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    await rm(join(testRoot(), name), { recursive: true, force: true });
  }
}
