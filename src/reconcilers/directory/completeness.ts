/** The proof that a reading of the managed units is complete: what must have come back, and what to do about what did not. */
import { MusterError } from '../../errors.ts';
import { inHexOrder } from '../../model/hex-order.ts';
import type { Account, DirectorySite, Reading } from './port.ts';

/**
 * Accounts of the ledger that may be missing from one reading without an operator's word: so many people leave or are
 * deleted by hand between two passes; a right or a replica that is lost takes far more.
 */
const GONE_ALWAYS_ALLOWED = 5;
const GONE_ALLOWED_SHARE = 0.01;

/** Attributes that every person's account has (MS-ADTS 3.1.1.3, MS-SAMR 3.1.1.8): none of them anywhere means a missing right. */
const ON_EVERY_ACCOUNT = [
  'sAMAccountName',
  'sAMAccountType',
  'userAccountControl',
  'objectSid',
  'accountExpires',
] as const;

/** What is known before the reading, and ways to look again for what did not come back. */
export interface Expectation {
  readonly server: string;
  readonly site: DirectorySite;
  readonly knownGuids: ReadonlySet<string>;
  /** How many accounts of the ledger have a value in each attribute. */
  readonly valued: ReadonlyMap<string, number>;
  /** Accounts with these GUIDs anywhere in the domain. */
  find(guids: readonly string[]): Promise<readonly Account[]>;
  /** One account by its GUID alone, by another way than `find`; null: it does not exist. */
  point(guid: string): Promise<Account | null>;
}

/** How many of `known` accounts may turn out to be gone: max(5, 1 %). */
export function goneAllowed(known: number): number {
  return Math.max(GONE_ALWAYS_ALLOWED, Math.floor(known * GONE_ALLOWED_SHARE));
}

/**
 * Turns what the managed units gave into a Reading, or refuses to.
 *
 * - Nothing came back although accounts are known: not proven, however few they are.
 * - An attribute that every account has was on none: a right is missing.
 * - The mark was on none of more than `goneAllowed` known accounts, or a mapped attribute on no account although more
 *   than that many known accounts should have it: a right is missing. A mapped attribute that nobody is known to
 *   have may be absent everywhere; and where few should have it, the guarded write itself fails should a value be hidden.
 * - Every known GUID is looked for, twice and in two ways, before it counts as gone.
 * @param read accounts of the managed units by GUID
 * @param accounts the same in the order of their GUIDs
 * @throws MusterError (`retry`) that names the server and what is missing.
 */
export async function proven(
  read: ReadonlyMap<string, Account>,
  expected: Expectation,
  accounts: readonly Account[] = inOrder(read),
): Promise<Omit<Reading, 'reach'>> {
  const missing: string[] = [];
  for (const guid of expected.knownGuids) if (!read.has(guid)) missing.push(guid);
  proveAttributes(read, expected, expected.knownGuids.size - missing.length);
  const found = missing.length === 0 ? [] : await expected.find(missing);
  const foundGuids = new Set(found.map(({ guid }) => guid));
  const elsewhere = [...found];
  const gone: string[] = [];
  for (const guid of missing) {
    if (foundGuids.has(guid)) continue;
    const account = await expected.point(guid);
    if (account !== null) elsewhere.push(account);
    else gone.push(guid);
    if (gone.length > goneAllowed(expected.knownGuids.size)) throw tooManyGone(missing.length, expected);
  }
  if (accounts.length === 0 && gone.length > 0 && elsewhere.length === 0) throw tooManyGone(gone.length, expected);
  const late = elsewhere.filter(({ managed }) => managed);
  return {
    // One that was moved into a managed unit while its neighbours were read is no less managed.
    accounts:
      late.length === 0 ? accounts : inOrder(new Map([...read, ...late.map((one) => [one.guid, one] as const)])),
    moved: elsewhere.filter(({ managed }) => !managed),
    gone,
  };
}

/** In the order of their GUIDs: that of servers and pages must not show in what a pass records. */
export function inOrder(read: ReadonlyMap<string, Account>): readonly Account[] {
  return inHexOrder([...read.values()], ({ guid }) => guid);
}

/** @param returned known accounts that came back */
function proveAttributes(read: ReadonlyMap<string, Account>, expected: Expectation, returned: number): void {
  if (read.size === 0) return;
  const missing = new Set<string>(ON_EVERY_ACCOUNT);
  const allowed = goneAllowed(expected.knownGuids.size);
  for (const [attribute, count] of expected.valued) if (count > allowed) missing.add(attribute);
  if (returned > allowed) missing.add(expected.site.markAttribute);
  for (const { raw } of read.values()) {
    for (const attribute of missing) {
      const value = raw[attribute];
      if (value !== null && value !== undefined) missing.delete(attribute);
    }
    if (missing.size === 0) return;
  }
  throw new MusterError({
    remedy: 'retry',
    where: `${expected.server}, reading accounts`,
    what: `Not one of ${read.size} accounts came with a value in ${[...missing].join(', ')}, so the reading does not count.`,
    next: 'Check that the account Muster logs in with may read that attribute in the managed units.',
  });
}

function tooManyGone(missing: number, expected: Expectation): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `${expected.server}, reading accounts`,
    what: `${missing} of ${expected.knownGuids.size} accounts that Muster knows did not come back, so the reading does not count.`,
    next: 'Check the rights of the account Muster logs in with, the configured units, and whether this server is up to date; if they were really deleted, say so with "muster ledger rebuild".',
  });
}
