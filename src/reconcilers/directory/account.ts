/** An account made out of the raw values that a directory holds: the same for every adapter. */
import { expiryFromStored, isEnabled } from './account-values.ts';
import type { Account, DirectorySite } from './port.ts';
import { PROTECTION_ATTRIBUTES, type ProtectionRules, protectionOf } from './protection.ts';

/** Attributes that every account is read with besides the mapped ones and the mark. */
export const ACCOUNT_ATTRIBUTES: readonly string[] = [...PROTECTION_ATTRIBUTES, 'userPrincipalName', 'accountExpires'];

/** All attributes to ask for, each once, in the spelling that `raw` uses as keys. */
export function attributesToRead(site: DirectorySite): readonly string[] {
  return [...new Set([...ACCOUNT_ATTRIBUTES, site.markAttribute, ...site.mappedAttributes])];
}

/** What was read of one object, before it is understood. */
export interface ReadObject {
  /** objectGUID in text form. */
  readonly guid: string;
  readonly dn: string;
  /** Every one of `attributesToRead`; absent ones null. */
  readonly raw: Readonly<Record<string, string | null>>;
  readonly managed: boolean;
}

/**
 * The account in canonical form. An account whose flags can't be read counts as enabled and is protected (see
 * `protectionOf`): somebody who should be shut out is then an alert and not a silence.
 */
export function accountOf(
  { guid, dn, raw, managed }: ReadObject,
  site: DirectorySite,
  rules: ProtectionRules,
): Account {
  const flags = raw.userAccountControl ?? null;
  return {
    guid,
    dn,
    username: raw.sAMAccountName ?? '',
    upn: raw.userPrincipalName ?? null,
    mark: raw[site.markAttribute] ?? null,
    enabled: flags === null || isEnabled(flags),
    accountExpires: expiryFromStored(raw.accountExpires ?? '0'),
    // The mapped ones are among the raw values: a hundred thousand accounts need no second copy of them.
    attributes: raw,
    protectedBecause: protectionOf(guid, raw, rules),
    raw,
    managed,
  };
}
