/** A group of a real domain controller whose members may not send mail, in the hands of whoever administers the domain. */
import { join } from 'node:path';
import { activeDirectoryGroup, type GroupSite } from '../../src/reconcilers/directory/active-directory/group.ts';
import {
  type ActiveDirectoryInput,
  activeDirectorySchema,
} from '../../src/reconcilers/directory/active-directory/settings.ts';
import type { DirectoryGroupAdapter } from '../../src/reconcilers/directory/group-port.ts';
import { directoryGroup } from '../../src/reconcilers/mail-blocks/directory-group/adapter.ts';
import type { BlockListAdapter } from '../../src/reconcilers/mail-blocks/port.ts';
import { modify, valuesOf } from './directory-contents.ts';
import { runCommand } from './run-command.ts';
import type { SambaDc } from './samba.ts';
import { PYTHON } from './samba-template.ts';
import { sorted } from './story.ts';

const ENTRY_SCRIPT = join(import.meta.dirname, 'samba-entry.py');
const DENY_SCRIPT = join(import.meta.dirname, 'samba-deny.py');
/** schemaIDGUID of the attribute member (MS-ADA2 2.42). */
const MEMBER = 'bf9679c0-0de6-11d0-a285-00aa003049e2';
/** A universal security group (MS-ADTS 2.2.12), which Exchange wants. */
const UNIVERSAL = '-2147483640';

export interface MailGroup {
  readonly dn: string;
  directory(site?: Partial<GroupSite>): DirectoryGroupAdapter;
  adapter(site?: Partial<GroupSite>): BlockListAdapter;
  /** Names in the DNs of its members, in order. */
  members(): Promise<readonly string[]>;
  /** By hand, as administrator. */
  put(...dns: readonly string[]): Promise<void>;
  take(...dns: readonly string[]): Promise<void>;
  clear(): Promise<void>;
  /** @returns gives the right back */
  hide(): Promise<() => Promise<void>>;
  forbid(): Promise<() => Promise<void>>;
}

/** Makes the group, with the right to write its members for Muster's account. */
export async function makeMailGroup(
  dc: SambaDc,
  input: ActiveDirectoryInput,
  instance: string,
  name = 'Mail Blocked',
): Promise<MailGroup> {
  const dn = `CN=${name},OU=Elsewhere,${dc.baseDn}`;
  await makeGroup(dc, dn);
  await entry(dc, dn, `(OA;;WP;${MEMBER};;SID)`);
  const settings = activeDirectorySchema.parse(input);
  const directory: MailGroup['directory'] = (site = {}) =>
    activeDirectoryGroup(settings, { group: dn, markAttribute: 'adminDescription', protectedGroups: [], ...site });
  const change = (how: 'add' | 'delete', dns: readonly string[]) =>
    modify(dc, `dn: ${dn}\nchangetype: modify\n${how}: member\n${dns.map((one) => `member: ${one}\n`).join('')}-\n`);
  return {
    dn,
    directory,
    adapter: (site) => directoryGroup(directory(site), instance),
    members: async () => sorted((await valuesOf(dc, dn, 'member')).map((one) => /^CN=([^,]+)/.exec(one)?.[1] ?? one)),
    put: (...dns) => change('add', dns),
    take: (...dns) => change('delete', dns),
    clear: () => modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: member\n-\n`),
    hide: () => entry(dc, dn, `(OD;;RP;${MEMBER};;SID)`),
    forbid: () => entry(dc, dn, `(OD;;WP;${MEMBER};;SID)`),
  };
}

export async function makeGroup(dc: SambaDc, dn: string): Promise<void> {
  const name = /^CN=([^,]+)/.exec(dn)?.[1] ?? '';
  const values = `objectClass: group\nsAMAccountName: ${name}\ngroupType: ${UNIVERSAL}\n`;
  await modify(dc, `dn: ${dn}\nchangetype: add\n${values}`);
}

async function entry(dc: SambaDc, dn: string, text: string): Promise<() => Promise<void>> {
  const old = await runCommand(PYTHON, [ENTRY_SCRIPT, dc.smbConf, dn, text]);
  return async () => {
    await runCommand(PYTHON, [DENY_SCRIPT, dc.smbConf, dn, '--restore', old.trim()]);
  };
}
