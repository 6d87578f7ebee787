import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { approveStep } from '../../src/core/operations/revision-step.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { blocks, daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { DAY_MS } from '../support/reconciliation.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { story } from '../support/story.ts';

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

  test('a commit of a time that no calendar has: blocks in it are carried out, what depends on dates waits, and it is said', async () => {
    await running({ source: 'git' });
    const soon = person('dora', { ends: daysFromToday(30) });
    const absurd = '@99999999999999 +0000';
    await scene.declare({ ...blocks('user', [{ target: 'anna', from: '2020-01-01' }]), ...soon }, absurd);
    const report = await scene.sync();
    expect(story(report)).toEqual(['disable anna', 'held clock: 1', '(clock)']);
    expect(report.plan.notices.map(({ text }) => text).join()).toContain(
      'the newest commit was made at 9999-12-31T23:59:59.000Z',
    );
    expect(await scene.directory.enabled()).toEqual(['berit', 'carl']);
    await scene.declare(person('emil'));
    expect(story(await scene.sync())).toEqual(['create dora', 'create emil']);
  });
});

test('S1: a report says when the repository was read and its newest commit made, and only where it was read', async () => {
  await running({ source: 'git' });
  const { repository, startedAt } = await scene.sync();
  expect(repository?.readAt).toBe(startedAt);
  const age = scene.clock.now - (repository?.committedAt ?? 0);
  expect(Math.abs(age)).toBeLessThan(DAY_MS);
  const [origin, away] = [join(scene.home, 'origin.git'), join(scene.home, 'away.git')];
  await rename(origin, away);
  const missed = await scene.sync();
  expect(missed.trouble).toHaveLength(1);
  expect(missed).not.toHaveProperty('repository');
  await rename(away, origin);
  expect(await scene.sync()).toHaveProperty('repository');
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
