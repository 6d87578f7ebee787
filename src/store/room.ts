/** Room on the disk for the database: a full one stops every pass before its first write. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Finding, fail, ok, warn } from '../core/finding.ts';

/** A pass over 100,000 people writes some 100 MB into the journal of the database before it is merged. */
const NEEDED_BYTES = 200 * 1024 ** 2;
/** Worth saying before it becomes a hindrance. */
const COMFORTABLE_BYTES = 1024 ** 3;

/** @param file the database; its folder may not exist yet. @throws what the file system says. */
export async function checkRoom(file: string): Promise<readonly Finding[]> {
  const { bavail, bsize } = await statfs(dirname(file));
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB are free where the database lies.`;
  const next = 'Make room on that disk.';
  if (free < NEEDED_BYTES) return [fail('store', text, next)];
  return [free < COMFORTABLE_BYTES ? warn('store', text, next) : ok('store', text)];
}
