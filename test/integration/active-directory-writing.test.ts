/** Writes to a real domain controller that meet other writers, lost answers, policies and protected accounts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Account, DirectoryConnection, DirectorySite, NewAccount } from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { bindOutcome, dump, highestCommittedUsn, modify, valuesOf } from '../support/directory-contents.ts';
import { isLdapWrite } from '../support/ldap-messages.ts';
import { refusal } from '../support/refusal.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const missing = missingForSamba();
const PASSWORD = 'Kar-Lil-Mose-42';
const ACCOUNT_DISABLE = 0x2;

/** Every flag of userAccountControl but ACCOUNTDISABLE and NORMAL_ACCOUNT (MS-ADTS 2.2.16, MS-SAMR 2.2.1.12). */
const OTHER_FLAGS = [
  0x1, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x800, 0x1000, 0x2000, 0x10000, 0x20000, 0x40000, 0x80000, 0x100000,
  0x200000, 0x400000, 0x800000, 0x1000000, 0x2000000, 0x4000000, 0x8000000,
];

describe.skipIf(missing.length > 0)('Writing to a real domain controller', () => {
  let dc: SambaDc;
  let fixture: ActiveDirectoryFixture;
  let site: DirectorySite;
  let connection: DirectoryConnection;
  let proxy: TcpProxy | undefined;
  let counter = 0;

  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
    site = {
      read: [dc.researchersOu],
      markAttribute: 'adminDescription',
      mappedAttributes: ['mobile'],
      protected: ['breakglass'],
    };
    connection = await fixture.connect(site);
  });
  afterAll(async () => {
    await connection?.close();
    await fixture?.stop();
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  const newAccount = (more: Partial<NewAccount> = {}): NewAccount => {
    counter += 1;
    const username = `writer${counter}`;
    return {
      dn: `CN=${username},${dc.researchersOu}`,
      username,
      upn: `${username}@example.org`,
      mark: `muster:test:${username}:${counter}`,
      password: new Secret(PASSWORD),
      mustChangePassword: true,
      accountExpires: 'never',
      attributes: { mobile: '+4520123456' },
      ...more,
    };
  };
  const reread = async (guid: string): Promise<Account> => {
    const [account] = await connection.reader.find({ guids: [guid] });
    if (account === undefined) throw new Error('The account is missing.');
    return account;
  };
  const throughProxy = async (settings = {}) => {
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    const urls = [`ldaps://${proxy.host}:${proxy.port}`];
    return { proxy, connection: await fixture.adapter(site, { urls, ...settings }).connect() };
  };

  test('an account made without must-change can log in at once, one with it must change first', async () => {
    const [now, later] = [newAccount({ mustChangePassword: false }), newAccount()];
    await connection.writer.create(now);
    await connection.writer.create(later);
    expect(await bindOutcome(dc, now.upn, PASSWORD)).toBe('bound');
    expect(await bindOutcome(dc, later.upn, PASSWORD)).toBe('must change');
    expect(await valuesOf(dc, later.dn, 'pwdLastSet')).toEqual(['0']);
    expect(await valuesOf(dc, later.dn, 'objectClass')).toEqual(['top', 'person', 'organizationalPerson', 'user']);
  });

  test('D9: each flag that the server lets an account have survives disabling and enabling', async () => {
    const { guid } = await connection.writer.create(newAccount());
    const survived: number[] = [];
    for (const flag of OTHER_FLAGS) {
      const flags = 0x200 | flag;
      const set = await fixture.set(guid, 'userAccountControl', String(flags)).then(
        () => true,
        () => false,
      );
      const before = await reread(guid);
      const stands = Number(before.raw.userAccountControl);
      if (!set || (stands & flag) === 0) continue;
      if (before.protectedBecause !== null) {
        await refusal(connection.writer.modify({ guid, dn: before.dn, raw: before.raw, enabled: false }));
        expect((await reread(guid)).raw).toEqual(before.raw);
        continue;
      }
      await connection.writer.modify({ guid, dn: before.dn, raw: before.raw, enabled: !before.enabled });
      const flipped = await reread(guid);
      expect(Number(flipped.raw.userAccountControl), `flag ${flag}`).toBe(stands ^ ACCOUNT_DISABLE);
      await connection.writer.modify({ guid, dn: before.dn, raw: flipped.raw, enabled: before.enabled });
      expect((await reread(guid)).raw, `flag ${flag}`).toEqual(before.raw);
      survived.push(flag);
    }
    expect(survived.length).toBeGreaterThanOrEqual(10);
  });

  test('D9: of many writers that read the same value, one changes it and the others are refused', async () => {
    const account = await connection.writer.create(newAccount());
    const others = await Promise.all([1, 2, 3, 4].map(() => fixture.connect(site)));
    const { guid, dn, raw } = account;
    const numbers = Array.from({ length: 16 }, (_, at) => `+4520${at}`);
    const writes = numbers.map((mobile, at) => others[at % 4]?.writer.modify({ guid, dn, raw, set: { mobile } }));
    const settled = await Promise.allSettled(writes);
    const winners = numbers.filter((_, at) => settled[at]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect((await reread(guid)).attributes.mobile).toBe(winners[0]);
    for (const other of others) await other.close();
  });

  test('D9: known edge of Samba: a stale guard passes only where the flags already are what was wanted', async () => {
    const { guid, dn, raw } = await connection.writer.create(newAccount());
    await connection.writer.modify({ guid, dn, raw, enabled: false });
    await connection.writer.modify({ guid, dn, raw, enabled: false });
    expect((await reread(guid)).raw.userAccountControl).toBe('514');
  });

  test('D10: a policy that becomes stricter during the run leaves no half-made account', async () => {
    const account = newAccount();
    const policy = (length: number) =>
      modify(dc, `dn: ${dc.baseDn}\nchangetype: modify\nreplace: minPwdLength\nminPwdLength: ${length}\n-\n`);
    await policy(PASSWORD.length + 1);
    const error = await refusal(connection.writer.create(account));
    await policy(7);
    expect(error).toMatchObject({ remedy: 'person', silence: null, what: expect.stringContaining('password policy') });
    expect(await dump(dc, dc.baseDn, `(sAMAccountName=${account.username})`)).toEqual(new Map());
    expect(await connection.writer.create(account)).toMatchObject({ username: account.username, enabled: true });
  });

  test('D11: a create whose answer is lost has an unknown outcome, and happened once', async () => {
    const through = await throughProxy();
    const account = newAccount();
    through.proxy.loseAnswer({ of: ({ ldap }) => ldap?.operation === 'add' });
    const error = await refusal(through.connection.writer.create(account));
    expect(error).toMatchObject({ remedy: 'retry', silence: 'unanswered', what: expect.stringContaining('unknown') });
    expect(through.proxy.lostAnswers).toBe(1);
    const found = await connection.reader.find({ usernames: [account.username] });
    expect(found).toMatchObject([{ mark: account.mark, enabled: true }]);
    expect(await bindOutcome(dc, account.upn, PASSWORD)).toBe('must change');
    const again = await refusal(connection.writer.create({ ...account, mark: 'muster:test:again:1' }));
    expect(again).toMatchObject({ remedy: 'person', silence: null });
  });

  test('D11: a create that is confirmed, but can no longer be read back, has an unknown outcome too', async () => {
    const through = await throughProxy();
    const account = newAccount();
    let added = false;
    through.proxy.onClientData = ({ ldap }) => {
      if (ldap?.operation === 'add') added = true;
      return added && ldap?.operation === 'search' ? 'reset' : 'pass';
    };
    expect(await refusal(through.connection.writer.create(account))).toMatchObject({ silence: 'unanswered' });
    expect(await connection.reader.find({ usernames: [account.username] })).toMatchObject([{ mark: account.mark }]);
  });

  test('D11: a change whose answer does not come in time has an unknown outcome, and repeating it is refused', async () => {
    const { guid, dn, raw } = await connection.writer.create(newAccount());
    // Long enough for the dozen questions of connecting, on a machine that does much else.
    const through = await throughProxy({ timeouts: { answerSeconds: 3 } });
    through.proxy.onServerData = ({ ldap }) => (ldap?.operation === 'modify answer' ? 'stall' : 'pass');
    const change = { guid, dn, raw, set: { mobile: '+4520654321' } };
    const error = await refusal(through.connection.writer.modify(change));
    expect(error).toMatchObject({ remedy: 'retry', silence: 'unanswered' });
    expect((await reread(guid)).attributes.mobile).toBe('+4520654321');
    const usn = await highestCommittedUsn(dc);
    expect(await refusal(connection.writer.modify(change))).toMatchObject({ silence: null });
    expect(await highestCommittedUsn(dc)).toBe(usn);
    await through.connection.close();
  });

  test('D11: when the connection breaks with many changes on the way, each is done once or not at all', async () => {
    const accounts = await Promise.all(Array.from({ length: 16 }, () => connection.writer.create(newAccount())));
    const through = await throughProxy();
    let writes = 0;
    through.proxy.onClientData = ({ ldap }) => {
      if (ldap !== undefined && isLdapWrite(ldap)) writes += 1;
      return writes > 8 ? 'reset' : 'pass';
    };
    const settled = await Promise.allSettled(
      accounts.map(({ guid, dn, raw }) => through.connection.writer.modify({ guid, dn, raw, enabled: false })),
    );
    const after = await connection.reader.find({ guids: accounts.map(({ guid }) => guid) });
    const enabled = new Map(after.map((account) => [account.guid, account.enabled]));
    for (const [at, { guid }] of accounts.entries()) {
      const outcome = settled[at];
      if (outcome?.status === 'fulfilled') expect(enabled.get(guid)).toBe(false);
      else expect(outcome?.reason).toMatchObject({ remedy: 'retry', silence: expect.any(String) });
    }
    expect([...enabled.values()].filter((is) => !is).length).toBeLessThanOrEqual(8);
  });

  test('D15: built-in accounts, groups, computers and the own account are protected, and refused again at the write', async () => {
    const usernames = ['Administrator', 'Guest', 'krbtgt', 'Domain Admins', 'Domain Users', 'DC1$', 'muster'];
    const found = await connection.reader.find({ usernames });
    expect(found).toHaveLength(usernames.length);
    const before = await highestCommittedUsn(dc);
    for (const { guid, dn, raw, protectedBecause } of found) {
      expect(protectedBecause, dn).not.toBeNull();
      const error = await refusal(connection.writer.modify({ guid, dn, raw, enabled: false }));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('protected') });
      expect(await refusal(connection.writer.setPassword(guid, new Secret(PASSWORD), true))).toMatchObject({
        remedy: 'person',
      });
    }
    expect(await highestCommittedUsn(dc)).toBe(before);
    const own = found.find(({ username }) => username === 'muster');
    expect(own?.protectedBecause).toContain('Muster itself');
  });

  test('D15: a member of an administrators group becomes protected as soon as the server marks it', async () => {
    const { guid, dn } = await connection.writer.create(newAccount());
    await modify(dc, `dn: <GUID=${guid}>\nchangetype: modify\nreplace: adminCount\nadminCount: 1\n-\n`);
    const { raw, protectedBecause } = await reread(guid);
    expect(protectedBecause).toContain('adminCount');
    await refusal(connection.writer.modify({ guid, dn, raw, enabled: false }));
  });

  test('what the account of Muster may not write is refused by the server, and says so', async () => {
    const outside = await fixture.add('outsider', fixture.foreignUnit);
    const { guid, dn, raw } = await reread(outside);
    const error = await refusal(connection.writer.modify({ guid, dn, raw, enabled: false }));
    expect(error).toMatchObject({ remedy: 'person', where: `${dc.ldapsUrl}, changing ${dn}`, silence: null });
    expect(error.what).toContain('does not have the right');
  });

  test('a value that the schema does not allow is refused, and says so', async () => {
    const { guid, dn, raw } = await connection.writer.create(newAccount());
    const error = await refusal(connection.writer.modify({ guid, dn, raw, set: { mobile: 'x'.repeat(70) } }));
    expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('form of a value') });
  });
});
