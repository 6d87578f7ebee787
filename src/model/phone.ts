/** Phone numbers that receive passcodes: any usual way of writing one, as E.164 (ITU-T). */
// The `mobile` metadata is the smallest that still notices a lost digit: with `min`, a German mobile number
// that lacks two digits counts as valid. It knows mobile numbers only, which is what passcodes by SMS need.
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/mobile';
import type { Look } from './look.ts';
import { bad, good, type Reading } from './reading.ts';
import { shown } from './wording.ts';

/** Longest written form: E.164 allows 15 digits, with separators between all of them 31 characters. */
const WRITTEN_MAX = 32;

export const PHONE_LOOK: Look = {
  pattern: `\\+[0-9 ()./-]{1,${WRITTEN_MAX - 1}}`,
  hint: 'A mobile number with its country code, as in +45 20 12 34 56.',
  example: '+45 20 12 34 56',
};

/** A stored number as it is compared: one that nobody can read as a number stays as it is, and so is replaced. */
export function canonicalPhone(stored: string): string {
  if (/^\+[0-9]+$/.test(stored)) return stored;
  const reading = readPhone(stored);
  return reading.ok ? reading.value : stored;
}

/** A written number with its country code (`+45 20 12 34 56`) as E.164 (`+4520123456`). The country is never guessed. */
export function readPhone(text: string): Reading<string> {
  if (text.length > WRITTEN_MAX) return bad(`\`${shown(text)}\` is too long for a phone number.`);
  const tidy = text.replace(/\p{Zs}/gu, ' ').replace(/[‐‑‒–—−]/g, '-');
  const odd = /[^+0-9 ()./-]+/.exec(tidy);
  if (odd !== null) {
    return bad(`\`${shown(odd[0])}\` does not belong in a phone number. Write only the number, as in +45 20 12 34 56.`);
  }
  if (/^00 ?[1-9]/.test(tidy))
    return bad('Write the country code with + instead of 00.', `+${tidy.slice(2).trimStart()}`);
  if (!tidy.startsWith('+')) {
    return bad(
      'The country code is missing. A number begins with + and the country, as in +45 for Denmark or +46 for Sweden.',
      `+… ${tidy}`,
    );
  }
  if (tidy.lastIndexOf('+') > 0) return bad(`\`${shown(text)}\` has more than one +. One number is written here.`);
  if (tidy.includes('(0)')) {
    return bad('Leave out the (0): it is not dialled after a country code.', tidy.replace(/ ?\(0\) ?/, ' '));
  }
  if (tidy !== text) return bad('This number has unusual spaces or dashes, often from copying.', tidy);
  const number = parsePhoneNumberFromString(tidy, { extract: false });
  if (number === undefined) return bad(`\`${shown(text)}\` does not begin with the code of any country.`);
  if (!number.isPossible()) {
    return bad(
      `\`${shown(text)}\` has too few or too many digits for a number in country +${number.countryCallingCode}.`,
    );
  }
  if (!number.isValid()) {
    return bad(`\`${shown(text)}\` is not a mobile number in country +${number.countryCallingCode}. Check each digit.`);
  }
  return good(number.number);
}

/** ISO 3166-1 alpha-2, as in `DK`. */
export type Country = CountryCode;

/** In capital letters; null: no country that has numbers of its own. */
export function readCountry(text: string): Country | null {
  return isSupportedCountry(text) ? text : null;
}

/** The allowed countries whose number this may be; where several share one country code, it is the number that tells. */
export function isIn(countries: ReadonlySet<Country>, phone: string): boolean {
  for (const country of countries) {
    const code = getCountryCallingCode(country);
    if (!phone.startsWith(`+${code}`)) continue;
    if (sharersOf(code) === 1) return true;
    const found = parsePhoneNumberFromString(phone, { extract: false })?.getPossibleCountries() ?? [];
    return found.some((one) => countries.has(one));
  }
  return false;
}

let sharers: ReadonlyMap<string, number> | null = null;

/** How many countries have that country code; made once, for there are hundreds of thousands of numbers. */
function sharersOf(code: string): number {
  sharers ??= countsOf(getCountries().map((country) => getCountryCallingCode(country)));
  return sharers.get(code) ?? 0;
}

function countsOf(codes: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
