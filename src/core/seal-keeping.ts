/** Keeping what a review showed, as a seal. */
import { createHash } from 'node:crypto';
import type { Loaded, TypedEntry } from '../model/loaded.ts';
import { canonicalJson } from './change.ts';
import type { Reviewed } from './review-caused.ts';
import type { Seal, Seals, WrittenEntry } from './seal.ts';

/** A branch that waits for longer is reviewed anew long before it is merged. */
const OPEN_DAYS_MAX = 180;
const DAY_MS = 24 * 3_600_000;

/**
 * A review that could not show everything is no ground to hold a merge against.
 * @returns the head of an earlier review that counts no longer, and in whose place this one keeps nothing; null: there is none
 */
export async function keepReview(seals: Seals, name: string, reviewed: Reviewed): Promise<string | null> {
  const { state, at, head, result, files } = reviewed.review;
  // It is merged already: the pass to come holds the merge against what was shown before that.
  if (result !== null && files.length === 0) return null;
  if (reviewed.report !== null && state !== 'unknown') {
    await seals.keep(sealOf(name, reviewed), at - OPEN_DAYS_MAX * DAY_MS);
    return null;
  }
  const before = (await seals.open()).find(({ seal }) => seal.name === name);
  // Where nothing was planned, nothing speaks against what was shown of the same commits.
  if (before === undefined || (reviewed.report === null && before.seal.head === head)) return null;
  await seals.drop(name);
  return before.seal.head;
}

function sealOf(name: string, { review, caused, written }: Reviewed): Seal {
  const { head, target, at, digest, files } = review;
  const changes = caused.map(({ change: { address, person, kind, effect }, print }) => {
    return { address, person, kind, effect, fingerprint: print };
  });
  return { name, head, target, at, digest, files, entries: written, changes };
}

/** Entries of the merged files that the target does not have as they are. */
export function writtenBetween(before: Loaded, after: Loaded): readonly WrittenEntry[] {
  const was = new Map(before.files.map((file) => [file.path, file]));
  return after.files.flatMap(({ path, blob, entries }) => {
    const old = was.get(path);
    if (old?.blob === blob) return [];
    const known = new Set(old?.entries.map(contentOf));
    return entries.flatMap((entry) => {
      const content = contentOf(entry);
      return known.has(content) ? [] : [{ path, kind: entry.kind, key: entry.key, content }];
    });
  });
}

/** Hex SHA-256 over what an entry says, wherever in a file it says it. */
export function contentOf({ kind, key, document }: TypedEntry): string {
  return createHash('sha256').update(canonicalJson({ kind, key, document })).digest('hex');
}
