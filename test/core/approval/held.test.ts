/** What is kept of a revision that is held because it is not approved: since when, and how it ended. */
import { expect, test } from 'vitest';
import { type HeldRevision, type HeldStanding, keepHeld, keepLetIn, stateOf } from '../../../src/core/approval/held.ts';

const LAST = 'a'.repeat(40);
const HELD: HeldRevision = {
  ...{ from: LAST, to: 'b'.repeat(40), commits: ['b'.repeat(40)], next: 'Have it approved.' },
  lacks: [{ commit: 'b'.repeat(40), text: 'It needs one more.', of: ['Otto'] }],
};

function memory() {
  const kept: HeldStanding[] = [];
  const refused = () => Promise.reject(new Error('only whoever tells knows'));
  return {
    kept,
    standing: async () => kept.at(-1) ?? null,
    keep: async (standing: HeldStanding) => void kept.push(standing),
    told: refused,
    keepTold: refused,
  };
}

const descends = async (from: string, to: string) => from === to;

test('the same again is not written, and another lack of the same revision does not begin it anew', async () => {
  const store = memory();
  await keepHeld(store, HELD, 1);
  await keepHeld(store, { ...HELD }, 2);
  await keepHeld(store, { ...HELD, lacks: [] }, 3);
  await keepHeld(store, { ...HELD, to: 'c'.repeat(40) }, 4);
  expect(store.kept.map(({ since }) => since)).toEqual([1, 1, 4]);
  expect(new Set(store.kept.map(stateOf)).size).toBe(3);
});

test('it ends once, with who answered, and with whether all of it came in', async () => {
  const store = memory();
  await keepLetIn(store, { descends }, { revision: HELD.to }, null, 1);
  expect(store.kept).toEqual([]);
  await keepHeld(store, HELD, 2);
  const answer = { signedBy: ['Rita'], approvedBy: ['Otto'], commits: [] };
  await keepLetIn(store, { descends }, { revision: HELD.to }, answer, 3);
  await keepLetIn(store, { descends }, { revision: 'd'.repeat(40) }, answer, 4);
  expect(store.kept.at(-1)?.letIn).toEqual({ ...answer, revision: HELD.to, at: 3, isWhole: true });
});

test('a branch that was set back has not taken it in', async () => {
  const store = memory();
  await keepHeld(store, HELD, 1);
  await keepLetIn(store, { descends }, { revision: LAST }, null, 2);
  expect(store.kept.at(-1)?.letIn).toMatchObject({ revision: LAST, isWhole: false, approvedBy: [] });
});
