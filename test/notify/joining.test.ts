/** Who joins what is held or noticed already is told too, in one mail, and nobody twice for coming and going. */
import { expect, test } from 'vitest';
import type { Hold } from '../../src/core/plan.ts';
import { NOON, sampleDisable } from '../contracts/store-samples.ts';
import { HOUR_MS, notice, notifierScene, reportWith } from './notifier-scene.ts';

const MINUTE_MS = HOUR_MS / 60;

const HOLD: Hold = {
  rule: 'disable',
  because: '40 people in one run; the limit of "disable" is 25.',
  release: 'muster approve c090383718fd --reason …',
  digest: 'c090383718fd',
  changes: [sampleDisable('ajensen')],
};

/** A notifier that has begun, and nothing queued by that. */
async function begun(at = NOON) {
  const scene = await notifierScene(at);
  const notifier = await scene.notifier();
  await notifier.begin();
  // The digest of the first day is another test's.
  await notifier.passed(reportWith());
  await scene.fresh();
  return { ...scene, tell: notifier };
}

test('a hold that somebody else joins is told anew once, and not for whoever comes and goes', async () => {
  const { tell, clock, fresh } = await begun();
  const told: number[] = [];
  for (const people of [['a'], ['a'], ['a', 'b'], ['a', 'b'], ['a'], ['a', 'b']]) {
    const changes = people.map((one) => sampleDisable(one));
    await tell.passed(reportWith({ holds: [{ ...HOLD, digest: people.join(''), changes }] }));
    told.push((await fresh()).length);
    clock.now += 40 * MINUTE_MS;
  }
  expect(told).toEqual([0, 1, 0, 1, 0, 0]);
});

test('many notices of one kind are listed in one mail, and one more is told as well', async () => {
  const { tell, clock, fresh } = await begun();
  const told: number[] = [];
  for (const count of [199, 199, 200, 200, 200]) {
    const notices = Array.from({ length: count }, (_, n) => notice({ person: `p${n}`, text: `p${n}.`, next: 'Look.' }));
    await tell.passed(reportWith({}, { notices }));
    const mails = await fresh();
    told.push(mails.length);
    for (const { text } of mails) expect(text).toContain('p198.');
    clock.now += 40 * MINUTE_MS;
  }
  expect(told).toEqual([0, 1, 0, 1, 0]);
});
