/** Folders of a cache that nobody uses any more. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface OldFolders {
  readonly cache: string;
  /** Only those whose names begin with it. */
  readonly prefix?: string;
  /** So long untouched, in milliseconds. */
  readonly keepMs: number;
}

export async function removeOld({ cache, prefix = '', keepMs }: OldFolders): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(cache, name);
    // Another run that begins now removes, too.
    const found = await stat(folder).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > keepMs) await rm(folder, { recursive: true, force: true });
  }
}
