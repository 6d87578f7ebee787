/** The test harness itself: real domain controllers start, are filled, differ, freeze and end. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addUsers, bindOutcome, dump, highestCommittedUsn, modify, valuesOf } from '../support/directory-contents.ts';
import { answers } from '../support/loopback-address.ts';
import { CommandError, runCommand } from '../support/run-command.ts';
import { copyState, ldapCommand, missingForSamba, type SambaDc, snapshotState, startSamba } from '../support/samba.ts';

/** LDAP result code insufficientAccessRights, RFC 4511 appendix A. */
const INSUFFICIENT_ACCESS = 50;

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('a real Samba domain controller', () => {
  let dc: SambaDc;
  beforeAll(async () => {
    dc = await startSamba();
  });
  afterAll(async () => {
    await dc?.stop();
  });

  test('takes the service account over LDAPS with a checked certificate, and refuses one checked by another CA', async () => {
    expect(await asMuster(dc, 'ldapsearch', ['-s', 'base', '-b', '', 'tokenGroups'])).toContain('tokenGroups::');
    const credentials = ['-D', dc.musterUser, '-w', dc.musterPassword];
    const env = { LDAPTLS_CACERT: '/etc/ssl/certs/ca-certificates.crt', LDAPTLS_REQCERT: 'demand' };
    const search = ['-x', '-H', dc.ldapsUrl, ...credentials, '-s', 'base', '-b', ''];
    await expect(runCommand('ldapsearch', search, { env })).rejects.toThrow(CommandError);
  });

  test('lets the service account do all that Muster does to a user below Researchers', async () => {
    const dn = `CN=ajensen,OU=CBS,${dc.researchersOu}`;
    await asMuster(
      dc,
      'ldapmodify',
      [],
      newUser(dn, 'ajensen', 'Anna-Jensen-1', 'pwdLastSet: 0\nmobile: +4520123456\n'),
    );
    expect(await bindOutcome(dc, 'ajensen@example.org', 'Anna-Jensen-1')).toBe('must change');
    expect(await bindOutcome(dc, 'ajensen@example.org', 'Anna-Jensen-2')).toBe('wrong password');
    await asMuster(
      dc,
      'ldapmodify',
      [],
      `dn: ${dn}
changetype: modify
delete: userAccountControl
userAccountControl: 512
-
add: userAccountControl
userAccountControl: 514
-
replace: adminDescription
adminDescription: muster:test:ajensen:1
-
replace: accountExpires
accountExpires: 134000000000000000
-
replace: pwdLastSet
pwdLastSet: -1
-
replace: mobile
mobile: +4520654321
-
replace: unicodePwd
unicodePwd:: ${quotedPassword('Anna-Jensen-3')}
`,
    );
    const [values] = (await dump(dc, dn)).values();
    expect(values).toEqual(
      expect.arrayContaining([
        'userAccountControl: 514',
        'adminDescription: muster:test:ajensen:1',
        'accountExpires: 134000000000000000',
        'mobile: +4520654321',
      ]),
    );
    expect(await bindOutcome(dc, 'ajensen@example.org', 'Anna-Jensen-3')).toBe('disabled');
  });

  test('refuses the service account everything elsewhere', async () => {
    const elsewhere = newUser(`CN=bnielsen,OU=Elsewhere,${dc.baseDn}`, 'bnielsen', 'Bo-Nielsen-1', '');
    await expect(asMuster(dc, 'ldapmodify', [], elsewhere)).rejects.toMatchObject({ status: INSUFFICIENT_ACCESS });
    const administrator = `dn: CN=Administrator,CN=Users,${dc.baseDn}\nchangetype: modify\nreplace: mobile\nmobile: 1\n`;
    await expect(asMuster(dc, 'ldapmodify', [], administrator)).rejects.toMatchObject({ status: INSUFFICIENT_ACCESS });
  });

  test('counts writes, and nothing but writes', async () => {
    await addUsers(dc, [{ name: 'counted' }]);
    const before = await highestCommittedUsn(dc);
    const entries = await dump(dc, dc.baseDn);
    await asMuster(dc, 'ldapsearch', ['-b', dc.researchersOu, '(objectClass=user)']);
    expect(await highestCommittedUsn(dc)).toBe(before);
    expect(await dump(dc, dc.baseDn)).toEqual(entries);
    await modify(dc, setMobile(`CN=counted,${dc.researchersOu}`, '+4520111111'));
    expect(await highestCommittedUsn(dc)).toBe(before + 1);
    expect(await dump(dc, dc.baseDn)).not.toEqual(entries);
  });

  test('is filled with 1,500 accounts, more than a pool of RIDs, while it runs, and can still add one', async () => {
    const users = Array.from({ length: 1_500 }, (_, n) => ({
      name: `filled${n}`,
      parent: `OU=DTU,${dc.researchersOu}`,
      disabled: n % 2 === 1,
      ...(n === 0 ? { password: 'Filled-Passw0rd' } : {}),
      attributes: { adminDescription: `muster:other:filled${n}:1`, displayName: 'Åse Ørsted' },
    }));
    await addUsers(dc, users);
    const found = await dump(dc, `OU=DTU,${dc.researchersOu}`, '(userAccountControl=514)', ['adminDescription']);
    expect(found.size).toBe(750);
    expect(found.get(`CN=filled7,OU=DTU,${dc.researchersOu}`)).toEqual(['adminDescription: muster:other:filled7:1']);
    expect(await valuesOf(dc, `CN=filled7,OU=DTU,${dc.researchersOu}`, 'displayName')).toEqual(['Åse Ørsted']);
    expect(await bindOutcome(dc, 'filled0@example.org', 'Filled-Passw0rd')).toBe('bound');
    const dn = `CN=onemore,OU=DTU,${dc.researchersOu}`;
    await asMuster(dc, 'ldapmodify', [], newUser(dn, 'onemore', 'One-More-Passw0rd', ''));
  });

  test('adds all accounts or none, and takes any name as it is', async () => {
    const twice = [{ name: 'hostile, "=\\+' }, { name: 'twice' }, { name: 'twice' }];
    await expect(addUsers(dc, twice)).rejects.toThrow(CommandError);
    expect((await dump(dc, dc.researchersOu, '(cn=twice)')).size).toBe(0);
    await addUsers(dc, [{ name: 'hostile', attributes: { sAMAccountName: 'hostile' }, parent: dc.researchersOu }]);
    await addUsers(dc, [{ name: 'Holm, "Åse" \\ 1', attributes: { sAMAccountName: 'aholm' } }]);
    const [dn] = (await dump(dc, dc.researchersOu, '(sAMAccountName=aholm)')).keys();
    expect(dn).toBe(`CN=Holm\\, \\"Åse\\" \\\\ 1,${dc.researchersOu}`);
  });
});

describe.skipIf(missing.length > 0)('copies of a domain controller', () => {
  let dc: SambaDc;
  let dn: string;
  beforeAll(async () => {
    dc = await startSamba();
    dn = `CN=frozen,${dc.researchersOu}`;
    await addUsers(dc, [{ name: 'frozen', attributes: { mobile: '+4520000001' } }]);
  });
  afterAll(async () => {
    await dc?.stop();
  });

  test('are the same controller by name, at another address, and stay behind', async () => {
    const stale = await copyState(dc);
    try {
      expect(stale.address).not.toBe(dc.address);
      expect(await valuesOf(stale, '', 'dsServiceName')).toEqual(await valuesOf(dc, '', 'dsServiceName'));
      expect(await dump(stale, dc.baseDn)).toEqual(await dump(dc, dc.baseDn));
      await modify(dc, setMobile(dn, '+4520000002'));
      expect(await valuesOf(stale, dn, 'mobile')).toEqual(['+4520000001']);
      expect(await valuesOf(dc, dn, 'mobile')).toEqual(['+4520000002']);
      expect(await highestCommittedUsn(stale)).toBeLessThan(await highestCommittedUsn(dc));
    } finally {
      await stale.stop();
    }
  });

  test('can be gone back to, as after a restored backup', async () => {
    const snapshot = await snapshotState(dc);
    const before = await dump(dc, dc.baseDn);
    await modify(dc, setMobile(dn, '+4520000003'));
    await dc.rollBackTo(snapshot);
    expect(await dump(dc, dc.baseDn)).toEqual(before);
    await snapshot.remove();
    expect(existsSync(snapshot.path)).toBe(false);
  });

  test('a killed controller refuses connections and comes back with what it had', async () => {
    const before = await dump(dc, dc.baseDn);
    await dc.kill();
    expect(dc.pid).toBeUndefined();
    expect(await answers(dc.address, 636)).toBe(false);
    await dc.restart();
    expect(await dump(dc, dc.baseDn)).toEqual(before);
  });

  test('a stopped controller leaves no process and no directory', async () => {
    const short = await startSamba();
    const { pid } = short;
    if (pid === undefined) throw new Error('It should run.');
    process.kill(pid, 'SIGSTOP');
    await short.stop();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(short.directory)).toBe(false);
  });

  test('a controller does not outlive a killed test process, and the next start removes what it left', async () => {
    const harness = new URL('../support/samba.ts', import.meta.url).pathname;
    const script = `const { startSamba } = await import(${JSON.stringify(harness)});
      const dc = await startSamba();
      console.log(dc.pid + ' ' + dc.directory);
      process.kill(process.pid, 'SIGKILL');`;
    const killed = runCommand('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, script]);
    const [pid, directory = ''] = (await killed).trim().split(' ');
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 10_000 }).toBe(false);
    // Killed, it could not remove its directory; a start in another test may have done so in the meantime, as the next one does.
    expect(directory).not.toBe('');
    await (await startSamba()).stop();
    expect(existsSync(directory)).toBe(false);
  });
});

function asMuster(
  dc: SambaDc,
  tool: 'ldapsearch' | 'ldapmodify',
  args: readonly string[],
  input = '',
): Promise<string> {
  return ldapCommand(dc, tool, args, { credentials: ['-D', dc.musterUser, '-w', dc.musterPassword], input });
}

function newUser(dn: string, name: string, password: string, more: string): string {
  return `dn: ${dn}
changetype: add
objectClass: user
sAMAccountName: ${name}
userPrincipalName: ${name}@example.org
userAccountControl: 512
unicodePwd:: ${quotedPassword(password)}
${more}`;
}

function setMobile(dn: string, value: string): string {
  return `dn: ${dn}\nchangetype: modify\nreplace: mobile\nmobile: ${value}\n`;
}

/** In quotes and UTF-16LE, as MS-ADTS 3.1.1.3.1.5 wants unicodePwd, then in base64 for LDIF. */
function quotedPassword(password: string): string {
  return Buffer.from(`"${password}"`, 'utf16le').toString('base64');
}
