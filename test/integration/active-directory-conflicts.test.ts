/** Names that are taken and flags that somebody else sets: what Windows does and Samba does not, on the simulated controller. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { NewAccount } from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';
import { BASE, SimulatedTree, UNIT } from '../support/directory-simulator-tree.ts';
import { refusal } from '../support/refusal.ts';
import {
  accountOf,
  guidNumber,
  type SimulatedDirectory,
  simulatedDirectory,
  treeOfPeople,
} from '../support/simulated-directory.ts';

const NOBODY: ReadonlySet<string> = new Set();

let directory: SimulatedDirectory;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => directory?.stop());
afterAll(() => directory?.end());

function newAccount(username: string, more: Partial<NewAccount> = {}): NewAccount {
  return {
    dn: `CN=${username},${UNIT}`,
    username,
    upn: `${username}@example.org`,
    mark: `muster:test:${username}:1`,
    password: new Secret('Kar-Lil-Mose-42'),
    mustChangePassword: true,
    accountExpires: 'never',
    attributes: {},
    ...more,
  };
}

describe('D8: a name that is taken', () => {
  test('by the log-on name of an account in another domain of the forest: refused as taken, and nothing is left', async () => {
    const { tree } = await directory.start({ manners: { takenElsewhere: ['AJensen@example.org'] } });
    const { reader, writer } = await directory.connect();
    expect(await reader.find({ upns: ['ajensen@example.org'], usernames: ['ajensen'] })).toEqual([]);
    const before = tree.usn;
    const error = await refusal(writer.create(newAccount('ajensen')));
    expect(error).toMatchObject({
      remedy: 'person',
      silence: null,
      what: expect.stringContaining('userPrincipalName'),
    });
    expect(tree.usn).toBe(before);
    expect(await reader.find({ usernames: ['ajensen'] })).toEqual([]);
  });

  test('by somebody who was deleted: a tombstone keeps the username, is nobody’s account, and takes no name', async () => {
    const tree = treeOfPeople(2);
    tree.set(guidNumber(1), 'adminDescription', 'muster:test:p1:1');
    tree.remove(guidNumber(1));
    expect(tree.get(guidNumber(1)).values.get('samaccountname')?.values.map(String)).toEqual(['p1']);
    await directory.start({ tree });
    const { reader, writer } = await directory.connect();
    expect((await reader.readAll(NOBODY)).accounts.map(({ username }) => username)).toEqual(['p2']);
    expect(await reader.find({ usernames: ['p1'], guids: [guidNumber(1)] })).toEqual([]);
    const { guid } = await writer.create(newAccount('p1'));
    expect(guid).not.toBe(guidNumber(1));
    expect(await reader.readAll(new Set([guidNumber(1), guidNumber(2)]))).toMatchObject({ gone: [guidNumber(1)] });
  });

  test('by two controllers at once: the loser keeps its GUID under a mangled username and is nobody’s twin', async () => {
    // MS-ADTS 3.1.1.1.12: of two objects of one name, one gets CNF and its GUID into its name, and $DUPLICATE- into its username.
    const tree = new SimulatedTree();
    tree.add(`CN=p1,${UNIT}`, { adminDescription: 'muster:test:p1:1' }, 'user', guidNumber(1));
    const mangled = `CN=p1\\0ACNF:${guidNumber(2)},${UNIT}`;
    tree.add(
      mangled,
      { sAMAccountName: '$DUPLICATE-451', adminDescription: 'muster:test:p1:2' },
      'user',
      guidNumber(2),
    );
    await directory.start({ tree });
    const connection = await directory.connect();
    const { accounts } = await connection.reader.readAll(new Set([guidNumber(1), guidNumber(2)]));
    expect(accounts.map(({ username, guid }) => [username, guid])).toEqual([
      ['p1', guidNumber(1)],
      ['$DUPLICATE-451', guidNumber(2)],
    ]);
    expect(await connection.reader.find({ usernames: ['p1'] })).toMatchObject([{ guid: guidNumber(1) }]);
    // It still is the account of the ledger: shut out by its GUID, whatever it is called.
    const { guid, dn, raw } = await accountOf(connection, '$DUPLICATE-451');
    await connection.writer.modify({ guid, dn, raw, enabled: false });
    expect(tree.get(guidNumber(2)).values.get('useraccountcontrol')?.values.map(String)).toEqual(['514']);
    expect((await accountOf(connection, 'p1')).enabled).toBe(true);
  });

  test('by an object of that name that is no account', async () => {
    const { tree } = await directory.start({});
    tree.add(`CN=ajensen,${UNIT}`, { sAMAccountName: 'somebody' });
    tree.add(`CN=Berit,CN=Users,${BASE}`, { sAMAccountName: 'berit' }, 'group');
    const { reader, writer } = await directory.connect();
    for (const username of ['ajensen', 'berit']) {
      const error = await refusal(writer.create(newAccount(username)));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('username is taken') });
    }
    expect(await reader.find({ usernames: ['berit'] })).toMatchObject([
      { protectedBecause: expect.stringContaining('group') },
    ]);
  });
});

/** Every flag of userAccountControl that MS-ADTS 2.2.16 and MS-SAMR 2.2.1.13 name, but ACCOUNTDISABLE. */
const FLAGS = [
  0x1, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 0x800, 0x1000, 0x2000, 0x10000, 0x20000, 0x40000, 0x80000, 0x100000,
  0x200000, 0x400000, 0x800000, 0x1000000, 0x2000000, 0x4000000,
];
/** All of them; the highest bit of the attribute as well, which makes it a negative number. */
const ALL_FLAGS = [...FLAGS, 0x8000000, -0x80000000];

describe('D9: userAccountControl', () => {
  test('every flag, and every pair of them, survives disabling and enabling', async () => {
    const { tree } = await directory.start({ tree: treeOfPeople(1) });
    const connection = await directory.connect();
    const pairs = ALL_FLAGS.flatMap((one, at) => ALL_FLAGS.slice(at).map((other) => one | other));
    for (const flags of pairs) {
      tree.set(guidNumber(1), 'userAccountControl', String(flags));
      const { guid, dn, raw } = await accountOf(connection, 'p1');
      await connection.writer.modify({ guid, dn, raw, enabled: false });
      const disabled = await accountOf(connection, 'p1');
      expect([disabled.enabled, disabled.raw.userAccountControl]).toEqual([false, String(flags | 0x2)]);
      await connection.writer.modify({ guid, dn, raw: disabled.raw, enabled: true });
      expect((await accountOf(connection, 'p1')).raw.userAccountControl, flags.toString(16)).toBe(String(flags));
    }
  });

  test('whichever flag somebody else sets or clears just before the write, the write is refused and that one stays', async () => {
    const simulator = await directory.start({ tree: treeOfPeople(1) });
    const { tree } = simulator;
    const connection = await directory.connect();
    for (const flag of ALL_FLAGS) {
      for (const [before, after] of [
        [0x10200, 0x10200 | flag],
        [0x10200 | flag, 0x10200 & ~flag],
      ] as const) {
        if (before === after) continue;
        tree.set(guidNumber(1), 'userAccountControl', String(before));
        simulator.manners = {
          meanwhile: ({ operation }) => {
            if (operation === 'modify') tree.set(guidNumber(1), 'userAccountControl', String(after));
          },
        };
        const { guid, dn, raw } = await accountOf(connection, 'p1');
        const error = await refusal(connection.writer.modify({ guid, dn, raw, enabled: false }));
        expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('changed by someone else') });
        expect((await accountOf(connection, 'p1')).raw.userAccountControl).toBe(String(after));
      }
    }
  });
});
