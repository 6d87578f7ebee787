/** A real domain controller as the directory contract and the tests of the Active Directory adapter need it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import type { ActiveDirectoryInput } from '../../src/reconcilers/directory/active-directory/settings.ts';
import { guidText } from '../../src/reconcilers/directory/active-directory/values.ts';
import type { DirectoryAdapter, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import type { DirectoryFixture } from '../contracts/directory-bench.ts';
import { bindOutcome, highestCommittedUsn, modify, valuesOf } from './directory-contents.ts';
import { ldapCommand, type SambaDc } from './samba.ts';

export interface ActiveDirectoryFixture extends DirectoryFixture {
  readonly dc: SambaDc;
  /** The adapter as the service account, with other settings where given. */
  adapter(
    site: DirectorySite,
    settings?: Partial<ActiveDirectoryInput>,
    options?: { readonly resident?: boolean },
  ): DirectoryAdapter;
  /** Settings that reach the controller as the service account. */
  readonly settings: ActiveDirectoryInput;
}

/** Wraps a running controller; `stop` ends it. */
export async function activeDirectoryFixture(dc: SambaDc): Promise<ActiveDirectoryFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-ad-'));
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${dc.musterPassword}\n`, { mode: 0o600 });
  const settings: ActiveDirectoryInput = {
    urls: [dc.ldapsUrl],
    caFile: dc.caFile,
    bind: { user: dc.musterUser, passwordFile },
    base: dc.baseDn,
  };
  const adapter: ActiveDirectoryFixture['adapter'] = (site, more = {}, options = {}) =>
    activeDirectory({ ...settings, ...more }, site, options);
  return {
    dc,
    settings,
    adapter,
    unit: dc.researchersOu,
    innerUnit: `OU=CBS,${dc.researchersOu}`,
    emptyUnit: `OU=DTU,${dc.researchersOu}`,
    foreignUnit: `OU=Elsewhere,${dc.baseDn}`,
    connect: (site) => adapter(site).connect(),
    add: (username, unit, values = {}) => addAccount(dc, username, unit, values),
    set: async (guid, attribute, value) => {
      const line = value === null ? '' : `${attribute}: ${value}\n`;
      await modify(dc, `dn: <GUID=${guid}>\nchangetype: modify\nreplace: ${attribute}\n${line}-\n`);
    },
    move: async (guid, unit) => {
      const [dn = ''] = await valuesOf(dc, `<GUID=${guid}>`, 'distinguishedName');
      const [rdn = ''] = dn.split(',');
      await modify(dc, `dn: ${dn}\nchangetype: modrdn\nnewrdn: ${rdn}\ndeleteoldrdn: 1\nnewsuperior: ${unit}\n`);
    },
    remove: (guid) => modify(dc, `dn: <GUID=${guid}>\nchangetype: delete\n`),
    passwordIs: async (username, password) =>
      (await bindOutcome(dc, `${username}@example.org`, password)) !== 'wrong password',
    lastWrite: () => highestCommittedUsn(dc),
    stop: async () => {
      await rm(folder, { recursive: true, force: true });
      await dc.stop();
    },
  };
}

async function addAccount(
  dc: SambaDc,
  username: string,
  unit: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const dn = `CN=${username},${unit}`;
  const all = { sAMAccountName: username, userAccountControl: '512', ...values };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`);
  // Enabled accounts need a password on Windows; Samba enables them without.
  await modify(dc, `dn: ${dn}\nchangetype: add\nobjectClass: user\n${lines.join('')}`);
  return guidOf(dc, dn);
}

/** objectGUID of the object at `dn`, in text form. */
export async function guidOf(dc: SambaDc, dn: string): Promise<string> {
  const ldif = await ldapCommand(dc, 'ldapsearch', ['-LLL', '-s', 'base', '-b', dn, 'objectGUID']);
  const base64 = /^objectGUID:: (.+)$/m.exec(ldif)?.[1] ?? '';
  return guidText(Buffer.from(base64, 'base64'));
}
