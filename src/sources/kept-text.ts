/** A text that is kept from one command to the next, in a file inside a Git directory: it lives and dies with the clone. */
import { hash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './making-folders.ts';

/** A larger file would take longer to read than what it saves; a hundred thousand people take some 40 MB. */
const KEPT_BYTES_MAX = 128 * 1024 * 1024;

/** Null where there is none, or where the file is not what was written. */
export async function readKept(file: string): Promise<string | null> {
  try {
    const bytes = await readFile(file);
    const end = bytes.indexOf('\n');
    const text = bytes.subarray(end + 1);
    if (bytes.length > KEPT_BYTES_MAX || hash('sha256', text) !== bytes.toString('latin1', 0, end)) return null;
    return text.toString('utf8');
  } catch {
    return null;
  }
}

/** In the place of what was kept before. Where that can't be, nothing is kept, which costs time and never truth. */
export async function keep(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    await makeFolder(dirname(file), 0o700);
    await writeFile(draft, `${hash('sha256', text)}\n${text}`, { mode: 0o600 });
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
