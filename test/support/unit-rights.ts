/** Takes one right over all accounts of a unit from Muster's service account, as a delegation that was forgotten does. */
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import type { SambaDc } from './samba.ts';
import { PYTHON } from './samba-template.ts';

const ENTRY_SCRIPT = join(import.meta.dirname, 'samba-entry.py');
const DENY_SCRIPT = join(import.meta.dirname, 'samba-deny.py');

/** schemaIDGUID of the class user (MS-ADSC 2.263). */
const USER = 'bf967aba-0de6-11d0-a285-00aa003049e2';
/** schemaIDGUIDs of attributes (MS-ADA1 to MS-ADA3). */
const ATTRIBUTES = {
  accountExpires: 'bf967915-0de6-11d0-a285-00aa003049e2',
  adminDescription: 'bf967919-0de6-11d0-a285-00aa003049e2',
  company: 'f0f8ff88-1191-11d0-a060-00aa006c33ed',
  mobile: 'f0f8ffa3-1191-11d0-a060-00aa006c33ed',
  pwdLastSet: 'bf967a0a-0de6-11d0-a285-00aa003049e2',
  userAccountControl: 'bf967a68-0de6-11d0-a285-00aa003049e2',
};
/** The control access right User-Force-Change-Password (MS-ADTS 5.1.3.2.1). */
const RESET_PASSWORD = '00299570-246d-11d0-a768-00aa006e0529';

export type WrittenAttribute = keyof typeof ATTRIBUTES;
export type UnitRight = 'create' | 'delete' | 'reset password' | { readonly write: WrittenAttribute };

function entriesFor(right: UnitRight): readonly string[] {
  if (right === 'create') return [`(OD;;CC;${USER};;SID)`];
  // By the unit over what is in it, and by the object over itself.
  if (right === 'delete') return [`(OD;;DC;${USER};;SID)`, `(OD;CIIO;SD;;${USER};SID)`];
  if (right === 'reset password') return [`(OD;CIIO;CR;${RESET_PASSWORD};${USER};SID)`];
  return [`(OD;CIIO;WP;${ATTRIBUTES[right.write]};${USER};SID)`];
}

/** @returns gives it back, with the descriptor as it was. */
export async function denyInUnit(dc: SambaDc, unit: string, right: UnitRight): Promise<() => Promise<void>> {
  const old = await runCommand(PYTHON, [ENTRY_SCRIPT, dc.smbConf, unit, ...entriesFor(right)]);
  return async () => {
    await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, unit, '--restore', old.trim()]);
  };
}
