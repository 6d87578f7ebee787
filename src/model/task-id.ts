/** Ids of tasks: short, to be said on the telephone, and no slip of one syllable makes one of them another. */
import { bad, good, type Reading } from './reading.ts';
import { shown } from './wording.ts';

/** Consonants and vowels that no two languages of a site hear alike too easily; 64 syllables of a consonant and a vowel. */
const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
/** 64 syllables are six bits each. */
const SYLLABLE_BITS = 6;
const SYLLABLES = 2 ** SYLLABLE_BITS;
/** Four syllables carry the number, 24 bits of it; the fifth is reckoned from them. */
const CARRYING = 4;
/** Odd and different: so neither another syllable nor two that changed places go unseen (arithmetic modulo 64). */
const WEIGHTS = [1, 5, 11, 23];

const ID = new RegExp(`^(?:[${CONSONANTS}][${VOWELS}]){3}-(?:[${CONSONANTS}][${VOWELS}]){2}$`);

/** The id of a number, of which 24 bits count; as in `lobatu-kivo`. */
export function taskIdOf(number: number): string {
  const digits = Array.from({ length: CARRYING }, (_, nth) => Math.floor(number / SYLLABLES ** nth) % SYLLABLES);
  const spoken = [...digits, checkOf(digits)].map(syllable);
  return `${spoken.slice(0, 3).join('')}-${spoken.slice(3).join('')}`;
}

/** Capitals do not matter, nor does a space for the hyphen. */
export function readTaskId(text: string): Reading<string> {
  const plain = /^[A-Za-z]{6}[- ][A-Za-z]{4}$/.test(text) ? text.toLowerCase().replace(' ', '-') : '';
  if (!ID.test(plain)) {
    return bad(
      `\`${shown(text)}\` is not the id of a task. It stands in the mail about it, and looks like lobatu-kivo.`,
    );
  }
  const digits = (plain.replace('-', '').match(/../g) ?? []).map(digitOf);
  if (checkOf(digits.slice(0, CARRYING)) === digits[CARRYING]) return good(plain);
  return bad(`There can be no task \`${shown(text)}\`: a syllable of it is wrong. Compare it with the mail.`);
}

function checkOf(digits: readonly number[]): number {
  return digits.reduce((sum, digit, nth) => sum + digit * (WEIGHTS[nth] ?? 1), 0) % SYLLABLES;
}

function syllable(digit: number): string {
  return `${CONSONANTS[Math.floor(digit / VOWELS.length)] ?? ''}${VOWELS[digit % VOWELS.length] ?? ''}`;
}

function digitOf(text: string): number {
  return CONSONANTS.indexOf(text[0] ?? '') * VOWELS.length + VOWELS.indexOf(text[1] ?? '');
}
