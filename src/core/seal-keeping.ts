/** Keeping what a review showed, as a seal. */
import type { Loaded, TypedEntry } from '../model/loaded.ts';
import { canonicalJson } from './change.ts';
import type { Reviewed } from './review-caused.ts';
import type { Seal, Seals, WrittenEntry } from './seal.ts';

/** A branch that waits for longer is reviewed anew long before it is merged. */
const OPEN_DAYS_MAX = 180;
const DAY_MS = 24 * 3_600_000;

/** A review that could not show everything is no ground to hold a merge against. */
export async function keepReview(seals: Seals, name: string, reviewed: Reviewed): Promise<void> {
  const { state, at } = reviewed.review;
  if (reviewed.report === null || state === 'unknown') await seals.drop(name);
  else await seals.keep(sealOf(name, reviewed), at - OPEN_DAYS_MAX * DAY_MS);
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
    return entries.filter((entry) => !known.has(contentOf(entry))).map(({ kind, key }) => ({ path, kind, key }));
  });
}

function contentOf({ kind, key, document }: TypedEntry): string {
  return canonicalJson({ kind, key, document });
}
