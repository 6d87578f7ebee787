/** The known word that a misspelt one most likely means. */
import { distance } from 'fastest-levenshtein';

/** Longest word that is compared: a longer one is no typing slip, and the comparison grows with the square of the length. */
const WORD_MAX = 64;
/** One slip is forgiven in a short word, and one more for each so many characters. */
const CHARACTERS_PER_SLIP = 3;

/**
 * The candidate nearest to the word by Levenshtein distance, upper and lower case being one; null when none is near.
 * Equal distances go to the candidate that comes first.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.trim().toLowerCase();
  if (wanted === '' || wanted.length > WORD_MAX) return null;
  const slipsMax = Math.max(1, Math.floor(wanted.length / CHARACTERS_PER_SLIP));
  let best: string | null = null;
  let bestSlips = slipsMax + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestSlips) continue;
    const slips = distance(wanted, candidate.toLowerCase());
    if (slips < bestSlips) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best;
}
