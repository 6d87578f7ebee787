/** Who is protected, and that hidden values never pass for harmless ones. */
import { expect, test } from 'vitest';
import { PROTECTION_ATTRIBUTES, protectionOf } from '../../../src/reconcilers/directory/protection.ts';

const GROUPS = new Map([['member', 'CN=Emergency,DC=example,DC=org']]);
const RULES = { ownGuid: 'own', protected: new Set(['breakglass']), inGroups: GROUPS };
const ORDINARY: Readonly<Record<string, string | null>> = {
  sAMAccountName: 'ajensen',
  sAMAccountType: '805306368',
  userAccountControl: '512',
  objectSid: 'S-1-5-21-1-2-3-1104',
  adminCount: null,
  isCriticalSystemObject: null,
};

test('D15: an ordinary account is not protected', () => {
  expect(protectionOf('other', ORDINARY, RULES)).toBeNull();
  expect(protectionOf('other', { ...ORDINARY, adminCount: '0', isCriticalSystemObject: 'FALSE' }, RULES)).toBeNull();
});

test.each([
  ['the list, whatever the case', { sAMAccountName: 'BreakGlass' }],
  ['krbtgt', { sAMAccountName: 'KRBTGT' }],
  ['the key account of a read-only controller', { sAMAccountName: 'krbtgt_23451' }],
  ['adminCount', { adminCount: '1' }],
  ['a critical object', { isCriticalSystemObject: 'TRUE' }],
  ['a built-in account', { objectSid: 'S-1-5-21-1-2-3-500' }],
  ['a group', { sAMAccountType: '268435456' }],
  ['a computer', { sAMAccountType: '805306369' }],
  ['hidden flags', { userAccountControl: null }],
  ['a hidden SID', { objectSid: null }],
  ['a hidden name', { sAMAccountName: null }],
  ['a hidden type', { sAMAccountType: null }],
])('D15: protected by %s', (_, values) => {
  expect(protectionOf('other', { ...ORDINARY, ...values }, RULES)).toEqual(expect.any(String));
});

test('D15: the account that Muster logs in with is protected', () => {
  expect(protectionOf('own', ORDINARY, RULES)).toContain('Muster itself');
});

test('D15: a member of a protected group is protected, and the group is named', () => {
  expect(protectionOf('member', ORDINARY, RULES)).toBe('it is in the protected group CN=Emergency,DC=example,DC=org');
});

test.each(PROTECTION_ATTRIBUTES)('D15: a judgement without %s is refused, not mild', (attribute) => {
  const { [attribute]: _, ...less } = ORDINARY;
  expect(() => protectionOf('other', less, RULES)).toThrow(attribute);
});
