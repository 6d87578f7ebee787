/** Allow-lists for the texts of each field: what may stand in a name, an identifier, an address, a reason. */
import { fold } from './document.ts';
import type { Look } from './look.ts';
import { bad, good, type Reading } from './reading.ts';
import { codePoint, shown } from './wording.ts';

/** sAMAccountName of a user (MS-ADTS 3.1.1.6, attribute schema rangeUpper for logon by older systems): 20 characters. */
const USERNAME_MAX = 20;
/** Institution ids appear in folder names and messages: longer ones serve nobody. */
const INSTITUTION_ID_MAX = 64;
/** givenName and sn in Active Directory: rangeUpper 64 (MS-ADA1, MS-ADA3). */
const PERSON_NAME_MAX = 64;
/** Long enough for any official name, short enough for a line of a plan. */
const INSTITUTION_NAME_MAX = 200;
/** A reason is read in plans, mails and logs: a paragraph at most. */
const REASON_MAX = 500;
/** RFC 5321, 4.5.3.1: 64 octets before the @, and 254 for the whole address (erratum 1690 to RFC 3696). */
const EMAIL_LOCAL_MAX = 64;
const EMAIL_MAX = 254;

const LATIN_ID_CHARACTER = /[\p{Script=Latin}0-9._-]/u;
const INSTITUTION_ID = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;
const PERSON_NAME_CHARACTER = /[\p{L}\p{M} '’.·‐-]/u;
/** Letters, marks, numbers, punctuation, symbols and the plain space: everything that can be seen. */
const FREE_TEXT_CHARACTER = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
/** Letters and marks that show as nothing (UAX #44, Default_Ignorable_Code_Point), such as the Hangul filler: a name with one looks like another. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const WRAPPED_IN_SMART_QUOTES = /^[“”„«»‘‚](.*)[“”„«»’‘]$/u;
const SCRIPTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
];
/** Letters of other scripts that look like Latin ones, for a corrected line. */
const LOOK_ALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from('аеорсухіјѕһԁԛԝАВЕКМНОРСТХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', (letter, index) => [
    letter,
    'aeopcyxijshdqwABEKMHOPCTXIJSoABEZHIKMNOPTYX'[index] ?? letter,
  ]),
);

/** Marks count apart, because an accent may be written as a character of its own, which composing (NFC) then joins with its letter. */
export const USERNAME_LOOK: Look = {
  pattern: `(?!-)(?:[\\p{Script=Latin}0-9._-]\\p{M}*){1,${USERNAME_MAX}}(?<!\\.)`,
  hint: `Letters, digits, dot, hyphen and underscore, at most ${USERNAME_MAX}; no dot at the end.`,
  example: 'ajensen',
};

export const INSTITUTION_ID_LOOK: Look = {
  pattern: `(?=.{1,${INSTITUTION_ID_MAX}}\\s*$)${INSTITUTION_ID.source.slice(1, -1)}`,
  hint: 'Only small letters (a to z), digits and hyphens.',
  example: 'northlake',
};

/** U+0387 becomes the middle dot by composing (NFC). */
export const PERSON_NAME_LOOK: Look = {
  pattern: `${PERSON_NAME_CHARACTER.source.replace(' ', '\\u0387 ')}+`,
  hint: 'Letters, spaces, apostrophes, hyphens and dots.',
  example: 'Anna',
};

/** The most characters that composing (NFC) joins into one is four (UAX #15). */
const COMPOSED_MAX = 4;

export const INSTITUTION_NAME_LOOK: Look = freeTextLook(INSTITUTION_NAME_MAX, 'Northlake University');
export const REASON_LOOK: Look = freeTextLook(REASON_MAX, 'Agreement expired (case 2026-114)');

export const EMAIL_LOOK: Look = {
  pattern: EMAIL.source.slice(1, -1),
  hint: 'An e-mail address such as anna.jensen@example.org.',
  example: 'anna.jensen@example.org',
};

/** One line in the author's own words, of at most so many characters. */
export function freeTextLook(max: number, example: string): Look {
  const character = FREE_TEXT_CHARACTER.source.replace(' ', '\\p{Zs}');
  const hint = `One line of text, at most ${max} characters. In straight quotes if it holds a # or a colon.`;
  return { pattern: `${character}{1,${COMPOSED_MAX * max}}`, hint, example };
}

/** A log-on name: Latin letters, digits, dot, underscore, hyphen; composed (NFC); case as written. */
export function readUsername(text: string): Reading<string> {
  const name = text.normalize('NFC');
  if (name === '') return bad('A username has at least one character.');
  if (name.includes('*')) return bad('There are no patterns here: name one person.');
  if (/\s/.test(name)) return bad(`A username has no spaces, but \`${shown(name)}\` has.`, name.replace(/\s+/g, ''));
  const foreign = foreignLetter(name);
  if (foreign !== null) return foreign;
  const odd = firstOutside(name, LATIN_ID_CHARACTER);
  if (odd !== null || name !== name.normalize('NFKC')) {
    return bad(
      `\`${shown(odd ?? name)}\` may not stand in a username. Use letters, digits, dot, hyphen and underscore.`,
    );
  }
  if (name.length > USERNAME_MAX) {
    return bad(`\`${shown(name)}\` has ${name.length} characters. A username has at most ${USERNAME_MAX}.`);
  }
  if (name.startsWith('-')) return bad('A username does not begin with a hyphen.', name.replace(/^-+/, ''));
  if (name.endsWith('.')) return bad('A username does not end with a dot.', name.replace(/\.+$/, ''));
  return good(name);
}

/** An institution's id, which is its own key: small letters a to z, digits, hyphens between them. */
export function readInstitutionId(text: string): Reading<string> {
  if (text.includes('*')) return bad('There are no patterns here: name one institution by its id.');
  if (INSTITUTION_ID.test(text)) {
    if (text.length <= INSTITUTION_ID_MAX) return good(text);
    return bad(`\`${shown(text)}\` is too long. An institution's id has at most ${INSTITUTION_ID_MAX} characters.`);
  }
  const plain = fold(text).replace(/[ _.]+/g, '-');
  const what = "An institution's id has only small letters (a to z), digits and hyphens";
  return bad(`${what}; \`${shown(text)}\` has something else.`, INSTITUTION_ID.test(plain) ? plain : undefined);
}

/** A given or family name: letters of any one script per word, spaces, apostrophes, hyphens, dots. */
export function readPersonName(text: string): Reading<string> {
  const smart = unwrapped(text);
  if (smart !== null) return smart;
  const name = text.normalize('NFC');
  const odd = firstOutside(name, PERSON_NAME_CHARACTER);
  if (odd !== null) {
    if (/\p{Zs}/u.test(odd)) return bad('This name has an unusual space in it, often from copying.', plainSpaces(name));
    return bad(`\`${shown(odd)}\` may not stand in a name. Use letters, spaces, apostrophes, hyphens and dots.`);
  }
  if (!/\p{L}/u.test(name)) return bad(`\`${shown(name)}\` has no letter: it is not a name.`);
  if ([...name].length > PERSON_NAME_MAX) {
    return bad(`This name is too long: at most ${PERSON_NAME_MAX} characters fit into the directory.`);
  }
  return mixedWord(name) ?? good(name);
}

/** The official name of an institution. */
export function readInstitutionName(text: string): Reading<string> {
  return readFreeText(text, INSTITUTION_NAME_MAX, 'name');
}

/** Why a block exists, in the author's words. */
export function readReason(text: string): Reading<string> {
  return readFreeText(text, REASON_MAX, 'reason');
}

/** A mailbox (RFC 5321) as `local@domain`, without comments, quoted parts or non-ASCII letters. */
export function readEmail(text: string): Reading<string> {
  const at = text.indexOf('@');
  if (at < 0) return bad(`\`${shown(text)}\` has no @: it is not an e-mail address.`);
  if (text.length > EMAIL_MAX || at > EMAIL_LOCAL_MAX)
    return bad(`\`${shown(text)}\` is too long for an e-mail address.`);
  if (EMAIL.test(text)) return good(text);
  const angled = /<([^<>]+)>$/.exec(text)?.[1] ?? text.replace(/^mailto:/i, '').replace(/\s+/g, '');
  const better = angled !== text && EMAIL.test(angled) ? angled : undefined;
  return bad(`\`${shown(text)}\` is not an e-mail address such as anna.jensen@example.org.`, better);
}

/** @param field what such a text is called, as in "this reason". */
export function readFreeText(text: string, max: number, field: string): Reading<string> {
  const smart = unwrapped(text);
  if (smart !== null) return smart;
  const plain = plainSpaces(text.normalize('NFC'));
  const odd = firstOutside(plain, FREE_TEXT_CHARACTER);
  if (odd !== null)
    return bad(`This ${field} holds a character that cannot be seen (${codePoint(odd)}).`, without(plain));
  const length = [...plain].length;
  if (plain.trim() === '') return bad(`This ${field} says nothing.`);
  if (length > max) return bad(`This ${field} has ${length} characters; at most ${max} are accepted.`);
  return good(plain);
}

/** Refuses letters that only look Latin: the twin of an existing name could be made with them. */
function foreignLetter(name: string): Reading<never> | null {
  const odd = [...name].find((letter) => /\p{L}/u.test(letter) && !/\p{Script=Latin}/u.test(letter));
  if (odd === undefined) return null;
  const better = replaceLookAlikes(name);
  const script = SCRIPTS.find(([, pattern]) => pattern.test(odd))?.[0] ?? 'another';
  return bad(
    `\`${odd}\` (${codePoint(odd)}) is a letter of the ${script} script, which usernames do not use. Type the name anew.`,
    firstOutside(better, LATIN_ID_CHARACTER) === null ? better : undefined,
  );
}

/** A word that mixes scripts passes for another one on screen: refused wherever it stands in a name. */
function mixedWord(name: string): Reading<never> | null {
  for (const word of name.split(/[^\p{L}\p{M}]+/u)) {
    const scripts = SCRIPTS.filter(([, pattern]) => pattern.test(word)).map(([script]) => script);
    if (scripts.length > 1) {
      const better = replaceLookAlikes(name);
      return bad(
        `The word \`${shown(word)}\` mixes ${scripts.join(' and ')} letters that look alike. Type the name anew.`,
        better === name || mixedWord(better) !== null ? undefined : better,
      );
    }
  }
  return null;
}

function unwrapped(text: string): Reading<never> | null {
  const inner = WRAPPED_IN_SMART_QUOTES.exec(text)?.[1];
  return inner === undefined
    ? null
    : bad('These are typographic quotes. Leave them out, or use straight ones (").', inner);
}

function firstOutside(text: string, allowed: RegExp): string | null {
  const invisible = INVISIBLE.exec(text)?.[0];
  for (const character of text) if (!allowed.test(character) || character === invisible) return character;
  return null;
}

function plainSpaces(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ');
}

function without(text: string): string {
  return [...text].filter((letter) => FREE_TEXT_CHARACTER.test(letter) && !INVISIBLE.test(letter)).join('');
}

function replaceLookAlikes(text: string): string {
  return [...text].map((letter) => LOOK_ALIKES[letter] ?? letter).join('');
}
