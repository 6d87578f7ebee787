/** Initial passwords: random, easy to type from paper, and never refused by a domain's complexity rule. */
import { randomBytes } from 'node:crypto';
import { MusterError } from '../errors.ts';
import { Secret } from '../secret.ts';

// No character that can be taken for another (0 O, 1 l I, 2 Z, 5 S, 8 B, or a letter whose two cases differ in size alone),
// no vowel (no accidental words), no y and z (they change places between keyboards). Capitals stay within A to V and small
// letters within b to z, the ranges as MS-SAMR 3.1.1.7.2 literally prints them.
const small = 'cdfhjkmnprstvwx';
const capital = 'DFHLMNQRT';
const digit = '23456789';
const classes = [small, capital, digit];

/** Exactly 32 characters, so that the low five bits of a random byte pick one, each equally likely. */
const alphabet = small + capital + digit;
const indexBits = 0b11111;

/** 4 groups of 5 characters: 100 bits, 23 characters with the hyphens. */
const groups = 4;
const groupLength = 5;

/** Names shorter than this are not looked for in a password (MS-SAMR 3.1.1.7.2: "more than two characters"). */
const nameLengthMin = 3;

/** The characters at which a domain controller cuts a display name into parts (MS-SAMR 3.1.1.7.2). */
const nameDelimiters = /[ ,.\t\-_#]+/;

/** Draws before the random source is called broken: an honest one is refused once in about 200 draws. */
const drawsMax = 100;

export interface PasswordOptions {
  /** Account name and display name: the password contains neither, nor a part of the latter. */
  readonly names?: readonly string[];
  /** `n` random bytes; the operating system's generator unless a test says otherwise. */
  readonly random?: (n: number) => Uint8Array;
}

/**
 * A new password such as `k7Tfn-4cMxd-Rw9ph-2sHvj`, with 100 bits of randomness.
 *
 * It has characters of four of the five classes of the Windows rule "Password must meet complexity requirements"
 * (MS-SAMR 3.1.1.7.2 asks for three), whatever the random source yields. Drawing again as a whole until the rules
 * hold keeps every allowed password equally likely.
 * @throws MusterError (`bug`) where the random source yields nothing usable.
 */
export function generatePassword(options: PasswordOptions = {}): Secret {
  const random = options.random ?? randomBytes;
  const forbidden = (options.names ?? []).flatMap(partsOf);
  for (let draw = 0; draw < drawsMax; draw++) {
    const text = drawText(random);
    if (isAllowed(text, forbidden)) return new Secret(text);
  }
  throw new MusterError({
    remedy: 'bug',
    where: 'initial password',
    what: `The random source gave no usable password in ${drawsMax} draws.`,
    next: 'Do not use this machine for passwords until its random source has been checked.',
  });
}

function drawText(random: (n: number) => Uint8Array): string {
  const characters = Array.from(random(groups * groupLength), (byte) => alphabet.charAt(byte & indexBits)).join('');
  const group = (n: number) => characters.slice(n * groupLength, (n + 1) * groupLength);
  return Array.from({ length: groups }, (_, n) => group(n)).join('-');
}

function isAllowed(text: string, forbidden: readonly string[]): boolean {
  const lowered = text.toLowerCase();
  const complete = text.length === groups * groupLength + groups - 1;
  const hasAllClasses = classes.every((characters) => [...characters].some((character) => text.includes(character)));
  return complete && hasAllClasses && !forbidden.some((part) => lowered.includes(part));
}

/** A name as a whole and in its parts, lower case, without what is too short to count. */
function partsOf(name: string): string[] {
  return [name, ...name.split(nameDelimiters)]
    .filter((part) => part.length >= nameLengthMin)
    .map((part) => part.toLowerCase());
}
