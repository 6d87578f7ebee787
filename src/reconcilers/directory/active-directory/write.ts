/** Writing accounts: one atomic request each, guarded by the values that were read, and never repeated blindly. */
import { Attribute, Change } from 'ldapts';
import type { Secret } from '../../../secret.ts';
import { expiryToStored, NORMAL_ACCOUNT } from '../account-values.ts';
import { foldDn, isBelow, parentDn } from '../distinguished-name.ts';
import type { Account, DirectoryWriter, Modification, NewAccount } from '../port.ts';
import { NO_SUCH_ACCOUNT, NO_SUCH_UNIT, OUTSIDE_UNITS, refusal } from '../refusals.ts';
import { checkNewAccount, refuseProtected, type ValueChange, valueChanges } from '../value-changes.ts';
import { VALUE_SEPARATOR } from './entry.ts';
import { outcomeUnknown } from './failures.ts';
import { leaveGroups } from './memberships.ts';
import { type Desk, guidDn, pointRead } from './read.ts';
import { send } from './sending.ts';
import { unicodePwd } from './values.ts';

export function directoryWriter(desk: Desk): DirectoryWriter {
  return {
    create: (account) => create(desk, account),
    modify: (modification) => modify(desk, modification),
    leaveGroups: (guid, groups) => leaveGroups(desk, guid, groups),
    setPassword: (guid, password, mustChangePassword) => setPassword(desk, guid, password, mustChangePassword),
  };
}

/**
 * One Add with everything in it (MS-ADTS 3.1.1.5.2): Active Directory takes all of it or nothing, so a password that the
 * policy refuses leaves no account behind.
 */
async function create(desk: Desk, account: NewAccount): Promise<Account> {
  const step = `creating ${account.dn}`;
  checkNewAccount(account, desk.site, desk.rules);
  refuseOutside(desk, account.dn);
  const attributes = attributesOf(desk, account);
  const right = `create an account in ${parentDn(account.dn)}, or to write all of what it is made with`;
  await send(desk, { step, absent: NO_SUCH_UNIT, right }, () => desk.link.client.add(account.dn, attributes));
  // From here on the account exists: whatever fails now must not look as if it did not.
  try {
    const created = await pointRead(desk, account.dn, step);
    if (created !== null) return created;
  } catch (error) {
    throw outcomeUnknown(desk.link.server, step, error);
  }
  throw outcomeUnknown(desk.link.server, step, undefined);
}

function attributesOf(desk: Desk, account: NewAccount): Attribute[] {
  const texts: [string, string][] = [
    ['sAMAccountName', account.username],
    ['userPrincipalName', account.upn],
    ['userAccountControl', String(NORMAL_ACCOUNT)],
    ['accountExpires', expiryToStored(account.accountExpires)],
    [desk.site.markAttribute, account.mark],
  ];
  // pwdLastSet 0 is "must change at the next log-on" (MS-ADA3); left out, the server writes the present time.
  if (account.mustChangePassword) texts.push(['pwdLastSet', '0']);
  for (const [name, value] of Object.entries(account.attributes)) {
    if (value !== null && value !== '') texts.push([name, value]);
  }
  return [
    new Attribute({ type: 'objectClass', values: ['top', 'person', 'organizationalPerson', 'user'] }),
    new Attribute({ type: 'unicodePwd', values: [unicodePwd(account.password.reveal())] }),
    ...texts.map(([type, value]) => new Attribute({ type, values: [value] })),
  ];
}

/**
 * One Modify that deletes each old value and adds the new one (RFC 4511 4.6: all of it or nothing), so that a value
 * changed meanwhile makes the server refuse. Known edge, measured on Samba: where the new userAccountControl stands
 * already, a stale delete passes; the result is the one that was wanted.
 */
async function modify(desk: Desk, modification: Modification): Promise<void> {
  const values = valueChanges(modification, desk.site, desk.rules);
  const { password } = modification;
  if (values.length === 0 && password === undefined) return;
  const step = `changing ${modification.dn}`;
  const reset = password === undefined ? '' : 'reset the password and ';
  const right = `${reset}write ${values.map(({ attribute }) => attribute).join(', ')} of this account`;
  const changes = [...values.flatMap(guardedChange), ...(password === undefined ? [] : passwordChanges(password))];
  await send(desk, { step, absent: NO_SUCH_ACCOUNT, right }, () =>
    desk.link.client.modify(guidDn(modification.guid), changes),
  );
}

function guardedChange({ attribute, from, to }: ValueChange): Change[] {
  const changes: Change[] = [];
  // Where nothing stood, the plain add is the guard: these attributes take one value, so a second one is refused.
  if (from !== null) changes.push(change('delete', attribute, from.split(VALUE_SEPARATOR)));
  if (to !== null) changes.push(change('add', attribute, [to]));
  return changes;
}

async function setPassword(desk: Desk, guid: string, password: Secret, mustChangePassword: boolean): Promise<void> {
  const step = `setting the password of ${guid}`;
  const account = await pointRead(desk, guidDn(guid), step);
  if (account === null) throw refusal(`${desk.link.server}, ${step}`, NO_SUCH_ACCOUNT);
  refuseProtected(account.dn, account.protectedBecause);
  const changes = passwordChanges({ secret: password, mustChange: mustChangePassword });
  const right = 'reset the password of this account (and write pwdLastSet)';
  await send(desk, { step, absent: NO_SUCH_ACCOUNT, right }, () => desk.link.client.modify(guidDn(guid), changes));
}

/** A reset by an administrator is a replace, not a guarded delete and add, which would be the user's own change (MS-ADTS 3.1.1.3.1.5.1). */
function passwordChanges({ secret, mustChange }: NonNullable<Modification['password']>): Change[] {
  return [
    new Change({
      operation: 'replace',
      modification: new Attribute({ type: 'unicodePwd', values: [unicodePwd(secret.reveal())] }),
    }),
    change('replace', 'pwdLastSet', [mustChange ? '0' : '-1']),
  ];
}

function change(operation: 'add' | 'delete' | 'replace', type: string, values: string[]): Change {
  return new Change({ operation, modification: new Attribute({ type, values }) });
}

function refuseOutside(desk: Desk, dn: string): void {
  const folded = foldDn(dn);
  if (desk.units.some((unit) => isBelow(folded, unit))) return;
  throw refusal(`${desk.link.server}, creating ${dn}`, OUTSIDE_UNITS);
}
