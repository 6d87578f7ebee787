/** A Modification as guarded changes of single values, with every rule that must hold before anything is sent. */
import { MusterError } from '../../errors.ts';
import { fold } from '../../model/document.ts';
import { expiryToStored, sameExpiry, withEnabled } from './account-values.ts';
import { readMark } from './mark.ts';
import type { DirectorySite, Modification, NewAccount } from './port.ts';
import { type ProtectionRules, protectedName, protectionOf } from './protection.ts';

/** One value to swap: `from` must still stand. Null: absent. */
export interface ValueChange {
  readonly attribute: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Attributes that the adapters themselves look after; mapping one would give it two writers. Lower case. */
const RESERVED: ReadonlySet<string> = new Set([
  'dn',
  'objectclass',
  'objectcategory',
  'objectguid',
  'objectsid',
  'samaccountname',
  'samaccounttype',
  'userprincipalname',
  'useraccountcontrol',
  'unicodepwd',
  'pwdlastset',
  'accountexpires',
  'admincount',
  'iscriticalsystemobject',
  'cn',
  'name',
  'member',
  'memberof',
]);

/**
 * Refuses a site description that the adapters can't serve.
 * @throws MusterError (`person`) naming the attribute.
 */
export function checkSite(site: DirectorySite): void {
  const mark = site.markAttribute.toLowerCase();
  const seen = new Set<string>();
  for (const attribute of site.mappedAttributes) {
    const name = attribute.toLowerCase();
    if (RESERVED.has(name)) throw unusable(attribute, 'Muster writes it itself, so it can’t be mapped.');
    if (name === mark) throw unusable(attribute, 'it carries the ownership mark, so it can’t be mapped.');
    if (seen.has(name)) throw unusable(attribute, 'it is mapped twice.');
    seen.add(name);
  }
  if (RESERVED.has(mark)) throw unusable(site.markAttribute, 'it can’t carry the ownership mark.');
  if (site.read.length === 0) {
    throw new MusterError({
      remedy: 'person',
      where: 'configuration, directory.accounts.read',
      what: 'No organisational unit is named.',
      next: 'Name at least one, like OU=Researchers,DC=example,DC=org.',
    });
  }
}

/**
 * The values to swap for a modification; empty where nothing differs.
 * @throws MusterError (`person`) for a protected account or somebody else's mark; (`bug`) where a value to guard was not handed over.
 */
export function valueChanges(
  modification: Modification,
  site: DirectorySite,
  rules: ProtectionRules,
): readonly ValueChange[] {
  const { guid, dn, raw } = modification;
  refuseProtected(dn, protectionOf(guid, raw, rules));
  const changes: ValueChange[] = [];
  if (modification.enabled !== undefined) {
    const from = guarded(modification, 'userAccountControl') ?? '';
    changes.push({ attribute: 'userAccountControl', from, to: withEnabled(from, modification.enabled) });
  }
  if (modification.accountExpires !== undefined) {
    const from = guarded(modification, 'accountExpires');
    const to = expiryToStored(modification.accountExpires);
    changes.push({ attribute: 'accountExpires', from, to: sameExpiry(from, to) ? from : to });
  }
  if (modification.mark !== undefined) {
    const from = guarded(modification, site.markAttribute);
    if (from !== null && !sameOwner(from, modification.mark)) throw markTaken(dn, site.markAttribute, from);
    changes.push({ attribute: site.markAttribute, from, to: modification.mark });
  }
  for (const [attribute, to] of Object.entries(modification.set ?? {})) {
    if (!site.mappedAttributes.includes(attribute)) throw notMapped(dn, attribute);
    // LDAP knows no empty values (RFC 4512 section 2.2 has an attribute hold one or more): empty is absent.
    changes.push({ attribute, from: guarded(modification, attribute), to: to === '' ? null : to });
  }
  return changes.filter(({ from, to }) => from !== to);
}

/**
 * Refuses what must never be created: a protected username, or an attribute that is not mapped.
 * @throws MusterError
 */
export function checkNewAccount(account: NewAccount, site: DirectorySite, rules: ProtectionRules): void {
  refuseProtected(account.dn, protectedName(account.username, rules));
  for (const attribute of Object.keys(account.attributes)) {
    if (!site.mappedAttributes.includes(attribute)) throw notMapped(account.dn, attribute);
  }
}

/** @throws MusterError (`person`) where `because` is not null. */
export function refuseProtected(dn: string, because: string | null): void {
  if (because === null) return;
  throw new MusterError({
    remedy: 'person',
    where: dn,
    what: `The account is protected: ${because}.`,
    next: 'Somebody with the right to do so must act in the directory itself.',
  });
}

/** A mark of this instance for this person is not somebody else's, whichever attempt wrote it. */
function sameOwner(from: string, to: string): boolean {
  const [before, after] = [readMark(from), readMark(to)];
  if (before === null || after === null) return from === to;
  return before.instance === after.instance && fold(before.username) === fold(after.username);
}

function guarded(modification: Modification, attribute: string): string | null {
  const value = modification.raw[attribute];
  if (value !== undefined) return value;
  throw new MusterError({
    remedy: 'bug',
    where: modification.dn,
    what: `The value of ${attribute} as it was read was not handed over, so the change can't be guarded.`,
    next: 'Please report this with the log of the run.',
  });
}

function markTaken(dn: string, attribute: string, holds: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: dn,
    what: `${attribute} holds \`${holds}\`, which is somebody else's; it is never overwritten.`,
    next: 'Clear the attribute by hand if nobody needs it, or choose another mark attribute in the configuration.',
  });
}

function notMapped(dn: string, attribute: string): MusterError {
  return new MusterError({
    remedy: 'bug',
    where: dn,
    what: `${attribute} is not a mapped attribute.`,
    next: 'Please report this with the log of the run.',
  });
}

function unusable(attribute: string, because: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'configuration, directory.accounts',
    what: `The attribute \`${attribute}\` can't be used: ${because}`,
    next: 'Choose another attribute.',
  });
}
