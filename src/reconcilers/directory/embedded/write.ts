/** Writing to the embedded directory: the refusals of a real one, and the same guards against changes made meanwhile. */
import { randomUUID } from 'node:crypto';
import type { Secret } from '../../../secret.ts';
import { expiryToStored, NORMAL_ACCOUNT, SAM_USER_OBJECT } from '../account-values.ts';
import { foldDn, isBelow, parentDn } from '../distinguished-name.ts';
import type { Account, DirectoryWriter, Modification, NewAccount } from '../port.ts';
import {
  CHANGED_MEANWHILE,
  NAME_TAKEN,
  NO_SUCH_ACCOUNT,
  NO_SUCH_UNIT,
  OUTSIDE_UNITS,
  PASSWORD_REFUSED,
  refusal,
  UPN_TAKEN,
} from '../refusals.ts';
import { checkNewAccount, refuseProtected, type ValueChange, valueChanges } from '../value-changes.ts';
import type { Contents, Stored } from './contents.ts';
import { hashPassword, isAcceptable } from './password.ts';
import { accountFrom, type Desk } from './read.ts';

/** Relative identifiers of ordinary accounts begin above those of the built-in ones (MS-DTYP 2.4.2.4). */
const FIRST_RID = 1000;

export function embeddedWriter(desk: Desk): DirectoryWriter {
  return {
    create: (account) => create(desk, account),
    modify: (modification) => modify(desk, modification),
    // Groups are no part of it.
    leaveGroups: async () => undefined,
    setPassword: (guid, password, mustChangePassword) => setPassword(desk, guid, password, mustChangePassword),
  };
}

async function create(desk: Desk, account: NewAccount): Promise<Account> {
  desk.assertOpen();
  const where = `${desk.server}, creating ${account.dn}`;
  checkNewAccount(account, desk.site, desk.rules);
  const folded = foldDn(account.dn);
  if (!desk.units.some((unit) => isBelow(folded, unit))) throw refusal(where, OUTSIDE_UNITS);
  const password = await hashed(where, account.password);
  const guid = randomUUID();
  await desk.file.write((contents) => {
    refuseTaken(where, account, contents);
    return [{ put: { guid, dn: account.dn, values: valuesOf(desk, account, contents), password } }];
  });
  const contents = await desk.file.read();
  const created = contents.get(guid);
  if (created === undefined) throw refusal(where, NO_SUCH_ACCOUNT);
  return accountFrom(desk, created, contents);
}

function refuseTaken(where: string, account: NewAccount, contents: Contents): void {
  if (!contents.foldedUnits.has(foldDn(parentDn(account.dn)))) throw refusal(where, NO_SUCH_UNIT);
  if (contents.byDn(account.dn) || contents.byUsername(account.username)) throw refusal(where, NAME_TAKEN);
  if (contents.byUpn(account.upn)) throw refusal(where, UPN_TAKEN);
}

function valuesOf(desk: Desk, account: NewAccount, contents: Contents): Record<string, string> {
  const values: Record<string, string> = {
    sAMAccountName: account.username,
    sAMAccountType: SAM_USER_OBJECT,
    userPrincipalName: account.upn,
    userAccountControl: String(NORMAL_ACCOUNT),
    accountExpires: expiryToStored(account.accountExpires),
    // The number of the write is as good as a counter of its own: it never comes back.
    objectSid: `S-1-5-21-1-2-3-${FIRST_RID + contents.usn + 1}`,
    [desk.site.markAttribute]: account.mark,
    pwdLastSet: account.mustChangePassword ? '0' : '-1',
  };
  for (const [name, value] of Object.entries(account.attributes)) {
    if (value !== null && value !== '') values[name] = value;
  }
  return values;
}

async function modify(desk: Desk, modification: Modification): Promise<void> {
  desk.assertOpen();
  const where = `${desk.server}, changing ${modification.dn}`;
  const changes = valueChanges(modification, desk.site, desk.rules);
  const { password } = modification;
  if (changes.length === 0 && password === undefined) return;
  const renewed = password === undefined ? {} : { password: await hashed(where, password.secret) };
  const due = password === undefined ? {} : { pwdLastSet: password.mustChange ? '0' : '-1' };
  await desk.file.write((contents) => {
    const stored = existing(where, modification.guid, contents);
    return [{ put: { ...stored, values: { ...swapped(where, stored, changes), ...due }, ...renewed } }];
  });
}

function swapped(where: string, stored: Stored, changes: readonly ValueChange[]): Record<string, string> {
  const values = { ...stored.values };
  for (const { attribute, from, to } of changes) {
    if ((values[attribute] ?? null) !== from) throw refusal(where, CHANGED_MEANWHILE);
    if (to === null) delete values[attribute];
    else values[attribute] = to;
  }
  return values;
}

async function setPassword(desk: Desk, guid: string, password: Secret, mustChangePassword: boolean): Promise<void> {
  desk.assertOpen();
  const where = `${desk.server}, setting the password of ${guid}`;
  const hash = await hashed(where, password);
  await desk.file.write((contents) => {
    const stored = existing(where, guid, contents);
    refuseProtected(stored.dn, accountFrom(desk, stored, contents).protectedBecause);
    const values = { ...stored.values, pwdLastSet: mustChangePassword ? '0' : '-1' };
    return [{ put: { ...stored, values, password: hash } }];
  });
}

async function hashed(where: string, password: Secret): Promise<string> {
  const text = password.reveal();
  if (!isAcceptable(text)) throw refusal(where, PASSWORD_REFUSED);
  return hashPassword(text);
}

function existing(where: string, guid: string, contents: Contents): Stored {
  const stored = contents.get(guid);
  if (stored === undefined) throw refusal(where, NO_SUCH_ACCOUNT);
  return stored;
}
