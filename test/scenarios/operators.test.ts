import { afterEach, describe, expect, test } from 'vitest';
import { approveHeld, rejectHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder, unblockByOrder } from '../../src/core/operations/block.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { approveStep } from '../../src/core/operations/revision-step.ts';
import { pass } from '../../src/core/pass.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { blocks, daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { DAY_MS, HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

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
});

describe('approving', () => {
  async function held(): Promise<Report> {
    scene = await makeScene();
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) });
    return scene.sync();
  }

  test('needs eight digits that name one thing, and refuses all else', async () => {
    const [hold] = (await held()).holds;
    const digest = hold?.digest ?? '';
    for (const wrong of ['', digest.slice(0, 7), `${digest.slice(0, 11)}x`, '0123456789ab']) {
      await expect(approveHeld(scene.parts(), wrong, OPERATOR, 24)).rejects.toThrow('names nothing that is held now');
    }
    await approveHeld(scene.parts(), digest.slice(0, 8).toUpperCase(), OPERATOR, 24);
    expect((await scene.sync()).applied).toHaveLength(6);
  });

  test('does not reach what came to be held besides', async () => {
    await scene.approve(await held());
    await scene.declare(people(Array.from({ length: 8 }, (_, nth) => `b${nth}`)));
    const next = await scene.sync();
    expect(next.applied).toHaveLength(6);
    expect(next.holds.map(({ rule, changes }) => [rule, changes.length])).toEqual([['create', 8]]);
    expect(await scene.directory.enabled()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  test('is ended by a rejection', async () => {
    const report = await held();
    await scene.approve(report);
    await rejectHeld(scene.parts(), report.holds[0]?.digest ?? '', OPERATOR);
    expect(story(await scene.sync())).toEqual(['held create: 6']);
  });

  test('works from a plan made now where no report is kept', async () => {
    await held();
    const { store, ...parts } = scene.parts();
    const none = { latest: () => Promise.resolve(null), save: () => Promise.resolve() };
    const without = { ...parts, store: { ...partsOf(store), reports: none } };
    const digest = (await scene.plan()).holds[0]?.digest ?? '';
    await approveHeld(without, digest, OPERATOR, 24);
    expect((await scene.sync()).applied).toHaveLength(6);
  });
});

/** The ports of a store as one plain object, so that a test can put one of them aside. */
function partsOf({ ledger, journal, memory, approvals, orders, reports, lease }: ReturnType<Scene['parts']>['store']) {
  return { ledger, journal, memory, approvals, orders, reports, lease };
}

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

test('two processes: one works, the other says who is at work and touches nothing', async () => {
  await running();
  const other = await scene.second();
  await scene.declare(people(PEOPLE, { given: 'Ida' }));
  const request = { trigger: 'command', dryRun: false };
  const outcomes = await Promise.allSettled([pass(scene.parts(), request), pass(other.parts, request)]);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([
    { reason: { remedy: 'retry', what: expect.stringContaining('another Muster is at work') } },
  ]);
  expect(planned(await scene.plan())).toEqual([]);
  // A plan needs no turn of its own.
  expect(await scene.store.lease.acquire('sync')).toEqual({ held: true });
  expect(planned(await pass(other.parts, { ...request, dryRun: true }))).toEqual([]);
  await scene.store.lease.release();
  await other.close();
});

test('a mode of "observe" plans, reports, remembers, and writes nothing', async () => {
  scene = await makeScene({ mode: 'observe' });
  await scene.declare({ ...institution('cbs', 'CBS'), ...person('anna') });
  const report = await scene.sync();
  expect([planned(report), report.applied]).toEqual([['create anna gives create'], []]);
  expect(await scene.directory.writes()).toBe(0);
  expect(await scene.outbox.list()).toEqual([]);
  await expect(order('anna')).rejects.toThrow('only observes');
});

describe('P8: a clock that is wrong', () => {
  async function withDates(): Promise<void> {
    await running();
    await scene.declare({
      ...person('anna', { ends: '2026-12-31' }),
      ...person('dora', { starts: '2026-09-01' }),
      'blocked-users.yaml': '- user: berit\n  reason: x\n  from: 2026-06-01\n  until: 2026-07-31\n',
    });
    await scene.sync();
    await order('carl', 'user', scene.clock.now + 10 * DAY_MS);
    expect(await scene.directory.enabled()).toEqual(['anna']);
  }

  test('a year ahead of the directory’s: nothing that hangs on a date is done, all else is', async () => {
    await withDates();
    scene.clock.now += 365 * DAY_MS;
    scene.clock.serverOffMs = -365 * DAY_MS;
    await scene.declare(person('anna', { ends: '2026-12-31', phone: '+45 28 00 00 00' }));
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    expect(
      report.holds.map(({ rule, changes }) => [rule, changes.map(({ kind, address }) => `${kind} ${address.key}`)]),
    ).toEqual([['clock', ['disable anna', 'update anna', 'create dora', 'enable berit', 'enable carl']]]);
    await scene.declare(person('emil'));
    expect((await scene.sync()).applied.map(({ change }) => change.address.key)).toEqual(['emil']);
    scene.clock.now -= 365 * DAY_MS;
    scene.clock.serverOffMs = 0;
    expect(story(await scene.sync())).toEqual(['update anna', '(operator-block)']);
  });

  test('a block without an end is carried out whatever the clock says', async () => {
    await withDates();
    scene.clock.now += 365 * DAY_MS;
    scene.clock.serverOffMs = -365 * DAY_MS;
    await scene.declare({ ...person('emil') });
    await scene.sync();
    await scene.declare({
      'blocked-users.yaml':
        '- user: berit\n  reason: x\n  from: 2026-06-01\n  until: 2026-07-31\n- user: emil\n  reason: y\n  from: 2026-06-01\n',
    });
    expect((await scene.sync()).applied.map(({ change }) => `${change.kind} ${change.address.key}`)).toEqual([
      'disable emil',
    ]);
  });

  test('days behind the newest commit', async () => {
    await running({ source: 'git' });
    await scene.declare(blocks('user', [{ target: 'anna', from: daysFromToday(-1) }]));
    await scene.sync();
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl']);
    // Two days back, and the directory's machine with it: the block would not have begun.
    scene.clock.now -= 2 * DAY_MS;
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    expect(report.holds.map(({ rule }) => rule)).toEqual(['clock']);
  });
});

describe('S2: history that was rewritten', () => {
  test('is refused until an operator allows that very step; meanwhile all goes on as it was', async () => {
    await running({ source: 'git' });
    const blocked = await scene.declare(blocks('user', [{ target: 'anna', from: daysFromToday(-1) }]));
    await scene.sync();
    const before = await scene.declare(person('berit', { phone: '+45 28 00 00 00' }));
    await scene.sync();
    const earlier = `${blocked}~1`;
    await scene.forcePush(earlier);
    const report = await scene.sync();
    expect(story(report)).toEqual(['trouble']);
    expect(exitCodeOf(report)).toBe(1);
    expect(report.trouble[0]?.what).toContain('history was rewritten or rolled back');
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl']);
    // What an operator orders reaches people all the same.
    expect(story(await order('carl'))).toContain('disable carl');
    const step = /approve-revision (\S+)/.exec(report.trouble[0]?.next ?? '')?.[1] ?? '';
    expect(step.startsWith(`${before}..`)).toBe(true);
    await expect(approveStep(scene.store, `${blocked}..${before}`, OPERATOR, scene.clock.now)).rejects.toThrow('not');
    await approveStep(scene.store, step, OPERATOR, scene.clock.now);
    // The block was never lifted: its entry is gone, which gives nothing back.
    expect(story(await scene.sync())).toEqual(['update berit', '(operator-block)']);
    expect(await scene.directory.enabled()).toEqual(['berit']);
  });

  test('each of the last commits, forced upon the server, is refused', async () => {
    await running({ source: 'git' });
    const revisions: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      revisions.push(await scene.declare(person('anna', { phone: `+45 28 00 00 0${nth}` })));
    }
    await scene.sync();
    for (const revision of revisions.slice(0, -1)) {
      await scene.forcePush(revision);
      expect(story(await scene.sync())).toEqual(['trouble']);
    }
    expect((await scene.directory.account('anna')).values.mobile).toBe('+4528000004');
  });
});
