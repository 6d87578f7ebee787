/** Groups whose members nobody may touch: read range by range from the simulated controller, whatever happens on the way. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryConnection } from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';
import type { Asked, Manners } from '../support/directory-simulator-manners.ts';
import { BASE, type SimulatedTree, UNIT } from '../support/directory-simulator-tree.ts';
import { refusal } from '../support/refusal.ts';
import {
  accountOf,
  guidNumber,
  type SimulatedDirectory,
  simulatedDirectory,
  treeOfPeople,
} from '../support/simulated-directory.ts';

const EMERGENCY = `CN=Emergency,CN=Users,${BASE}`;
const NOBODY: ReadonlySet<string> = new Set();

let directory: SimulatedDirectory;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => directory?.stop());
afterAll(() => directory?.end());

/** `people` accounts in the unit, of which `p1` to `p<members>` are in the group. */
function treeWithGroup(people: number, members: number): { tree: SimulatedTree; group: string } {
  const tree = treeOfPeople(people);
  const group = tree.add(EMERGENCY, {}, 'group');
  tree.join(
    group,
    Array.from({ length: members }, (_, at) => guidNumber(at + 1)),
  );
  return { tree, group };
}

/** A connection that protects the group, and whom its reading shows as protected by it. */
async function connectTo(
  tree: SimulatedTree,
  manners: Manners = {},
  groups = [EMERGENCY],
): Promise<DirectoryConnection> {
  await directory.start({ tree, manners });
  return await directory.connect({ protectedGroups: groups });
}

async function protectedNames({ reader }: DirectoryConnection): Promise<readonly string[]> {
  const { accounts } = await reader.readAll(NOBODY);
  return accounts.flatMap(({ username, protectedBecause }) => (protectedBecause === null ? [] : [username]));
}

const asksRange = ({ attributes }: Asked) => attributes.some((name) => name.startsWith('member'));

describe('D3: a group is read whole', () => {
  test.each([0, 1, 1499, 1500, 1501, 3000, 3001])('with %i members', async (members) => {
    const { tree } = treeWithGroup(members + 2, members);
    const connection = await connectTo(tree);
    expect(await protectedNames(connection)).toHaveLength(members);
    expect((await accountOf(connection, `p${members + 1}`)).protectedBecause).toBeNull();
    const asked = directory.simulator.asked.filter(asksRange);
    expect(asked).toHaveLength(Math.max(1, Math.ceil(members / 1500)));
  });

  test('with 20,000 members, and one that is not', async () => {
    const { tree } = treeWithGroup(20_001, 20_000);
    const connection = await connectTo(tree);
    expect(connection.remarks).toEqual([`20000 accounts and groups are protected by being in ${EMERGENCY}.`]);
    for (const [username, isInside] of [
      ['p1', true],
      ['p1501', true],
      ['p20000', true],
      ['p20001', false],
    ] as const) {
      expect((await accountOf(connection, username)).protectedBecause !== null, username).toBe(isInside);
    }
  });

  test.each([0, 1, 2, 3])('and again from the start where it changed before range %i was given', async (at) => {
    const { tree, group } = treeWithGroup(6000, 5998);
    let [ranges, done] = [0, false];
    const manners: Manners = {
      meanwhile: (asked, changing) => {
        if (!asksRange(asked) || done || ranges++ < at) return;
        // One leaves at the front and one joins at the end: what follows moves up by one, and the number stays the same.
        changing.leave(group, [guidNumber(1)]);
        changing.join(group, [guidNumber(5999)]);
        done = true;
      },
    };
    const names = new Set(await protectedNames(await connectTo(tree, manners)));
    expect([names.size, names.has('p1'), names.has('p5999'), names.has('p1501')]).toEqual([5998, false, true, true]);
  });

  test('also where it shrank to less than was read already', async () => {
    const { tree, group } = treeWithGroup(4000, 4000);
    let ranges = 0;
    const manners: Manners = {
      meanwhile: (asked, changing) => {
        if (asksRange(asked) && ++ranges === 2)
          changing.leave(
            group,
            Array.from({ length: 3000 }, (_, at) => guidNumber(at + 1)),
          );
      },
    };
    expect(await protectedNames(await connectTo(tree, manners))).toHaveLength(1000);
  });

  test('and where it never stops changing, the reading does not count', async () => {
    const { tree, group } = treeWithGroup(2000, 2000);
    const manners: Manners = {
      meanwhile: (asked, changing) => {
        if (asksRange(asked)) changing.set(group, 'description', `change ${changing.usn}`);
      },
    };
    const { reader } = await connectTo(tree, manners);
    const error = await refusal(reader.readAll(NOBODY));
    expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('5 times in a row') });
    expect(directory.simulator.asked.filter(asksRange)).toHaveLength(10);
  });

  test.each([
    ['skips one', 'member;range=1501-*'],
    ['begins anew', 'member;range=0-1499'],
    ['has no range', 'member'],
    ['miscounts', 'member;range=1500-1999'],
  ])('or not at all where the server %s', async (_, type) => {
    const { tree } = treeWithGroup(2500, 2500);
    const manners: Manners = {
      answers: (asked, answer) => {
        if (!asked.attributes.includes('member;range=1500-*')) return answer;
        const entries = answer.entries.map(({ dn, attributes }) => ({
          dn,
          attributes: new Map([...attributes.values()].map((values) => [type, values])),
        }));
        return { ...answer, entries };
      },
    };
    const { reader } = await connectTo(tree, manners);
    expect(await refusal(reader.readAll(NOBODY))).toMatchObject({ remedy: 'retry' });
  });

  test('members of groups in it are protected as well, also in a circle, and those who have one as their primary group', async () => {
    const { tree, group } = treeWithGroup(10, 1);
    const inner = tree.add(`CN=Inner,${UNIT}`, {}, 'group');
    const innermost = tree.add(`CN=Innermost,CN=Users,${BASE}`, {}, 'group');
    tree.join(group, [inner]);
    tree.join(inner, [innermost, guidNumber(2)]);
    tree.join(innermost, [group, guidNumber(3)]);
    const rid = tree.get(innermost).values.get('objectsid')?.values[0]?.readUInt32LE(24);
    tree.set(guidNumber(4), 'primaryGroupID', String(rid));
    expect(await protectedNames(await connectTo(tree))).toEqual(['p1', 'p2', 'p3', 'p4']);
  });
});

describe('D15: where a protected group can’t be read', () => {
  const unreadable: readonly (readonly [string, string, (world: ReturnType<typeof treeWithGroup>) => Manners])[] = [
    [
      'it was renamed',
      'no such group',
      ({ tree, group }) => {
        tree.rename(group, `CN=Emergency Access,CN=Users,${BASE}`);
        return {};
      },
    ],
    [
      'it was deleted',
      'no such group',
      ({ tree, group }) => {
        tree.remove(group);
        return {};
      },
    ],
    ['it is hidden', 'no such group', () => ({ hides: (dn) => dn === EMERGENCY })],
    [
      'its members are hidden',
      'shows no members',
      () => ({ withholds: (dn, name) => dn === EMERGENCY && name === 'member' }),
    ],
    ['a member is hidden', "can't be seen", () => ({ hides: (dn) => dn === `CN=p2,${UNIT}` })],
    [
      'its class is hidden',
      'no such group',
      () => ({ withholds: (dn, name) => dn === EMERGENCY && name === 'objectclass' }),
    ],
    [
      'the server is busy',
      'busy',
      () => ({ refuses: (asked) => (asksRange(asked) ? { code: 51, text: '' } : undefined) }),
    ],
  ];
  test.each(unreadable)('because %s, no reading counts and nothing is given', async (_, words, prepare) => {
    const world = treeWithGroup(10, 2);
    const connection = await connectTo(world.tree, prepare(world));
    const error = await refusal(connection.reader.readAll(NOBODY));
    expect(error.what).toContain(words);
    expect(error.what).toContain('nothing is written but blocks');
    expect(error.where).toContain(EMERGENCY);
    const { guid, dn, raw } = await accountOf(connection, 'p5');
    const before = world.tree.usn;
    const { writer } = connection;
    await refusal(writer.modify({ guid, dn, raw, set: { mobile: '+4520123456' } }));
    await refusal(writer.modify({ guid, dn, raw, enabled: true }));
    await refusal(writer.modify({ guid, dn, raw, enabled: false, set: { mobile: '+4520123456' } }));
    await refusal(writer.setPassword(guid, new Secret('Kar-Lil-Mose-42'), true));
    expect(world.tree.usn).toBe(before);
  });

  test('an account is shut out all the same, unless the server itself says that it is in the group', async () => {
    const { tree, group } = treeWithGroup(10, 2);
    const inner = tree.add(`CN=Inner,${UNIT}`, {}, 'group');
    tree.join(group, [inner]);
    tree.join(inner, [guidNumber(3)]);
    const connection = await connectTo(tree, { withholds: (dn, name) => dn === EMERGENCY && name === 'objectclass' });
    const disable = async (username: string) => {
      const { guid, dn, raw, protectedBecause } = await accountOf(connection, username);
      return { protectedBecause, write: connection.writer.modify({ guid, dn, raw, enabled: false }) };
    };
    for (const username of ['p1', 'p3']) {
      const { protectedBecause, write } = await disable(username);
      expect(protectedBecause).toContain(EMERGENCY);
      expect(await refusal(write)).toMatchObject({ what: expect.stringContaining('protected') });
    }
    const { protectedBecause, write } = await disable('p5');
    expect(protectedBecause).toBeNull();
    await write;
    expect((await accountOf(connection, 'p5')).enabled).toBe(false);
  });

  test('a second group that can be read protects its members meanwhile', async () => {
    const { tree } = treeWithGroup(5, 2);
    const other = `CN=Other,CN=Users,${BASE}`;
    const connection = await connectTo(tree, {}, [other, EMERGENCY]);
    const { guid, dn, raw, protectedBecause } = await accountOf(connection, 'p1');
    expect(protectedBecause).toContain(EMERGENCY);
    await refusal(connection.writer.modify({ guid, dn, raw, enabled: false }));
    expect(connection.remarks).toEqual([`2 accounts and groups are protected by being in ${EMERGENCY}.`]);
  });
});

test('D15: a member of a protected group is refused again at the write, whatever was handed over', async () => {
  const { tree } = treeWithGroup(5, 2);
  const { writer, reader } = await connectTo(tree);
  const [inside, outside] = await Promise.all(['p1', 'p3'].map((username) => reader.find({ usernames: [username] })));
  const [member] = inside ?? [];
  const [other] = outside ?? [];
  if (member === undefined || other === undefined) throw new Error('An account is missing.');
  const before = tree.usn;
  const error = await refusal(writer.modify({ guid: member.guid, dn: other.dn, raw: other.raw, enabled: false }));
  expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining(EMERGENCY) });
  await refusal(writer.setPassword(member.guid, new Secret('Kar-Lil-Mose-42'), true));
  expect(tree.usn).toBe(before);
});

test('D15: who joins a protected group is protected in the next reading, also where only changes are read', async () => {
  const { tree, group } = treeWithGroup(5, 1);
  await directory.start({ tree });
  const adapter = directory.adapter({ protectedGroups: [EMERGENCY] });
  const names = async () => {
    const connection = await adapter.connect();
    try {
      const { accounts } = await connection.reader.readAll(NOBODY, new Map(), 'changes');
      return accounts.flatMap(({ username, protectedBecause }) => (protectedBecause === null ? [] : [username]));
    } finally {
      await connection.close();
    }
  };
  expect(await names()).toEqual(['p1']);
  // A membership is a change of the group alone, not of the account.
  tree.join(group, [guidNumber(4)]);
  expect(await names()).toEqual(['p1', 'p4']);
  tree.leave(group, [guidNumber(1)]);
  expect(await names()).toEqual(['p4']);
});

test('a group outside the domain is refused before anything is asked', async () => {
  await directory.start({});
  expect(() => directory.adapter({ protectedGroups: ['CN=X,DC=example,DC=net'] })).toThrow('does not lie in');
});
