/** Takes rights from Muster's service account, as a mistake in an access control list does. */
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import type { SambaDc } from './samba.ts';
import { PYTHON } from './samba-template.ts';

const DENY_SCRIPT = join(import.meta.dirname, 'samba-deny.py');

/**
 * @param rights as in SDDL (MS-DTYP 2.5.1.1): `LC` to see what lies in a unit, `WP` to write an account's attributes.
 * @returns gives them back, with the descriptor as it was.
 */
export async function deny(dc: SambaDc, dn: string, rights: 'LC' | 'WP'): Promise<() => Promise<void>> {
  const old = await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, dn, rights]);
  return async () => {
    await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, dn, '--restore', old.trim()]);
  };
}
