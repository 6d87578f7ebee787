/** Writes of the simulated domain controller, refused with the codes and words of Windows (RFC 4511 sections 4.6 to 4.8, MS-ADTS 3.1.1.5). */
import type { AttributeChange, LdapResult } from './directory-simulator-messages.ts';
import { SUCCESS } from './directory-simulator-messages.ts';
import type { SimulatedObject, SimulatedTree, Value } from './directory-simulator-tree.ts';
import { dnKey, parentOf } from './simulated-names.ts';

/** Attributes that take several values; every other takes one. Lower case. */
const MULTI_VALUED: ReadonlySet<string> = new Set([
  'objectclass',
  'member',
  'othermobile',
  'extensionname',
  'description',
]);
/** The default policy of a new domain (MS-SAMR 3.1.1.7.2). */
const PASSWORD_LENGTH_MIN = 7;
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const KINDS_MIN = 3;

const POLICY: LdapResult = {
  code: 53,
  text: '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0',
};
const NO_OBJECT: LdapResult = { code: 32, text: '0000208D: NameErr: DSID-0310028D, problem 2001 (NO_OBJECT), data 0' };
const EXISTS: LdapResult = { code: 68, text: '00002071: UpdErr: DSID-03050328, problem 6005 (ENTRY_EXISTS), data 0' };
const UPN_TAKEN: LdapResult = {
  code: 19,
  text: '000021C8: AtrErr: DSID-03200E88, #1: 0: 000021C8: problem 1005 (CONSTRAINT_ATT_TYPE), Att 90290 (userPrincipalName)',
};
const NO_VALUE: LdapResult = {
  code: 16,
  text: '00002085: AtrErr: DSID-03152D0B, problem 1001 (NO_ATTRIBUTE_OR_VAL), data 0',
};
const TWO_VALUES: LdapResult = {
  code: 19,
  text: '00002081: AtrErr: DSID-03152B2C, problem 1005 (CONSTRAINT_ATT_TYPE), data 0',
};
const SAME_VALUE: LdapResult = {
  code: 20,
  text: '00002083: AtrErr: DSID-03151830, problem 1006 (ATT_OR_VALUE_EXISTS), data 0',
};

export interface Accounts {
  readonly tree: SimulatedTree;
  /** By GUID. */
  readonly passwords: Map<string, string>;
}

/** Makes an object, all of it or nothing. */
export function addObject(
  { tree, passwords }: Accounts,
  dn: string,
  given: ReadonlyMap<string, readonly Buffer[]>,
  takenElsewhere: readonly string[],
): LdapResult {
  const text = (name: string) => given.get(name)?.[0]?.toString() ?? '';
  const parent = tree.find(parentOf(dn));
  if (parent === undefined || parent.deleted) return NO_OBJECT;
  const password = given.get('unicodePwd')?.[0];
  const living = [...tree.all()].filter(({ deleted }) => !deleted);
  const holds = (name: string) => (object: SimulatedObject) =>
    textOf(object, name).toLowerCase() === text(name).toLowerCase();
  if (tree.find(dn) !== undefined) return EXISTS;
  if (text('sAMAccountName') !== '' && living.some(holds('sAMAccountName'))) return EXISTS;
  const upns = takenElsewhere.map((upn) => upn.toLowerCase());
  if (
    text('userPrincipalName') !== '' &&
    (living.some(holds('userPrincipalName')) || upns.includes(text('userPrincipalName').toLowerCase()))
  )
    return UPN_TAKEN;
  if (password !== undefined && !isAcceptable(password)) return POLICY;
  const classes = given.get('objectClass')?.map(String) ?? [];
  const values = Object.fromEntries<readonly Value[]>(
    [...given].filter(([name]) => !['objectClass', 'unicodePwd'].includes(name)),
  );
  const guid = tree.add(
    dn,
    values,
    classes.includes('group') ? 'group' : classes.includes('organizationalUnit') ? 'organizationalUnit' : 'user',
  );
  if (password !== undefined) passwords.set(guid, plain(password));
  return SUCCESS;
}

/** Carries out the changes one after the other on a copy, and keeps the copy only where all of them went well. */
export function modifyObject(
  { tree, passwords }: Accounts,
  dn: string,
  changes: readonly AttributeChange[],
): LdapResult {
  const object = tree.find(dn);
  if (object === undefined || object.deleted) return NO_OBJECT;
  const after = new Map<string, { readonly name: string; readonly values: readonly Buffer[] }>();
  let password: string | null = null;
  for (const change of changes) {
    const key = change.name.toLowerCase();
    if (key === 'unicodepwd') {
      const [given] = change.values;
      if (given === undefined || !isAcceptable(given)) return POLICY;
      password = plain(given);
      continue;
    }
    const before =
      after.get(key)?.values ?? (key === 'member' ? memberNames(tree, object) : (object.values.get(key)?.values ?? []));
    const values = changed(before, change, MULTI_VALUED.has(key));
    if (!Array.isArray(values)) return values as LdapResult;
    after.set(key, { name: change.name, values });
  }
  if (password !== null) passwords.set(object.guid, password);
  const usn = tree.usn;
  const members = after.get('member');
  if (members !== undefined) setMembers(tree, object, members.values);
  after.delete('member');
  // One request is one update, however many attributes it has.
  tree.usn = usn;
  tree.update(object.guid, Object.fromEntries([...after.values()].map(({ name, values }) => [name, values])));
  return SUCCESS;
}

export function deleteObject({ tree }: Accounts, dn: string): LdapResult {
  const object = tree.find(dn);
  if (object === undefined || object.deleted) return NO_OBJECT;
  tree.remove(object.guid);
  return SUCCESS;
}

function changed(
  before: readonly Buffer[],
  { operation, values }: AttributeChange,
  isMulti: boolean,
): readonly Buffer[] | LdapResult {
  if (operation === 'replace') return values;
  const holds = (list: readonly Buffer[], value: Buffer) => list.some((one) => same(one, value));
  if (operation === 'delete') {
    if (before.length === 0 || values.some((value) => !holds(before, value))) return NO_VALUE;
    return values.length === 0 ? [] : before.filter((value) => !holds(values, value));
  }
  if (values.some((value) => holds(before, value))) return SAME_VALUE;
  return !isMulti && before.length + values.length > 1 ? TWO_VALUES : [...before, ...values];
}

function memberNames(tree: SimulatedTree, group: SimulatedObject): readonly Buffer[] {
  return tree.membersOf(group.guid).map(({ dn }) => Buffer.from(dn));
}

function setMembers(tree: SimulatedTree, group: SimulatedObject, names: readonly Buffer[]): void {
  const wanted = new Set(names.map((name) => tree.find(name.toString())?.guid ?? ''));
  const before = tree.membersOf(group.guid).map(({ guid }) => guid);
  tree.leave(
    group.guid,
    before.filter((guid) => !wanted.has(guid)),
  );
  tree.join(
    group.guid,
    [...wanted].filter((guid) => guid !== '' && !before.includes(guid)),
  );
}

/** Directory strings ignore case; names compare as names. */
function same(a: Buffer, b: Buffer): boolean {
  const [left, right] = [a.toString(), b.toString()];
  if (/^CN=/i.test(left) && /^CN=/i.test(right)) return dnKey(left) === dnKey(right);
  return left.toLowerCase() === right.toLowerCase();
}

function textOf(object: SimulatedObject, name: string): string {
  return object.values.get(name.toLowerCase())?.values[0]?.toString() ?? '';
}

function plain(unicodePwd: Buffer): string {
  return unicodePwd.toString('utf16le').slice(1, -1);
}

function isAcceptable(unicodePwd: Buffer): boolean {
  const text = plain(unicodePwd);
  const isQuoted = unicodePwd.toString('utf16le') === `"${text}"`;
  return isQuoted && text.length >= PASSWORD_LENGTH_MIN && KINDS.filter((kind) => kind.test(text)).length >= KINDS_MIN;
}
