/** Making a folder and those above it, one level at a time. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../errors.ts';

/**
 * Where a folder that exists says of a new one that it is not there, as /proc does, Node's recursive mkdir tries for ever.
 * Throws what the file system says, with its code: where the folder can't be made, or something above it is a file.
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(folder); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    await mkdir(at, mode).catch((error: unknown) => {
      // Another process was quicker.
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
