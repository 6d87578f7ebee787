/** Values that Active Directory keeps in forms of its own, to and from canonical ones: expiry times and account flags. */
import { MusterError } from '../../errors.ts';
import type { Instant } from '../../model/document.ts';

/** userAccountControl (MS-ADTS 2.2.16): the account cannot log in. The only bit that Muster ever flips. */
export const ACCOUNT_DISABLE = 0x2;
/** userAccountControl of a new person's account: NORMAL_ACCOUNT, enabled. */
export const NORMAL_ACCOUNT = 0x200;
/** sAMAccountType (MS-ADTS 2.2.15) of a person's account: SAM_USER_OBJECT; groups, computers and trusts have others. */
export const SAM_USER_OBJECT = '805306368';

/** accountExpires of an account without an end (MS-ADA1: 0 and 2^63-1 both mean never). */
export const NEVER_EXPIRES = '9223372036854775807';

/** Milliseconds from 1601-01-01 to 1970-01-01, both UTC. */
const EPOCH_OFFSET_MS = 11_644_473_600_000n;
const TICKS_PER_MS = 10_000n;

/** Many accounts end on the same few days: their times are worked out once, and are the same texts. */
const RECENT_EXPIRIES = 5000;

function recently<K>(textOf: (key: K) => string): (key: K) => string {
  const recent = new Map<K, string>();
  return (key) => {
    const known = recent.get(key);
    if (known !== undefined) return known;
    const text = textOf(key);
    if (recent.size >= RECENT_EXPIRIES) recent.clear();
    recent.set(key, text);
    return text;
  };
}

const textOfInstant = recently((instant: Instant) => new Date(instant).toISOString());
const textOfStored = recently((stored: string) =>
  textOfInstant(Number(BigInt(stored) / TICKS_PER_MS - EPOCH_OFFSET_MS)),
);

/** accountExpires as stored (100 ns intervals since 1601 UTC, decimal text) as ISO 8601 UTC, or `never`. */
export function expiryFromStored(stored: string): string {
  return stored === '0' || stored === NEVER_EXPIRES ? 'never' : textOfStored(stored);
}

/** ISO 8601 UTC, or `never` where there is no end. */
export function expiryFromInstant(instant: Instant | null): string {
  return instant === null ? 'never' : textOfInstant(instant);
}

/**
 * ISO 8601 UTC or `never` as accountExpires is stored.
 * @throws MusterError (`bug`) for any other text, so that a wrong time never becomes "no end".
 */
export function expiryToStored(expiry: string): string {
  if (expiry === 'never') return NEVER_EXPIRES;
  const ms = Date.parse(expiry);
  if (Number.isNaN(ms)) {
    throw new MusterError({
      remedy: 'bug',
      where: 'accountExpires',
      what: `\`${expiry}\` is neither an instant nor \`never\`.`,
      next: 'Please report this with the log of the run.',
    });
  }
  return ((BigInt(ms) + EPOCH_OFFSET_MS) * TICKS_PER_MS).toString();
}

/** Whether two stored expiries mean the same instant (0 and 2^63-1 do). */
export function sameExpiry(a: string | null, b: string | null): boolean {
  return a === b || (a !== null && b !== null && expiryFromStored(a) === expiryFromStored(b));
}

/** Whether the account may log in as far as userAccountControl says. */
export function isEnabled(userAccountControl: string): boolean {
  return (Number(userAccountControl) & ACCOUNT_DISABLE) === 0;
}

/** The same flags with only ACCOUNTDISABLE as wanted; a signed 32-bit decimal, as the attribute's syntax is (MS-ADTS 3.1.1.2.2.2.4). */
export function withEnabled(userAccountControl: string, enabled: boolean): string {
  const bits = Number(userAccountControl) | 0;
  return String(enabled ? bits & ~ACCOUNT_DISABLE : bits | ACCOUNT_DISABLE);
}
