import { afterEach, describe, expect, test, vi } from 'vitest';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import { MusterError } from '../../src/errors.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene.close());

const PEOPLE = ['anna', 'berit', 'carl'];

async function running(options: SceneOptions = {}): Promise<void> {
  scene = await makeScene(options);
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(PEOPLE) });
  await scene.settle();
}

/** Blocks from the command line. */
function order(target: string, scope: OperatorBlock['scope'] = 'user', until: number | null = null): Promise<Report> {
  return blockByOrder(scene.parts(), { ...OPERATOR, target, scope, until });
}

/** An entry of the list of blocked users, with further lines. */
function entry(lines: string): Record<string, string> {
  return { 'blocked-users.yaml': `- user: anna\n  reason: written down\n${lines}` };
}

const reportedOrders = ({ plan }: Report) => plan.notices.filter(({ kind }) => kind === 'operator-block').length;

describe('a block from the command line', () => {
  test('is carried out at once, and nothing else with it', async () => {
    await running();
    await scene.declare(person('berit', { phone: '+45 28 00 00 00' }));
    expect(story(await order('anna'))).toEqual(['disable anna', '(operator-block)']);
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl']);
    expect(story(await scene.sync())).toEqual(['update berit', '(operator-block)']);
  });

  test('needs no approval, whatever the limits, and uses nothing of them up', async () => {
    const names = Array.from({ length: 30 }, (_, nth) => `person${String(nth).padStart(2, '0')}`);
    scene = await makeScene({ limits: { block: { people: 2, perDay: 2, institutions: 1, institutionPeople: 5 } } });
    await scene.declare({
      ...institution('cbs', 'CBS'),
      ...institution('dtu', 'DTU'),
      ...people(names),
      ...people(['dora', 'emil'], { institution: 'dtu' }),
    });
    await scene.settle();
    expect((await order('cbs', 'institution')).applied).toHaveLength(30);
    expect(await scene.directory.enabled()).toEqual(['dora', 'emil']);
    await scene.declare(blocks('institution', [{ target: 'dtu', from: '2026-06-15' }]));
    expect(sorted(story(await scene.sync()))).toEqual(['(operator-block)', 'disable dora', 'disable emil']);
  });

  test('stays until the repository holds it, and then goes with the entry', async () => {
    await running();
    await order('anna');
    for (let pass = 0; pass < 3; pass += 1) {
      scene.clock.now += 30 * DAY_MS;
      const report = await scene.sync();
      expect(reportedOrders(report)).toBe(1);
      expect(report.plan.notices[0]?.next).toMatch(
        /^Add to blocked-users.yaml:\n- user: anna\n {2}reason: "looked at it"\n/,
      );
    }
    await scene.declare(entry('  from: 2026-06-15\n'));
    expect(reportedOrders(await scene.sync())).toBe(0);
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl']);
    await scene.declare(entry('  from: 2026-06-15\n  lifted: 2026-09-01\n'));
    expect(story(await scene.sync())).toEqual(['enable anna']);
  });

  test.each([
    ['begins later', '  from: 2026-07-15\n'],
    ['has ended already', '  from: 2026-06-01\n  until: 2026-06-10\n'],
    ['is lifted', '  from: 2026-06-01\n  lifted: 2026-06-10\n'],
  ])('is not ended by an entry that %s', async (_, lines) => {
    await running();
    await order('anna');
    await scene.declare(entry(lines));
    for (let pass = 0; pass < 2; pass += 1) expect(story(await scene.sync())).toEqual(['(operator-block)']);
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('is not ended by an entry that was there before and ends sooner', async () => {
    await running();
    await scene.declare(entry('  from: 2026-06-01\n  until: 2026-06-20\n'));
    await scene.sync();
    scene.clock.now += HOUR_MS;
    await order('anna');
    await scene.sync();
    scene.clock.now += 10 * DAY_MS;
    expect(reportedOrders(await scene.sync())).toBe(1);
    expect(await scene.directory.isEnabled('anna')).toBe(false);
  });

  test('is ended by an entry that somebody wrote in answer to it, with its own last day', async () => {
    await running();
    await order('anna');
    await scene.declare(entry('  from: 2026-06-15\n  until: 2026-06-20\n'));
    await scene.sync();
    scene.clock.now += 10 * DAY_MS;
    expect(story(await scene.sync())).toEqual(['enable anna']);
  });

  test('ends by its own "until", and by being taken back, each through the gate', async () => {
    await running();
    await order('anna', 'user', scene.clock.now + 2 * HOUR_MS);
    await order('berit');
    scene.clock.now += 2 * HOUR_MS;
    const report = await scene.sync();
    expect(story(report)).toEqual(['enable anna', '(operator-block)']);
    expect(report.applied[0]?.change.classes).toEqual(['due']);
    await unblockByOrder(scene.parts(), { ...OPERATOR, scope: 'user', target: 'Berit' });
    const lifted = await scene.sync();
    expect(story(lifted)).toEqual(['enable berit']);
    expect(lifted.applied[0]?.change.classes).toEqual(['lift']);
    await expect(unblockByOrder(scene.parts(), { ...OPERATOR, scope: 'user', target: 'berit' })).rejects.toThrow(
      'is not blocked from the command line',
    );
  });

  test('of somebody nobody knows is refused, with the nearest name', async () => {
    await running();
    await expect(order('ana')).rejects.toThrow('Did you mean "anna"?');
    expect(await scene.store.orders.blocks(scene.clock.now)).toEqual([]);
  });

  test('given while a pass is under way is kept, says so, and is carried out by the next one', async () => {
    await running();
    const other = await scene.second();
    expect(await other.parts.store.lease.acquire('sync')).toEqual({ held: true });
    await expect(order('anna')).rejects.toThrow(
      /block of anna is recorded and counts from the next pass on.*another Muster is at work/,
    );
    expect(await scene.directory.isEnabled('anna')).toBe(true);
    await other.close();
    expect(story(await scene.sync())).toEqual(['disable anna', '(operator-block)']);
  });

  test('H4: given while a newer version begins on the database is recorded, and says so', async () => {
    await running();
    const newer = { remedy: 'person', where: 'the store', what: 'A newer version was here.', next: 'Run it.' } as const;
    vi.spyOn(scene.store.lease, 'acquire').mockRejectedValueOnce(new MusterError(newer));
    const patience = { tries: 1, pause: async () => undefined };
    const given = blockByOrder(scene.parts(), { ...OPERATOR, target: 'anna', scope: 'user', until: null }, patience);
    await expect(given).rejects.toThrow(/block of anna is recorded and counts.*A newer version was here/);
    expect(await scene.store.orders.blocks(scene.clock.now)).toHaveLength(1);
  });

  test('waits for a pass that is under way, and is carried out when that ends', async () => {
    await running();
    const other = await scene.second();
    await other.parts.store.lease.acquire('sync');
    const patience = { tries: 3, pause: () => other.close() };
    const report = await blockByOrder(
      scene.parts(),
      { ...OPERATOR, target: 'anna', scope: 'user', until: null },
      patience,
    );
    expect(story(report)).toEqual(['disable anna', '(operator-block)']);
  });

  test('S1: does not wait for a repository that hangs, and reaches a pass that does', async () => {
    await running();
    let asked = 0;
    let answer: (error: Error) => void = () => undefined;
    const hangs = () => {
      asked += 1;
      return new Promise<never>((_, reject) => {
        answer = reject;
      });
    };
    const parts = { ...scene.parts(), repository: { load: hangs, descends: () => Promise.resolve(true) } };
    const report = await blockByOrder(parts, { ...OPERATOR, target: 'anna', scope: 'user', until: null });
    expect([asked, story(report)]).toEqual([0, ['disable anna', '(operator-block)']]);
    // A pass that waits for the repository holds the lease; the order is there when it goes on.
    const waiting = pass(parts, { trigger: 'schedule', dryRun: false });
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(blockByOrder(parts, { ...OPERATOR, target: 'berit', scope: 'user', until: null })).rejects.toThrow();
    answer(new Error('the server hung up'));
    expect(story(await waiting)).toEqual(['disable berit', '(operator-block)', '(operator-block)', 'trouble']);
  });

  test('reaches somebody whose declaration is gone', async () => {
    await running();
    await scene.declare({ 'users/cbs/anna.yaml': null });
    await scene.sync();
    expect(story(await order('anna'))[0]).toBe('disable anna');
  });
});

describe('a pause', () => {
  test('stops everything but blocking', async () => {
    await running();
    await scene.declare(blocks('user', [{ target: 'carl', from: '2026-06-15' }]));
    await scene.sync();
    await scene.store.orders.pause('oper', 'moving house', scene.clock.now);
    await scene.declare({
      ...person('berit', { phone: '+45 28 00 00 00' }),
      ...person('dora'),
      ...blocks('user', [
        { target: 'anna', from: '2026-06-15' },
        { target: 'carl', from: '2026-06-15' },
      ]),
    });
    await scene.directory.enable('carl');
    expect(story(await scene.sync())).toEqual(['disable anna', 'disable carl', 'held paused: 2']);
    expect(await scene.directory.enabled()).toEqual(['berit']);
    await scene.store.orders.resume('oper', scene.clock.now);
    expect(sorted(story(await scene.sync()))).toEqual(['create dora', 'update berit']);
  });

  test('is said once, also while it holds nothing', async () => {
    await running();
    const said = async () =>
      (await scene.sync()).plan.notices.flatMap(({ kind, text }) => (kind === 'paused' ? text : []));
    expect(await said()).toEqual([]);
    await scene.store.orders.pause('oper', 'moving house', scene.clock.now);
    expect(await said()).toEqual([
      'oper paused Muster: moving house. Nothing but blocks is done until "muster resume".',
    ]);
    await scene.declare(person('dora'));
    expect(await said()).toEqual([]);
  });
});

describe('enabling by an order', () => {
  test('is refused for somebody who should have no access, and for a stranger’s account', async () => {
    await running();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    await scene.sync();
    await expect(enableByOrder(scene.parts(), 'anna', OPERATOR)).rejects.toThrow('should have no access');
    await scene.declare(person('dora'));
    await scene.directory.add('dora');
    await expect(enableByOrder(scene.parts(), 'dora', OPERATOR)).rejects.toThrow('not Muster');
    await scene.directory.set('berit', { adminCount: '1' });
    await expect(enableByOrder(scene.parts(), 'berit', OPERATOR)).rejects.toThrow('is protected');
  });

  test('lets a deleted account be made anew', async () => {
    await running();
    await scene.directory.remove('anna');
    expect(story(await scene.sync())).toEqual(['(gone)']);
    expect(await enableByOrder(scene.parts(), 'anna', OPERATOR)).toMatchObject({ forgotten: true, applied: [] });
    expect(story(await scene.sync())).toEqual(['create anna']);
  });
});
