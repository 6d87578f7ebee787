/** The short plain-text letter that a sealed file holds: whose account it is, and the password on a line of its own. */

import { MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Secret } from '../secret.ts';

/** What the letter says besides the password. */
export interface LetterFacts {
  readonly username: string;
  /** The person's name as people write it. */
  readonly display: string;
  /** userPrincipalName: what one types at the log-on. */
  readonly upn: string;
  /** The Muster installation that made the account. */
  readonly instance: string;
  readonly attempt: string;
  readonly at: Instant;
}

/** Anything that could end a line, and so let a name forge a line of its own. */
const lineBreaking = /[\p{Cc}\p{Zl}\p{Zp}]/u;

const passwordLine = /^password: (\S+)$/m;

/**
 * The letter as UTF-8 text with LF line ends.
 * @throws MusterError (`bug`) where a field holds a control character.
 */
export function writeLetter(facts: LetterFacts, password: Secret): string {
  const lines = [
    'Initial password for an account',
    '',
    `name:     ${facts.display}`,
    `username: ${facts.username}`,
    `log-on:   ${facts.upn}`,
    `password: ${password.reveal()}`,
    '',
    'It is for the first log-on, which asks for a new one.',
    'Give it to this person and to nobody else, and not',
    'in the same message as the username.',
    'Capitals, small letters, digits and hyphens all count.',
    '',
    `instance: ${facts.instance}`,
    `attempt:  ${facts.attempt}`,
    `created:  ${timeOf(facts.at)}`,
  ];
  const broken = lines.find((line) => lineBreaking.test(line));
  if (broken !== undefined) {
    throw new MusterError({
      remedy: 'bug',
      where: `letter for ${JSON.stringify(facts.username)}`,
      // The label alone: the line might be the one with the password.
      what: `The line "${broken.slice(0, broken.indexOf(':'))}" would hold a control character.`,
      next: 'The model should have refused this value: please report it.',
    });
  }
  return `${lines.join('\n')}\n`;
}

/** `2026-12-01 08:15:00 UTC`: the zone is written, since a letter may be read far from where it was made. */
function timeOf(at: Instant): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  return `${day} ${time.slice(0, 8)} UTC`;
}

/** The password in a letter; null where the text is no letter of Muster's. */
export function passwordIn(letter: string): string | null {
  return passwordLine.exec(letter)?.[1] ?? null;
}
