/** Who joins what is held or noticed already is told too, in one mail, and nobody twice for coming and going. */
import { expect, test } from 'vitest';
import { sampleDisable } from '../contracts/store-samples.ts';
import { begun, HOLD, HOUR_MS, notice, reportWith } from './notifier-scene.ts';

const MINUTE_MS = HOUR_MS / 60;

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
