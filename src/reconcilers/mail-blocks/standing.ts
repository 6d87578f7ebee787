/** Whether a person stands on a list: by one line, or by several keys of which none may be missing and none be left over. */
import { MusterError } from '../../errors.ts';
import type { Edit, Listing } from './port.ts';

/** Of one person, as far as a list asks. */
export type Place = Pick<Edit, 'key' | 'address'>;

/** Under which keys a person is refused by a list that has several for each. */
export function keysOf({ key, address }: Place): readonly string[] {
  return address === null || address === key ? [key] : [key, address];
}

/** Keys that Muster wrote for this person and that are not theirs any more: an address that they had before. */
export function leftOver({ keyed }: Listing, place: Place): readonly string[] {
  const own = new Set(keysOf(place));
  return [...(keyed?.ours.get(place.key) ?? [])].filter((key) => !own.has(key));
}

/**
 * For whoever is to be blocked: all of them is. For whoever may send: any of them is.
 * A block that lacks a key is none yet, and one of which a key is left is not over.
 */
export function standsOn(listing: Listing, place: Place, isToBeBlocked: boolean): boolean {
  const { keyed, listed } = listing;
  if (keyed === undefined) return listed.has(place.key);
  if (!isToBeBlocked) return keyed.refused.has(place.key) || keyed.ours.has(place.key);
  return keysOf(place).every((key) => keyed.refused.has(key)) && leftOver(listing, place).length === 0;
}

/** Where it is no longer as it was when the edit was decided. */
export function changedMeanwhile(where: string, { key, was }: Edit): MusterError {
  const what = was ? `${key} does not stand on it any more.` : `${key} stands on it by now.`;
  return new MusterError({
    remedy: 'person',
    where,
    what: `Somebody else changed it meanwhile: ${what}`,
    next: 'Sync again.',
  });
}
