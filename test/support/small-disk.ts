/** A file system of a few megabytes in memory (tmpfs(5)), to be filled: what a full disk is to the tests. Needs root. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What keeps a test from mounting one; empty: nothing. */
export function missingForSmallDisk(): readonly string[] {
  return process.getuid?.() === 0 && process.platform === 'linux' ? [] : ['root'];
}

/** Mounts one of so many kilobytes for the time of `use`. */
export async function onSmallDisk(kilobytes: number, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0700`, 'tmpfs', folder]);
  try {
    await use(folder);
  } finally {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  }
}
