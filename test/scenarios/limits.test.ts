import { afterEach, expect, test } from 'vitest';
import { institution, people, person } from '../support/desired-state.ts';
import { HOUR_MS } from '../support/reconciliation.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

let scene: Scene;
afterEach(() => scene.close());

const NAMES = Array.from({ length: 110 }, (_, nth) => `p${String(nth).padStart(3, '0')}`);

test('P2: forty-eight runs, each under the limit of a run, together stay under that of a day', async () => {
  scene = await makeScene({ limits: { phone: { people: 3, perDay: 10 } } });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(NAMES) });
  await scene.approve(await scene.sync());
  await scene.sync();
  const changed: number[] = [];
  for (let run = 0; run < 48; run += 1) {
    const two = NAMES.slice(run * 2, run * 2 + 2);
    for (const name of two) await scene.declare(person(name, { phone: '+45 28 00 00 00' }));
    changed.push((await scene.sync('schedule')).applied.length);
    // What did not go waits in the repository, and must not pile up to more than a run may do.
    for (const name of two) if (changed.at(-1) === 0) await scene.declare(person(name));
    scene.clock.now += HOUR_MS / 2;
  }
  expect(changed.reduce((sum, count) => sum + count, 0)).toBe(10);
  // The first run is more than a day old now, and makes room for as many.
  scene.clock.now += 1;
  await scene.declare(person('p100', { phone: '+45 28 00 00 00' }));
  await scene.declare(person('p101', { phone: '+45 28 00 00 00' }));
  await scene.declare(person('p102', { phone: '+45 28 00 00 00' }));
  expect(story(await scene.sync('schedule'))).toEqual(['held phone: 3']);
  await scene.declare(person('p102'));
  expect(sorted(story(await scene.sync('schedule')))).toEqual(['update p100', 'update p101']);
}, 60_000);

test('approved changes use nothing of the day up', async () => {
  scene = await makeScene({ limits: { phone: { people: 3, perDay: 10 } } });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(NAMES.slice(0, 40)) });
  await scene.approve(await scene.sync());
  await scene.sync();
  for (const name of NAMES.slice(0, 20)) await scene.declare(person(name, { phone: '+45 28 00 00 00' }));
  await scene.approve(await scene.sync());
  expect((await scene.sync()).applied).toHaveLength(20);
  for (const name of NAMES.slice(20, 23)) await scene.declare(person(name, { phone: '+45 28 00 00 00' }));
  expect((await scene.sync()).applied).toHaveLength(3);
});
