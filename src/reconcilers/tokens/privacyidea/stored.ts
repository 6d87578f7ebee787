/** A token as privacyIDEA stores it becomes one of the port's: whose it is, whether it is on, and which attempt made it. */
import { createHash } from 'node:crypto';
import { fold } from '../../../model/document.ts';
import type { ReadToken, Token } from '../port.ts';
import type { StoredToken } from './answers.ts';

export const SMS = 'sms';

const HANDLE = 'token:';
/** What tokens of Muster's begin with; then hexadecimal digits, in all less than the 40 characters that there is room for. */
const SERIAL_PREFIX = 'MUST';
const SERIAL_DIGITS = 32;

/** Names that privacyIDEA takes for new tokens; any other in a filter would mean several tokens, or another one. */
const ADDRESSABLE = /^[0-9A-Za-z_-]{1,40}$/;

const DESCRIPTION = 'muster ';

export function handleOf(serial: string): string {
  return `${HANDLE}${serial}`;
}

export function serialIn(handle: string): string {
  return handle.slice(HANDLE.length);
}

export function isAddressable(serial: string): boolean {
  return ADDRESSABLE.test(serial);
}

/** The same attempt of the same installation has the same serial each time, so that a lost answer is found again. */
export function serialFor(instance: string, attempt: string): string {
  const digest = createHash('sha256').update(`${instance}\0${attempt}`).digest('hex');
  return `${SERIAL_PREFIX}${digest.slice(0, SERIAL_DIGITS).toUpperCase()}`;
}

export function descriptionFor(attempt: string): string {
  return `${DESCRIPTION}${attempt}`;
}

export function tokenFrom(stored: StoredToken, instance: string, realm: string): Token {
  const { serial, active, revoked, locked, username, user_realm: userRealm } = stored;
  const key = username !== '' && fold(userRealm) === fold(realm) ? fold(username) : null;
  // Read from elsewhere each time that one is sent, so that nothing stored here is where it goes.
  const isElsewhere = isSet(stored.info.dynamic_phone);
  const phone = isElsewhere ? null : stored.info.phone || null;
  return {
    handle: handleOf(serial),
    key,
    phone,
    live: active && !revoked && !locked,
    revoked,
    attempt: attemptIn(stored, instance),
    protectedBecause: whyProtected(stored),
    location: `token ${serial} in privacyIDEA`,
    raw: { user: key, phone, enabled: active ? 'yes' : null, locked: locked ? 'yes' : null },
  };
}

/** A description can be written by anybody, also a copied one; it counts where the serial is the one that goes with it. */
function attemptIn({ serial, description }: StoredToken, instance: string): string | null {
  if (!description.startsWith(DESCRIPTION)) return null;
  const attempt = description.slice(DESCRIPTION.length);
  return serialFor(instance, attempt) === serial.toUpperCase() ? attempt : null;
}

function whyProtected({ serial, locked, revoked }: StoredToken): string | null {
  if (!isAddressable(serial)) return 'its serial has characters by which it can’t be addressed';
  return locked && !revoked ? 'it is locked in privacyIDEA' : null;
}

/** Details are texts, and `"0"` is one of the ways to say no. */
function isSet(value: unknown): boolean {
  return !['', '0', 'false', 'undefined', 'null'].includes(String(value).toLowerCase());
}

/** Why nothing may be written to it as it is now; null: it is still as it was read. */
export function changedSince({ raw }: ReadToken, now: Token, value: 'phone' | 'enabled'): string | null {
  if (now.revoked) return 'It was revoked.';
  if (now.protectedBecause !== null) return `Nobody may touch it: ${now.protectedBecause}.`;
  if (now.raw.user !== raw.user || now.raw[value] !== raw[value]) return 'Somebody changed it meanwhile.';
  return null;
}
