import { afterEach, describe, expect, test } from 'vitest';
import { adopt } from '../../src/core/operations/adopt.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { OU } from '../support/hand-directory.ts';
import { makeScene, OPERATOR, type Scene, type SceneOptions } from '../support/scene.ts';
import { planned, sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene?.close());

async function running(options: SceneOptions = {}): Promise<Scene> {
  scene = await makeCompany(options);
  return scene;
}

describe('D7: accounts that go and come', () => {
  test('a deleted one is noted, not made again, and is ours again when restored', async () => {
    await running();
    const stored = await scene.directory.remove('anna');
    expect(story(await scene.sync())).toEqual(['(gone)']);
    expect(story(await scene.sync())).toEqual(['(gone)']);
    await scene.directory.restore(stored);
    expect(story(await scene.sync())).toEqual([]);
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    expect(story(await scene.sync())).toEqual(['disable anna']);
  });

  test('a moved one is only blocked; moved back, all is as before', async () => {
    await running();
    await scene.directory.move('anna', OU.staff);
    await scene.declare(person('anna', { phone: '+45 28 00 00 00' }));
    expect(story(await scene.sync())).toEqual(['(moved)']);
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    expect(story(await scene.sync())).toEqual(['disable anna', '(moved)']);
    await scene.directory.move('anna', OU.researchers);
    expect(story(await scene.sync())).toEqual(['update anna']);
  });

  test('a renamed one is still known, and another of its old name is somebody else’s', async () => {
    await running();
    await scene.directory.rename('anna', 'anna-old');
    const stranger = await scene.directory.add('anna', { userPrincipalName: 'x@example.org' });
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    const report = await scene.sync();
    expect(report.applied.map(({ change }) => change.kind)).toEqual(['disable']);
    expect(await scene.directory.isEnabled('anna-old')).toBe(false);
    expect(await scene.directory.account('anna')).toEqual(stranger);
    // The stranger bears the name of somebody who should be shut out.
    expect(report.plan.notices).toMatchObject([
      { kind: 'renamed', urgent: false },
      { kind: 'exists-not-ours', urgent: true },
    ]);
  });

  test('one that took the name of a blocked person is not blocked in their place', async () => {
    await running();
    await scene.directory.remove('anna');
    await scene.directory.rename('berit', 'anna');
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-06-15' }]));
    const report = await scene.sync();
    expect(report.applied).toEqual([]);
    expect(await scene.directory.isEnabled('anna')).toBe(true);
    expect(sorted((await scene.store.ledger.all('directory')).map(({ key }) => key))).toEqual([...CBS, ...DTU]);
  });

  test('a stranger is not adopted while the account that Muster has for that person still exists', async () => {
    await running();
    await scene.directory.rename('anna', 'anna-old');
    await scene.directory.add('anna', { userPrincipalName: 'x@example.org' });
    const { adopts, refused } = await adopt(scene.parts(), ['anna'], OPERATOR);
    expect(adopts).toEqual([]);
    expect(refused).toMatchObject([{ because: expect.stringContaining('another account') }]);
  });

  test('one made anew by hand is adopted in the place of the deleted one', async () => {
    await running();
    await scene.directory.remove('anna');
    await scene.directory.add('anna');
    await adopt(scene.parts(), ['anna'], OPERATOR);
    await scene.sync();
    expect(planned(await scene.plan())).toEqual([]);
    expect((await scene.store.ledger.all('directory')).filter(({ key }) => key === 'anna')).toHaveLength(1);
  });
});

test('D15: a protected person is never touched, and an alarm is raised when they should be blocked', async () => {
  await running();
  await scene.directory.set('anna', { adminCount: '1' });
  const before = await scene.directory.account('anna');
  await scene.declare({
    ...person('anna', { phone: '+45 28 00 00 00' }),
    ...blocks('institution', [{ target: 'cbs', from: '2026-06-15' }]),
  });
  const report = await scene.sync();
  expect(story(report)).toEqual(['disable berit', 'disable carl', '(protected, urgent)']);
  expect(await scene.directory.account('anna')).toEqual(before);
  expect(exitCodeOf(report)).toBe(2);
});

test('D15: nobody gets an account of a protected name, and a protected stranger is not offered for adoption', async () => {
  scene = await makeScene({ protected: ['glass', 'zoe'] });
  await scene.directory.add('zoe');
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(['glass', 'zoe']) });
  const report = await scene.sync();
  expect(planned(report)).toEqual([]);
  expect(report.plan.notices.map(({ kind }) => kind)).toEqual(['conflict', 'protected']);
  expect(report.plan.notices.map(({ next }) => next ?? '').join()).not.toContain('adopt');
  expect(await scene.outbox.list()).toEqual([]);
});

test('an account outside the managed units is neither adopted nor offered for it', async () => {
  await running();
  const before = await scene.directory.add('zoe', {}, OU.staff);
  await scene.declare(person('zoe'));
  const [notice] = (await scene.sync()).plan.notices;
  expect(notice?.next).toContain('outside the managed units');
  const { adopts, refused } = await adopt(scene.parts(), ['zoe'], OPERATOR);
  expect(adopts).toEqual([]);
  expect(refused).toMatchObject([{ because: expect.stringContaining('outside the managed units') }]);
  expect(await scene.directory.account('zoe')).toEqual(before);
});
