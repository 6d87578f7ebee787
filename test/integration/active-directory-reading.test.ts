/** Readings that look complete and are not: rights taken away, wrong places, stale copies, a connection that breaks. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sidText } from '../../src/reconcilers/directory/active-directory/values.ts';
import { accountDn, foldDn } from '../../src/reconcilers/directory/distinguished-name.ts';
import type { DirectoryConnection, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture, guidOf } from '../support/active-directory-fixture.ts';
import { addUsers, modify } from '../support/directory-contents.ts';
import { refusal } from '../support/refusal.ts';
import { runCommand } from '../support/run-command.ts';
import { copyState, ldapCommand, missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { startTwoFacedServer } from '../support/two-faced-server.ts';

const missing = missingForSamba();
const NOBODY: ReadonlySet<string> = new Set();
/** schemaIDGUID of userAccountControl (MS-ADA3). */
const USER_ACCOUNT_CONTROL = 'bf967a68-0de6-11d0-a285-00aa003049e2';

describe.skipIf(missing.length > 0)('Reading a real domain controller', () => {
  let dc: SambaDc;
  let fixture: ActiveDirectoryFixture;
  let musterSid: string;
  const open: DirectoryConnection[] = [];
  let proxy: TcpProxy | undefined;

  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
    musterSid = await sidOf(dc, `CN=muster,CN=Users,${dc.baseDn}`);
  });
  afterAll(() => fixture?.stop());
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
    await proxy?.close();
    proxy = undefined;
  });

  const siteOf = (...read: string[]): DirectorySite => ({
    read,
    markAttribute: 'adminDescription',
    mappedAttributes: ['mobile'],
    protected: [],
  });
  const connect = async (site: DirectorySite, settings = {}) => {
    const connection = await fixture.adapter(site, settings).connect();
    open.push(connection);
    return connection;
  };

  /** A fresh unit with so many marked accounts; gives their GUIDs. */
  const unitWith = async (name: string, count: number): Promise<{ unit: string; guids: readonly string[] }> => {
    const unit = `OU=${name},${dc.researchersOu}`;
    await modify(dc, `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    const names = Array.from({ length: count }, (_, at) => `${name.toLowerCase()}${at}`);
    const attributes = (username: string) => ({ adminDescription: `muster:test:${username}:1`, mobile: '+4520123456' });
    await addUsers(
      dc,
      names.map((username) => ({ name: username, parent: unit, attributes: attributes(username) })),
    );
    return { unit, guids: await Promise.all(names.map((username) => guidOf(dc, `CN=${username},${unit}`))) };
  };

  /** Adds entries (SDDL) to the access list of an object, while the controller runs. */
  const restrict = (dn: string, sddl: string) =>
    runCommand('samba-tool', [
      ...['dsacl', 'set', `--configfile=${dc.smbConf}`, '-H', join(dc.directory, 'private/sam.ldb')],
      ...[`--objectdn=${dn}`, `--sddl=${sddl}`],
    ]);

  test('D1: a unit whose accounts may no longer be listed reads as empty, which is not proven', async () => {
    const { unit, guids } = await unitWith('Listed', 3);
    const before = await connect(siteOf(unit));
    expect((await before.reader.readAll(new Set(guids))).accounts).toHaveLength(3);
    await restrict(unit, `(D;;LC;;;${musterSid})`);
    const after = await connect(siteOf(unit));
    expect((await after.reader.readAll(NOBODY)).accounts).toEqual([]);
    const error = await refusal(after.reader.readAll(new Set(guids)));
    expect(error).toMatchObject({ remedy: 'retry', where: `${dc.ldapsUrl}, reading accounts` });
    expect(error.what).toContain('3 of 3 accounts');
  });

  test('D1: flags that may no longer be read make the reading unproven', async () => {
    const { unit, guids } = await unitWith('Flags', 3);
    await restrict(unit, `(OD;CIIO;RP;${USER_ACCOUNT_CONTROL};;${musterSid})`);
    const { reader } = await connect(siteOf(unit));
    expect(await refusal(reader.readAll(new Set(guids)))).toMatchObject({
      what: expect.stringContaining('userAccountControl'),
    });
  });

  test('D16: where the flags of one account are hidden, that one is protected and the others are read', async () => {
    const { unit, guids } = await unitWith('Hidden', 3);
    const [first] = guids;
    const dn = `CN=hidden0,${unit}`;
    await restrict(dn, `(OD;;RP;${USER_ACCOUNT_CONTROL};;${musterSid})`);
    const { reader } = await connect(siteOf(unit));
    const { accounts } = await reader.readAll(new Set(guids));
    expect(accounts).toHaveLength(3);
    const protectedOnes = accounts.filter(({ protectedBecause }) => protectedBecause !== null);
    expect(protectedOnes).toMatchObject([{ guid: first, enabled: true }]);
  });

  test('D1: a domain that this server does not hold is refused at once', async () => {
    const settings = { base: 'DC=example,DC=net' };
    const error = await refusal(connect(siteOf('OU=Researchers,DC=example,DC=net'), settings));
    expect(error).toMatchObject({ remedy: 'person', where: expect.stringContaining('DC=example,DC=net') });
  });

  test('D1: an attribute that the schema does not know is refused, and does not pass for an empty one', async () => {
    const error = await refusal(connect({ ...siteOf(dc.researchersOu), mappedAttributes: ['mobile', 'mobil'] }));
    expect(error).toMatchObject({ remedy: 'person', what: 'The directory knows no attribute called mobil.' });
  });

  test('D5: a stale copy that lacks newer accounts of the ledger is not proven', async () => {
    const { unit } = await unitWith('Stale', 1);
    const stale = await copyState(dc);
    try {
      const newer = Array.from({ length: 6 }, (_, at) => `newer${at}`);
      await addUsers(
        dc,
        newer.map((name) => ({ name, parent: unit, attributes: { adminDescription: 'muster:test:x:1' } })),
      );
      const guids = new Set(await Promise.all(newer.map((name) => guidOf(dc, `CN=${name},${unit}`))));
      const fresh = await connect(siteOf(unit));
      expect((await fresh.reader.readAll(guids)).accounts).toHaveLength(7);
      const old = await connect(siteOf(unit), { urls: [stale.ldapsUrl] });
      expect(await refusal(old.reader.readAll(guids))).toMatchObject({ where: `${stale.ldapsUrl}, reading accounts` });
    } finally {
      await stale.stop();
    }
  });

  test('D5: a reading that the past answers, all of it or from some request on, does not count where the connection had shown more', async () => {
    const { unit, guids } = await unitWith('Onward', 2);
    const face = await startTwoFacedServer(dc);
    try {
      await face.freeze();
      await addUsers(dc, [{ name: 'onward9', parent: unit }]);
      const { reader } = await connect(siteOf(unit), { urls: [face.url] });
      face.countAnew();
      expect((await reader.readAll(new Set(guids))).accounts).toHaveLength(3);
      const { reads } = face;
      for (let first = 1; first <= reads; first += 1) {
        face.countAnew();
        face.readsFrom = (read) => (read >= first ? 'stale' : 'live');
        const error = await refusal(reader.readAll(new Set(guids)));
        expect(error.what, `from request ${first} of ${reads} on`).toContain('went back in time');
      }
    } finally {
      await face.close();
    }
  });

  test('D5: a run stays with its server: when that one breaks off, no other takes over', async () => {
    const { unit } = await unitWith('Pinned', 2);
    const [port, stale] = [636, await copyState(dc)];
    const through = await startProxy({ host: dc.address, port });
    const second = await startProxy({ host: stale.address, port });
    try {
      const urls = [through, second].map(({ host, port: at }) => `ldaps://${host}:${at}`);
      const { reader } = await connect(siteOf(unit), { urls });
      expect(reader.server).toBe(`${urls[0]} (DC1)`);
      await reader.readAll(NOBODY);
      through.resetConnections();
      await refusal(reader.readAll(NOBODY));
      await refusal(reader.find({ usernames: ['pinned0'] }));
      expect([through.accepted, second.accepted]).toEqual([1, 0]);
    } finally {
      await Promise.all([through.close(), second.close()]);
      await stale.stop();
    }
  });

  test('a connection lost in the middle of a reading fails it, and is not opened again without a login', async () => {
    const { unit, guids } = await unitWith('Broken', 20);
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    const { reader, writer } = await connect(siteOf(unit), { urls: [`ldaps://${proxy.host}:${proxy.port}`] });
    const [account] = await reader.find({ guids: guids.slice(0, 1) });
    if (account === undefined) throw new Error('The account is missing.');
    let entries = 0;
    proxy.onServerData = ({ ldap }) => {
      if (ldap?.operation === 'search entry') entries += 1;
      return entries > 10 ? 'reset' : 'pass';
    };
    expect(await refusal(reader.readAll(new Set(guids)))).toMatchObject({ remedy: 'retry' });
    proxy.passEverything();
    const sent: string[] = [];
    proxy.onClientData = ({ ldap }) => {
      sent.push(ldap?.operation ?? '');
      return 'pass';
    };
    const { guid, dn, raw } = account;
    const late = [
      reader.readAll(NOBODY),
      reader.find({ guids }),
      reader.now(),
      writer.modify({ guid, dn, raw, enabled: false }),
      writer.setPassword(guid, new Secret('Kar-Lil-Mose-42'), true),
    ];
    for (const work of late)
      expect(await refusal(work)).toMatchObject({ what: expect.stringContaining('connection is gone') });
    expect(proxy.accepted).toBe(1);
    expect(sent).toEqual([]);
  });

  test('an answer cut off at any byte never passes for a whole reading', async () => {
    const { unit, guids } = await unitWith('Cut', 5);
    proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc });
    const urls = [`ldaps://${proxy.host}:${proxy.port}`];
    let bytes = 0;
    proxy.onServerData = (piece) => {
      bytes += piece.bytes.length;
      return 'pass';
    };
    const { reader } = await connect(siteOf(unit), { urls });
    bytes = 0;
    await reader.readAll(new Set(guids));
    expect(bytes).toBeGreaterThan(2000);
    const CUTS = 50;
    for (let cut = 0; cut < CUTS; cut += 1) {
      proxy.passEverything();
      const { reader: cutOff } = await connect(siteOf(unit), { urls });
      proxy.cutAfter({
        from: 'server',
        bytes: Math.floor((bytes * cut) / CUTS) + 1,
        action: cut % 2 === 0 ? 'end' : 'reset',
      });
      expect(await refusal(cutOff.readAll(new Set(guids)))).toMatchObject({ remedy: 'retry' });
    }
  });

  test('D12: a search of the whole domain gets references from the server, and goes on without them', async () => {
    const raw = await ldapCommand(dc, 'ldapsearch', ['-b', dc.baseDn, '(sAMAccountName=muster)', 'dn']);
    expect(raw).toContain('ref: ldap');
    const { reader } = await connect(siteOf(dc.researchersOu));
    expect(await reader.find({ usernames: ['muster'] })).toMatchObject([{ username: 'muster', managed: false }]);
  });

  test('D13: names full of separators, escapes and spaces are made, found and changed as they are', async () => {
    const { unit } = await unitWith('Names', 0);
    const { reader, writer } = await connect(siteOf(unit));
    const names = [
      ' lead',
      'trail ',
      '#hash',
      'a,b',
      'a+b=c',
      'a\\',
      'a\\,OU=Elsewhere',
      '"q"',
      '<a;b>',
      'Ø*(å)',
      '漢字',
      'a  b',
      'é',
      '\\2c',
      'x/y',
    ];
    for (const [at, name] of names.entries()) {
      const username = `hostile${at}`;
      const dn = accountDn(name, unit);
      const account = await writer.create({
        ...{ dn, username, upn: `${username}@example.org`, mark: `muster:test:${username}:1` },
        ...{ password: new Secret('Kar-Lil-Mose-42'), mustChangePassword: true, accountExpires: 'never' },
        attributes: { mobile: null },
      });
      expect(foldDn(account.dn)).toBe(foldDn(dn));
      await writer.modify({ guid: account.guid, dn: account.dn, raw: account.raw, set: { mobile: '+4520123456' } });
      expect(await reader.find({ guids: [account.guid] })).toMatchObject([
        { managed: true, attributes: { mobile: '+4520123456' } },
      ]);
    }
    expect((await reader.readAll(NOBODY)).accounts).toHaveLength(names.length);
  });

  test('D7: a renamed account keeps its identity', async () => {
    const { unit, guids } = await unitWith('Renamed', 1);
    await modify(dc, `dn: CN=renamed0,${unit}\nchangetype: modrdn\nnewrdn: CN=Somebody Else\ndeleteoldrdn: 1\n`);
    const { reader, writer } = await connect(siteOf(unit));
    const { accounts, gone, moved } = await reader.readAll(new Set(guids));
    expect([accounts.length, gone, moved]).toEqual([1, [], []]);
    const [account] = accounts;
    if (account === undefined) throw new Error('The account is missing.');
    expect(account.dn).toBe(`CN=Somebody Else,${unit}`);
    await writer.modify({ guid: account.guid, dn: 'CN=renamed0', raw: account.raw, enabled: false });
    expect((await reader.find({ guids }))[0]?.enabled).toBe(false);
  });
});

async function sidOf(dc: SambaDc, dn: string): Promise<string> {
  const ldif = await ldapCommand(dc, 'ldapsearch', ['-LLL', '-s', 'base', '-b', dn, 'objectSid']);
  const bytes = Buffer.from(/^objectSid:: (.+)$/m.exec(ldif)?.[1] ?? '', 'base64');
  return sidText(bytes) ?? '';
}
