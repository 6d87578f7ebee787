/** Refusals that every directory product has, in the same words whichever it is. */
import { MusterError, type Remedy, type Silence } from '../../errors.ts';

/** What happened and what to do next, without the place. */
export interface Words {
  readonly remedy: Remedy;
  readonly what: string;
  readonly next: string;
  /** Set where the server said nothing at all. */
  readonly silence?: Silence;
}

export const CHANGED_MEANWHILE: Words = {
  remedy: 'retry',
  what: 'The account was changed by someone else since it was read, so nothing was written.',
  next: 'The next pass reads it again and decides anew.',
};

export const NO_SUCH_ACCOUNT: Words = {
  remedy: 'retry',
  what: 'The account no longer exists; one created anew under the same name is another account.',
  next: 'The next pass reads again and decides anew.',
};

export const NO_SUCH_UNIT: Words = {
  remedy: 'person',
  what: 'There is no such unit, or Muster may not see it.',
  next: 'Check its name in the configuration, and the rights of the account Muster logs in with.',
};

export const NAME_TAKEN: Words = {
  remedy: 'person',
  what: 'There is an object of that name already, or the username is taken.',
  next: 'Find it in the directory (it may be in another unit); adopt it, or choose another username.',
};

export const UPN_TAKEN: Words = {
  remedy: 'person',
  what: 'Another account has that userPrincipalName already.',
  next: 'Find that account in the directory; adopt it, or choose another username.',
};

export const PASSWORD_REFUSED: Words = {
  remedy: 'person',
  what: 'The password policy of the directory refuses the initial password; nothing was written.',
  next: 'Compare the password settings of the configuration with the policy of the domain.',
};

export const OUTSIDE_UNITS: Words = {
  remedy: 'person',
  what: 'The place lies in no managed unit, so Muster would never see the account again.',
  next: 'Add the unit to directory.accounts.read in the configuration, or create the account in another.',
};

/** @param where server and step, as in `ldaps://dc1.example.org, creating CN=ajensen,…`. */
export function refusal(where: string, words: Words, cause?: unknown): MusterError {
  return new MusterError({ ...words, where }, { cause });
}
