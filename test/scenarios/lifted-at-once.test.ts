/** A block that is lifted on its first day: it was carried out, and giving back says why, wherever it is told. */
import { afterEach, describe, expect, test } from 'vitest';
import { whyOf } from '../../src/core/why.ts';
import { makeCompany } from '../support/company.ts';
import { type BlockFields, blocks, type Files, mailBlocks } from '../support/desired-state.ts';
import { NOW } from '../support/reconciliation.ts';
import type { Scene } from '../support/scene.ts';

/** The day of the scene. */
const TODAY = '2026-06-15';

let scene: Scene;
afterEach(() => scene.close());

const lists: readonly (readonly [string, (...entries: readonly BlockFields[]) => Files, string, string])[] = [
  ['an institution', (...entries) => blocks('institution', entries), 'dtu', 'the block of DTU'],
  ['a person', (...entries) => blocks('user', entries), 'dora', 'the block of Anna Jensen (dora)'],
  ['the mail of a person', mailBlocks, 'dora', 'the mail block of Anna Jensen (dora)'],
];

describe.each(lists)('of %s', (_name, list, target, who) => {
  test('is told as lifted on that day, in each system', async () => {
    scene = await makeCompany({ mailBlocks: true, tokens: true });
    await scene.declare(list({ target, from: TODAY }));
    const { plan } = await scene.sync();
    const taken = plan.changes.filter(({ effect, person }) => effect === 'takes' && person.key === 'dora');
    expect(taken.length).toBeGreaterThan(0);

    await scene.declare(list({ target, from: TODAY, lifted: TODAY }));
    const given = (await scene.sync()).plan.changes.filter(({ person }) => person.key === 'dora');
    expect(new Set(given.map(({ address }) => address.system))).toEqual(
      new Set(taken.map(({ address }) => address.system)),
    );
    for (const { kind, classes, cause } of given) {
      expect({ kind, classes, text: cause.text, line: cause.origin?.line }).toEqual({
        kind: 'enable',
        classes: ['lift'],
        text: `${who} since ${TODAY} was lifted on ${TODAY}`,
        line: 4,
      });
    }
    const { ended, standing } = await whyOf(scene.parts(), null, 'dora');
    expect(ended.map(({ text }) => text)).toEqual([`${who} since ${TODAY} was lifted on ${TODAY}`]);
    expect(standing?.nextDue).toBeNull();
  });
});

test('one that was cancelled before its first day never was, and nothing is due', async () => {
  scene = await makeCompany();
  const from = '2026-07-01';
  await scene.declare(blocks('user', [{ target: 'dora', from, lifted: from }]));
  expect((await scene.sync()).plan.changes).toEqual([]);
  const { standing, ended } = await whyOf(scene.parts(), null, 'dora');
  expect({ due: standing?.nextDue, ended }).toEqual({ due: null, ended: [] });
  scene.clock.now = NOW + 40 * 86_400_000;
  expect((await scene.sync()).plan.changes).toEqual([]);
});
