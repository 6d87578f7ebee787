/** What no single run shows: forty-eight runs that each stay under the limit, and sites so small that a percentage means nothing. */
import { expect, test } from 'vitest';
import { type Files, institution, people } from '../support/desired-state.ts';
import { makeTemplate, SMALL } from '../support/embedded-ground.ts';
import { CBS, ENABLED, type Ground, writtenBetween } from '../support/ground.ts';
import { HOUR_MS } from '../support/reconciliation.ts';
import { makeScene } from '../support/scene.ts';

const RUNS = 48;
const NEW = Array.from({ length: RUNS }, (_, nth) => `n${String(nth).padStart(2, '0')}`);
/** Nineteen people without dates of their own file; who is through begins again with another value. */
const PLAIN = CBS.slice(6, 19);

/** What one more person's change of that class is, in run `nth`. */
const STEPS: Readonly<Record<string, (nth: number, ground: Ground) => Files>> = {
  phone: (nth) => people([pick(nth)], { phone: `+45 28 00 00 ${10 + Math.floor(nth / PLAIN.length)}` }),
  create: (nth) => people([NEW[nth] ?? '']),
  disable: (nth, { day }) => people([pick(nth)], { starts: day(300) }),
  block: (nth) => people([pick(nth)], { state: 'closed' }),
};

function pick(nth: number): string {
  return PLAIN[nth % PLAIN.length] ?? '';
}

test.each(Object.entries(STEPS))(
  'P2: "%s": forty-eight runs of one person each do no more than a day may',
  async (name, step) => {
    const template = await makeTemplate('folder');
    const perDay = 8;
    const ground = await template.copy({ limits: { ...SMALL, [name]: { ...limitOf(name), people: 2, perDay } } });
    try {
      const before = await ground.accounts();
      for (let nth = 0; nth < RUNS; nth += 1) {
        await ground.declare(step(nth, ground));
        await ground.sync('schedule');
        ground.scene.clock.now += HOUR_MS / 2;
      }
      const written = writtenBetween(before, await ground.accounts());
      expect(Object.values(written)).toEqual([perDay]);
      const report = await ground.sync('schedule');
      expect(report.holds.map(({ rule }) => rule)).toEqual([name]);
    } finally {
      await ground.scene.close();
      await template.remove();
    }
  },
);

function limitOf(name: string): object {
  return name === 'block' ? SMALL.block : {};
}

const SIZES = Array.from({ length: 20 }, (_, nth) => nth + 1);
const MOST = 3;
/** What strikes everybody of a small site at once, in this order. */
const STRIKES: readonly (readonly [rule: string, fields: Parameters<typeof people>[1]])[] = [
  ['phone', { phone: '+45 28 00 00 00' }],
  ['update', { phone: '+45 28 00 00 00', given: 'Ida' }],
  ['block', { phone: '+45 28 00 00 00', given: 'Ida', state: 'closed' }],
];

test.each(SIZES)('P3: a site of %i: no percentage, but more than three people are held all the same', async (size) => {
  const limit = { people: MOST, percent: 1 };
  const block = { people: MOST, perDay: 1000, institutions: 3, institutionPeople: 2000 };
  const scene = await makeScene({ limits: { always: 5, create: limit, phone: limit, update: limit, block } });
  try {
    const names = ENABLED.slice(0, size);
    await scene.declare({ ...institution('cbs', 'CBS'), ...people(names) });
    const first = await scene.sync();
    expect(first.applied.length).toBe(size <= MOST ? size : 0);
    await scene.approve(first);
    await scene.sync();
    for (const [rule, fields] of STRIKES) {
      await scene.declare(people(names, fields));
      const report = await scene.sync();
      expect([rule, report.applied.length]).toEqual([rule, size <= MOST ? size : 0]);
      expect(report.holds.map((hold) => [hold.rule, hold.changes.length])).toEqual(size <= MOST ? [] : [[rule, size]]);
      await scene.approve(report);
      await scene.sync();
    }
    expect(await scene.directory.enabled()).toEqual([]);
  } finally {
    await scene.close();
  }
});
