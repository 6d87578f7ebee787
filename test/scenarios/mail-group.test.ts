/** Mail blocks by a group of the directory: from an entry to the membership, what hands do to it, and a mail system that is down. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mailBlocksReconciler } from '../../src/reconcilers/mail-blocks/reconciler.ts';
import { makeCompany } from '../support/company.ts';
import { blocks, daysFromToday, mailBlocks, people, person } from '../support/desired-state.ts';
import { UNIT } from '../support/directory-simulator-tree.ts';
import type { Scene } from '../support/scene.ts';
import { type SimulatedDirectory, simulatedDirectory } from '../support/simulated-directory.ts';
import { SimulatedGroup } from '../support/simulated-group.ts';
import { story } from '../support/story.ts';

let directory: SimulatedDirectory;
let group: SimulatedGroup;
let scene: Scene;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => scene?.close());
afterAll(() => directory?.end());

const from = (target: string) => ({ target, from: daysFromToday(-1) });
const lifted = (target: string) => ({ ...from(target), lifted: daysFromToday(0) });
/** Rights lost, or a group that hides who is in it. */
const hidden = { withholds: (_dn: string, attribute: string) => attribute === 'member' };

/** Anna may not send mail, Berit may not log in; Erik was put into the group by somebody else. */
async function running(more: readonly string[] = []): Promise<void> {
  group = new SimulatedGroup(directory, ['anna', 'berit', 'carl', 'emil', 'erik', ...more]);
  group.put('erik');
  await group.serve();
  // Everybody finds it where it is by then.
  const list = () => mailBlocksReconciler({ connect: () => group.adapter().connect() });
  scene = await makeCompany({ mailBlocks: true, source: 'git', aroundMail: list });
  await scene.declare({ ...mailBlocks(from('anna')), ...blocks('user', [from('berit')]) });
  await scene.sync();
  expect(group.members()).toEqual(['anna', 'berit', 'erik']);
}

test('an entry puts the account into the group, its end takes it out, and others in it stay', async () => {
  await running();
  expect(story(await scene.plan()).filter((line) => !line.startsWith('('))).toEqual([]);
  await scene.declare({ ...mailBlocks(lifted('anna')), ...blocks('user', [lifted('berit')]) });
  await scene.sync();
  expect(group.members()).toEqual(['erik']);
});

describe('M1: nobody is let out', () => {
  test('by the right to see the group being lost, which is told, and a block in the directory goes on', async () => {
    await running();
    await group.serve(hidden);
    await scene.declare({ ...mailBlocks(lifted('anna')), ...blocks('user', [from('berit'), from('carl')]) });
    const report = await scene.sync();
    expect(story(report)).toEqual(expect.arrayContaining(['disable carl', 'unread mail']));
    expect(await scene.directory.isEnabled('carl')).toBe(false);
    expect(group.members()).toEqual(['anna', 'berit', 'erik']);
    await group.serve();
    await scene.sync();
    expect(group.members()).toEqual(['berit', 'carl', 'erik']);
  });

  test('by somebody emptying the group: whomever Muster had put there is there again', async () => {
    await running();
    group.clear();
    const report = await scene.sync();
    expect(report.plan.notices.map(({ kind }) => kind)).toContain('lost-write');
    expect([group.members(), report.holds]).toEqual([['anna', 'berit'], []]);
    expect((await scene.plan()).plan.changes).toEqual([]);
  });

  test('by somebody else’s list in the place of the members', async () => {
    const names = Array.from({ length: 8 }, (_, nth) => `person${nth}`);
    await running(names);
    await scene.declare({ ...people(names), ...mailBlocks(...['anna', ...names].map(from)) });
    await scene.settle();
    await scene.declare(mailBlocks(from('anna'), ...names.slice(1).map(from), lifted('person0')));
    group.clear();
    group.put('erik');
    const report = await scene.sync();
    expect(report.plan.notices.map(({ kind }) => kind)).toContain('lost-write');
    expect(group.members()).toEqual(['anna', 'berit', 'erik', ...names]);
    // Its end came meanwhile, and is made in its turn.
    await scene.sync();
    expect(group.members()).toEqual(['anna', 'berit', 'erik', ...names.slice(1)]);
  });

  test('by the server being away, and the block in the directory goes first', async () => {
    await running();
    await directory.stop();
    await scene.declare(blocks('user', [from('berit'), from('carl')]));
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable carl', '(unverified, urgent)', 'unread mail']);
    expect(await scene.directory.isEnabled('carl')).toBe(false);
    await group.serve();
    await scene.sync();
    expect(group.members()).toEqual(['anna', 'berit', 'carl', 'erik']);
  });
});

test('one who was taken out by hand, and still may not send mail, is put there again', async () => {
  await running();
  group.take('anna');
  expect(story(await scene.sync())).toContain('disable anna');
  expect(group.members()).toEqual(['anna', 'berit', 'erik']);
});

test('one who was put there by hand stays until the hand, or a command, says otherwise', async () => {
  await running();
  group.put('emil');
  const report = await scene.sync();
  expect(story(report)).toEqual(expect.arrayContaining(['(disabled-by-hand)']));
  expect(group.members()).toEqual(['anna', 'berit', 'emil', 'erik']);
});

test('whoever has no account is named, alarms nobody, and is put there once there is one', async () => {
  await running();
  await scene.declare({ ...person('dagny'), ...mailBlocks(from('anna'), from('dagny')) });
  await scene.settle();
  const report = await scene.sync();
  const [told] = report.plan.notices.filter(({ text }) => text.includes('dagny'));
  expect(told).toMatchObject({ kind: 'unsettled', urgent: false, next: null });
  expect(report.applied).toEqual([]);
  group.hire('dagny');
  expect(story(await scene.sync())).toContain('disable dagny');
  expect(group.members()).toEqual(['anna', 'berit', 'dagny', 'erik']);
});

test('an account that was deleted while its mail was blocked leaves nothing to write, and nothing lost', async () => {
  await running();
  group.clear();
  await scene.sync();
  for (const name of ['anna', 'berit']) group.tree.remove(group.tree.find(`CN=${name},${UNIT}`)?.guid ?? '');
  const report = await scene.sync();
  const kinds = report.plan.notices.map(({ kind }) => kind);
  expect([report.applied, kinds.includes('lost-write'), kinds.includes('gone')]).toEqual([[], false, false]);
  await scene.declare({ ...mailBlocks(lifted('anna')), ...blocks('user', [lifted('berit')]) });
  await scene.sync();
  group.hire('anna');
  expect((await scene.plan()).plan.changes).toEqual([]);
});

test('A1: a lost answer is looked up in the group, and nothing is written twice', async () => {
  await running();
  let cut = true;
  await group.serve({
    cutsAt: ({ operation }) => (operation === 'modify' && cut ? 0 : undefined),
  });
  await scene.declare(mailBlocks(from('anna'), from('carl')));
  expect(story(await scene.sync())).toContain('disable carl failed');
  expect(group.members()).toContain('carl');
  cut = false;
  const writes = () => directory.simulator.asked.filter(({ operation }) => operation === 'modify').length;
  const before = writes();
  await scene.sync();
  expect(writes()).toBe(before);
  await scene.declare(mailBlocks(from('anna'), lifted('carl')));
  await scene.sync();
  expect(group.members()).toEqual(['anna', 'berit', 'erik']);
});
