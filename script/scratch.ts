/** Where tests put what they throw away: in memory where there is room, since most of what they wait for is a disk that confirms. */
import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** Bytes that must be free there; several Sambas, repositories and databases stand side by side. */
const ROOM_MIN = 4 * 1024 ** 3;

/**
 * A folder for TMPDIR. Where somebody has set that, or memory is short, or programs may not be run from it (containers often have
 * 64 MB, and `noexec`), it is where it would have been.
 */
export function scratchFolder(): string {
  return process.env.TMPDIR === undefined && hasRoom() ? IN_MEMORY : tmpdir();
}

/**
 * What tests and their tools run in: TMPDIR as above, and a place where Node keeps what it made of the sources, since a process that
 * is started only to be killed spends most of its life on reading them.
 */
export function scratchEnvironment(): { readonly TMPDIR: string; readonly NODE_COMPILE_CACHE: string } {
  return { TMPDIR: scratchFolder(), NODE_COMPILE_CACHE: join(import.meta.dirname, '../.cache/compiled') };
}

function hasRoom(): boolean {
  try {
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, place]) => place === IN_MEMORY);
    if (mount?.[2] !== 'tmpfs' || mount[3]?.split(',').includes('noexec') === true) return false;
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= ROOM_MIN;
  } catch {
    return false;
  }
}
