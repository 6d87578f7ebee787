import { afterEach, describe, expect, test } from 'vitest';
import { approveHeld, rejectHeld } from '../../src/core/operations/approval.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import type { OperatorBlock } from '../../src/model/model.ts';
import { institution, people, person } from '../support/desired-state.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, story } from '../support/story.ts';

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
    const report = await held();
    await scene.approve(report);
    await scene.declare(people(Array.from({ length: 8 }, (_, nth) => `b${nth}`)));
    const next = await scene.sync();
    expect(next.applied).toHaveLength(6);
    expect(next.holds.map(({ rule, changes }) => [rule, changes.length])).toEqual([['create', 8]]);
    expect(await scene.directory.enabled()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  test('P6: does not let somebody through who is no longer as they were approved', async () => {
    const first = await held();
    await scene.approve(first);
    await scene.declare({ ...person('a3', { phone: '+45 28 99 99 99' }), ...person('late') });
    const report = await scene.sync();
    expect(report.holds.map(({ rule, changes }) => [rule, changes.map(({ person: { key } }) => key)])).toEqual([
      ['differs', ['a3']],
    ]);
    expect(await scene.directory.enabled()).toEqual(['a1', 'a2', 'a4', 'a5', 'a6', 'late']);
    await scene.approve(report);
    await scene.sync();
    await scene.declare(person('a3', { phone: '+45 28 88 88 88' }));
    // Approved and done: from here on a3 is judged like everybody.
    expect(story(await scene.sync())).toEqual(['update a3']);
  });

  test('lets a change through once, not as often as somebody undoes it', async () => {
    scene = await makeScene();
    await scene.declare({ ...institution('cbs', 'CBS'), ...person('anna') });
    await scene.sync();
    const undoneAgain = async () => {
      await scene.directory.set('anna', { displayName: 'Ms. Jensen' });
      scene.clock.now += 60_000;
      return scene.sync();
    };
    for (let pass = 0; pass < 3; pass += 1) expect(story(await undoneAgain())).toEqual(['update anna']);
    const report = await undoneAgain();
    expect(story(report)).toEqual(['held flapping: 1']);
    await scene.approve(report);
    expect(story(await scene.sync())).toEqual(['update anna']);
    expect(story(await undoneAgain())).toEqual(['held flapping: 1']);
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
function partsOf({
  ledger,
  journal,
  memory,
  approvals,
  revisions,
  orders,
  reports,
  audit,
  servers,
  lease,
}: ReturnType<Scene['parts']>['store']) {
  return { ledger, journal, memory, approvals, revisions, orders, reports, audit, servers, lease };
}

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
