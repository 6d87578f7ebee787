/** The group of those who may not send mail, on the simulated controller: the contract, more members than one answer holds, and answers that went wrong. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BlockList } from '../../../src/reconcilers/mail-blocks/port.ts';
import { blockListContract } from '../../contracts/block-list.contract.ts';
import type { Asked, Manners } from '../../support/directory-simulator-manners.ts';
import { refusal } from '../../support/refusal.ts';
import { type SimulatedDirectory, simulatedDirectory } from '../../support/simulated-directory.ts';
import { SimulatedGroup } from '../../support/simulated-group.ts';

const MANY = 60;
const PEOPLE = ['anna', 'berit', 'carl', 'erik', ...Array.from({ length: MANY }, (_, nth) => `person${nth}`)];

let directory: SimulatedDirectory;
let group: SimulatedGroup;
const open: BlockList[] = [];
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(async () => {
  for (const list of open.splice(0)) await list.close();
});
afterAll(() => directory?.end());

async function begin(manners: Manners = {}, others = 0): Promise<BlockList> {
  const strangers = Array.from({ length: others }, (_, nth) => `other${nth}`);
  group = new SimulatedGroup(directory, [...PEOPLE, ...strangers]);
  group.put(...strangers);
  await group.serve(manners);
  return await connected();
}

async function connected(): Promise<BlockList> {
  const list = await group.adapter().connect();
  open.push(list);
  return list;
}

const put = (list: BlockList, key: string) =>
  list.write({ key, address: null, listed: true, was: false, revision: 'r1' });
const take = (list: BlockList, key: string) =>
  list.write({ key, address: null, listed: false, was: true, revision: 'r1' });

blockListContract('the simulated group', {
  open: () => group.adapter(),
  fresh: async () => {
    await begin();
  },
  many: MANY,
});

describe('D3: with more members than one answer holds', () => {
  test.each([1500, 1501, 3001])('beside %i others, sees all of them and touches none', async (others) => {
    const list = await begin({}, others);
    await put(list, 'anna');
    await put(list, 'berit');
    expect((await list.read()).listed.size).toBe(others + 2);
    expect((await (await connected()).read()).listed).toEqual((await list.read()).listed);
    await take(list, 'anna');
    const members = new Set(group.members());
    expect([members.size, members.has('anna'), members.has('berit')]).toEqual([others + 1, false, true]);
  });

  test('finds the one that stands behind all of them', async () => {
    const list = await begin({}, 1600);
    group.put('erik');
    expect((await list.read()).listed).toContain('erik');
    expect(await refusal(put(list, 'erik'))).toMatchObject({
      what: expect.stringContaining('erik stands on it by now'),
    });
  });
});

test('asks for the names of members once on one connection', async () => {
  const list = await begin({}, 500);
  await list.read();
  const before = directory.simulator.asked.length;
  await list.read();
  expect(directory.simulator.asked.length - before).toBe(1);
});

describe('M1: what a log-on may not see is no empty group', () => {
  const hidden: Manners = { withholds: (dn, attribute) => dn.startsWith('CN=Mail Blocked') && attribute === 'member' };

  test('where somebody in it shows that they are', async () => {
    await begin();
    group.put('anna');
    await group.serve(hidden);
    expect(await refusal((await connected()).read())).toMatchObject({
      what: expect.stringContaining('shows no members'),
    });
  });

  test('and where nobody does, a block that it does not show is not called done', async () => {
    await begin();
    const { withholds = () => false } = hidden;
    await group.serve({
      withholds: (dn, attribute) => withholds(dn, attribute) || attribute === 'memberof',
    });
    const list = await connected();
    expect((await list.read()).completeness).toBe('bare');
    expect(await refusal(put(list, 'anna'))).toMatchObject({ silence: 'unanswered' });
    expect(await refusal(put(list, 'anna'))).toMatchObject({ what: expect.stringContaining('does not show it') });
    expect(group.members()).toEqual(['anna']);
  });

  test('nor is a group that keeps changing, or one that a server cuts off', async () => {
    await begin({}, 1600);
    const asksMembers = ({ attributes }: Asked) => attributes.some((name) => /^member(;|$)/.test(name));
    await group.serve({
      meanwhile: (asked, tree) => {
        if (asksMembers(asked)) tree.set(group.guid, 'description', `change ${tree.usn}`);
      },
    });
    expect(await refusal((await connected()).read())).toMatchObject({
      what: expect.stringContaining('5 times in a row'),
    });
    await group.serve({ cutsAt: (asked) => (asksMembers(asked) ? 100 : undefined) });
    expect(await refusal((await connected()).read())).toMatchObject({ remedy: 'retry' });
  });
});

test('D11: an answer to a write that got lost is told as one that nobody knows the outcome of', async () => {
  await begin();
  await group.serve({ cutsAt: ({ operation }) => (operation === 'modify' ? 0 : undefined) });
  expect(await refusal(put(await connected(), 'anna'))).toMatchObject({ silence: 'unanswered' });
});

test('a refusal of one is told to that one alone', async () => {
  const list = await begin({
    refuses: ({ operation, nth }) => (operation === 'modify' && nth === 0 ? { code: 50, text: '00002098' } : undefined),
  });
  const [first, second] = await Promise.allSettled([put(list, 'anna'), put(list, 'berit')]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  expect(group.members()).toEqual(['berit']);
});
