/** Reads, compares and changes what a test domain controller holds, as an administrator with stock tools would. */
import { join } from 'node:path';
import { CommandError, runCommand } from './run-command.ts';
import { ldapCommand, type SambaDc } from './samba.ts';
import { PYTHON } from './samba-template.ts';

const USERS_SCRIPT = join(import.meta.dirname, 'samba-users.py');

/** Each reading is one paged search; the page only bounds memory. */
const PAGE = '1000';

/** NORMAL_ACCOUNT, and with ACCOUNTDISABLE (MS-ADTS 2.2.16). */
const ENABLED = '512';
const DISABLED = '514';

/** An account that exists before Muster comes. */
export interface TestUser {
  /** CN and sAMAccountName. */
  readonly name: string;
  /** DN of the OU it lies in; OU=Researchers by default. */
  readonly parent?: string;
  readonly disabled?: boolean;
  /** With it, the account can bind; without, it has no password at all (Samba allows that on an enabled account). */
  readonly password?: string;
  /** More attributes, or other values for those set by default (userPrincipalName, userAccountControl, pwdLastSet). */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Adds accounts straight into the database in one transaction, whether the controller runs or not: about 300 a
 * second. All of them or, when one is refused, none: then it throws `CommandError`.
 */
export async function addUsers(dc: SambaDc, users: readonly TestUser[]): Promise<void> {
  const entries = users.map((user) => ({
    name: user.name,
    parent: user.parent ?? dc.researchersOu,
    password: user.password ?? null,
    attributes: lists({
      objectClass: 'user',
      sAMAccountName: user.name,
      userPrincipalName: `${user.name}@example.org`,
      userAccountControl: user.disabled === true ? DISABLED : ENABLED,
      pwdLastSet: fileTimeNow(),
      ...user.attributes,
    }),
  }));
  await runCommand(PYTHON, [USERS_SCRIPT, dc.smbConf], { input: JSON.stringify(entries) });
}

/** Many people of an address book, who can't log in and cost a controller a tenth of an account. */
export async function addContacts(dc: SambaDc, parent: string, names: readonly string[]): Promise<void> {
  const entries = names.map((name) => ({
    name,
    parent,
    password: null,
    attributes: lists({ objectClass: 'contact' }),
  }));
  await runCommand(PYTHON, [USERS_SCRIPT, dc.smbConf], { input: JSON.stringify(entries) });
}

/**
 * Everything below `base` (the base included): DN to sorted LDIF lines (`name: value`, or `name:: base64`), with all
 * attributes including operational ones, so that two dumps are equal only if nothing was written between them
 * (uSNChanged). `attributes` narrows it down.
 */
export async function dump(
  dc: SambaDc,
  base: string,
  filter = '(objectClass=*)',
  attributes: readonly string[] = ['*', '+'],
): Promise<Map<string, readonly string[]>> {
  const format = ['-LLL', '-o', 'ldif-wrap=no', '-E', `pr=${PAGE}/noprompt`];
  const ldif = await ldapCommand(dc, 'ldapsearch', [...format, '-s', 'sub', '-b', base, filter, ...attributes]);
  const entries = new Map<string, readonly string[]>();
  for (const block of ldif.split('\n\n')) {
    // Comments and `# refldaps://…` continuation references are no entries.
    const [first, ...lines] = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (first !== undefined) entries.set(ldifValue(first), lines.sort());
  }
  return entries;
}

/** The values of one attribute of one entry as text; empty when it has none. Throws when there is no such entry. */
export async function valuesOf(dc: SambaDc, dn: string, attribute: string): Promise<string[]> {
  const format = ['-LLL', '-o', 'ldif-wrap=no', '-s', 'base', '-b', dn];
  const ldif = await ldapCommand(dc, 'ldapsearch', [...format, '(objectClass=*)', attribute]);
  const [, ...lines] = ldif.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map(ldifValue);
}

/** The update sequence number of the controller's newest write (MS-ADTS 3.1.1.3.2.5): any write at all raises it. */
export async function highestCommittedUsn(dc: SambaDc): Promise<number> {
  return Number((await valuesOf(dc, '', 'highestCommittedUSN'))[0]);
}

/**
 * Does what an administrator does by hand: LDIF change records (RFC 2849), in order, up to the first that is refused.
 * Throws `CommandError` with the LDAP result code as `status`.
 */
export async function modify(dc: SambaDc, ldif: string): Promise<void> {
  await ldapCommand(dc, 'ldapmodify', [], { input: ldif });
}

/** What a bind came to; all but `wrong password` prove that the password is the one in force. */
export type BindOutcome = 'bound' | 'wrong password' | 'must change' | 'disabled' | 'expired';

/** The Windows error after `data` in the answer to a refused bind (MS-ERREF 2.2). */
const BIND_REFUSALS: readonly (readonly [data: string, outcome: BindOutcome])[] = [
  ['52e', 'wrong password'],
  ['773', 'must change'],
  ['533', 'disabled'],
  ['701', 'expired'],
];

/**
 * Tries a simple bind over LDAPS with a user principal name. `wrong password` also stands for no such account. A
 * person's first successful bind writes lastLogonTimestamp and so raises highestCommittedUSN by one.
 */
export async function bindOutcome(dc: SambaDc, userPrincipalName: string, password: string): Promise<BindOutcome> {
  const credentials = ['-D', userPrincipalName, '-w', password];
  try {
    await ldapCommand(dc, 'ldapsearch', ['-s', 'base', '-b', '', 'currentTime'], { credentials });
    return 'bound';
  } catch (error) {
    const stderr = error instanceof CommandError ? error.stderr : '';
    const refusal = BIND_REFUSALS.find(([data]) => stderr.includes(`data ${data},`));
    if (refusal === undefined) throw error;
    return refusal[1];
  }
}

function lists(attributes: Readonly<Record<string, string | readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
  );
}

function ldifValue(line: string): string {
  const colon = line.indexOf(':');
  if (line[colon + 1] === ':') return Buffer.from(line.slice(colon + 2).trim(), 'base64').toString('utf8');
  return line.slice(colon + 1).trim();
}

/** Now, in 100 ns steps since 1601 (MS-DTYP FILETIME). */
function fileTimeNow(): string {
  const unixEpoch = 11_644_473_600_000n;
  return String((BigInt(Date.now()) + unixEpoch) * 10_000n);
}
