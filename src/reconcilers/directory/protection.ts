/** Accounts that nobody may touch: judged from raw values, the same way in the planner's reading and again before each write. */
import { MusterError } from '../../errors.ts';
import { fold } from '../../model/document.ts';
import { SAM_USER_OBJECT } from './account-values.ts';

/** Attributes that protection is judged by; each adapter reads them with every account. */
export const PROTECTION_ATTRIBUTES = [
  'sAMAccountName',
  'sAMAccountType',
  'userAccountControl',
  'objectSid',
  'adminCount',
  'isCriticalSystemObject',
] as const;

/** Relative identifiers below this belong to built-in accounts and groups (MS-ADTS 3.1.1.1.9.2, MS-DTYP 2.4.2.4). */
const FIRST_ORDINARY_RID = 1000;

/** What protection depends on besides the account itself. */
export interface ProtectionRules {
  /** objectGUID of the account that Muster itself is bound as; null where the directory has no such thing. */
  readonly ownGuid: string | null;
  /** sAMAccountNames, folded, of accounts that nobody may touch. */
  readonly protected: ReadonlySet<string>;
  /** objectGUIDs of everything inside the configured groups, nested ones included, each to the DN of such a group. */
  readonly inGroups: ReadonlyMap<string, string>;
}

type RawValues = Readonly<Record<string, string | null>>;

/**
 * Why an account must not be changed, in words that complete "It is protected: …", or null.
 *
 * What can't be read counts as protected: an account whose flags or identity are hidden is not one to write to.
 * @param raw values as the server holds them; every one of `PROTECTION_ATTRIBUTES` must be a key.
 * @throws MusterError (`bug`) where a key is missing, because a judgement over nothing would always be mild.
 */
export function protectionOf(guid: string, raw: RawValues, rules: ProtectionRules): string | null {
  const username = rawValue(raw, 'sAMAccountName');
  const sid = rawValue(raw, 'objectSid');
  const type = rawValue(raw, 'sAMAccountType');
  const flags = rawValue(raw, 'userAccountControl');
  const adminCount = rawValue(raw, 'adminCount');
  const critical = rawValue(raw, 'isCriticalSystemObject');

  if (guid === rules.ownGuid) return 'it is the account that Muster itself logs in with';
  const byName = username === null ? null : protectedName(username, rules);
  if (byName !== null) return byName;
  const group = rules.inGroups.get(guid);
  if (group !== undefined) return groupWords(group);
  if (critical !== null && critical.toUpperCase() === 'TRUE') return 'it is a critical system object';
  if (type !== null && type !== SAM_USER_OBJECT) return "it is a group, a computer or a trust, not a person's account";
  if (adminCount !== null && adminCount !== '0') return 'it is or was in an administrators group (adminCount is set)';
  if (sid !== null && ridOf(sid) < FIRST_ORDINARY_RID) return 'it is a built-in account of the domain';
  const hidden =
    username === null
      ? 'sAMAccountName'
      : hiddenAmong({ userAccountControl: flags, objectSid: sid, sAMAccountType: type });
  return hidden === null ? null : `its ${hidden} can't be read with the rights that Muster has`;
}

/** Why no account of this name may be changed or created, or null. */
export function protectedName(username: string, rules: Pick<ProtectionRules, 'protected'>): string | null {
  if (rules.protected.size > 0 && rules.protected.has(fold(username)))
    return 'it is in the configured list of protected accounts';
  // Read-only domain controllers have a key account of their own each: krbtgt_12345 (MS-ADTS 6.1.1.4.1).
  if (/^krbtgt(_\d+)?$/i.test(username)) return "it is the domain's Kerberos key account";
  return null;
}

/** Completes "It is protected: …". */
export function groupWords(group: string): string {
  return `it is in the protected group ${group}`;
}

function hiddenAmong(values: Readonly<Record<string, string | null>>): string | null {
  return Object.keys(values).find((name) => values[name] === null) ?? null;
}

function rawValue(raw: RawValues, attribute: (typeof PROTECTION_ATTRIBUTES)[number]): string | null {
  const value = raw[attribute];
  if (value === undefined) {
    throw new MusterError({
      remedy: 'bug',
      where: 'protection of accounts',
      what: `The value of ${attribute} was not handed over, so nobody can tell whether the account is protected.`,
      next: 'Please report this with the log of the run.',
    });
  }
  return value;
}

/** The last part of a SID in its text form (MS-DTYP 2.4.2.1); NaN compares as not below anything. */
function ridOf(sid: string): number {
  return Number(sid.slice(sid.lastIndexOf('-') + 1));
}
