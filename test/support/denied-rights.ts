/** Takes rights from Muster's service account, as a mistake in an access control list does; or gives it one that it needs seldom. */
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import type { SambaDc } from './samba.ts';
import { PYTHON } from './samba-template.ts';

const ENTRY_SCRIPT = join(import.meta.dirname, 'samba-entry.py');
const DENY_SCRIPT = join(import.meta.dirname, 'samba-deny.py');

/** schemaIDGUIDs of single attributes (MS-ADA1 to MS-ADA3). */
const ATTRIBUTES = {
  company: 'f0f8ff88-1191-11d0-a060-00aa006c33ed',
  mobile: 'f0f8ffa3-1191-11d0-a060-00aa006c33ed',
  userAccountControl: 'bf967a68-0de6-11d0-a285-00aa003049e2',
};

/**
 * @param rights as in SDDL (MS-DTYP 2.5.1.1): `LC` to see what lies in a unit, `CC` to make something in it, `WP` to write an
 * account's attributes.
 * @param attribute the one that the right is about; all by default.
 * @returns gives them back, with the descriptor as it was.
 */
export async function deny(
  dc: SambaDc,
  dn: string,
  rights: 'LC' | 'CC' | 'WP' | 'RP',
  attribute?: keyof typeof ATTRIBUTES,
): Promise<() => Promise<void>> {
  const entry = attribute === undefined ? rights : `${rights};${ATTRIBUTES[attribute]}`;
  const old = await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, dn, entry]);
  return async () => {
    await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, dn, '--restore', old.trim()]);
  };
}

/** schemaIDGUID of member (MS-ADA2 2.44). */
const MEMBER = 'bf9679c0-0de6-11d0-a285-00aa003049e2';

/** Lets Muster's service account change who is in that group. */
export async function allowMembers(dc: SambaDc, group: string): Promise<void> {
  await runCommand(PYTHON, [ENTRY_SCRIPT, dc.smbConf, group, `(OA;;WP;${MEMBER};;SID)`]);
}
