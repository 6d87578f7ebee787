/** Merges that were reviewed: what was shown goes on as ever, what takes more waits for somebody, and what came of it is told. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import type { SealOutcome } from '../../src/core/seal.ts';
import { outcomeHeadline } from '../../src/views/review-outcome.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { makeReviewBench, type Merging, type ReviewBench } from '../support/review-bench.ts';

const CBS = ['a1', 'a2', 'a3'];
const ITU = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'];
const BLOCKED = blocks('institution', [{ target: 'cbs', from: '2026-01-01' }]);

let bench: ReviewBench;

beforeEach(async () => {
  bench = await makeReviewBench();
  await bench.scene.declare({
    ...institution('cbs', 'Copenhagen Business Studies'),
    ...institution('itu', 'Northlake IT'),
    ...people(CBS),
    ...people(ITU, { institution: 'itu' }),
    ...person('longer', { institution: 'itu' }),
  });
  await bench.scene.settle();
});

afterEach(() => bench.close());

function doneIn({ applied }: Report): readonly string[] {
  return applied
    .filter(({ outcome }) => outcome.status === 'applied')
    .map(({ change }) => `${change.kind} ${change.address.key}`)
    .sort();
}

function heldIn({ holds }: Report): readonly string[] {
  return holds.flatMap(({ rule, changes }) => changes.map(({ kind, address }) => `${rule}: ${kind} ${address.key}`)).sort();
}

async function outcome(): Promise<SealOutcome> {
  const [one, ...others] = await bench.scene.store.seals.untold();
  if (one === undefined || others.length > 0) throw new RangeError(`${others.length} more outcomes, or none`);
  return one.outcome;
}

/** Somebody of another institution comes to belong to the one that the reviewed branch blocks. */
function movedIn(username: string) {
  return { [`users/itu/${username}.yaml`]: Object.values(person(username, { institution: 'cbs' }))[0] ?? null };
}

describe.each<Merging>(['merge', 'squash', 'rebase'])('merged with %s', (how) => {
  test('what was reviewed is applied as ever, and told', async () => {
    await bench.branch('work', BLOCKED);
    const review = await bench.review('work');
    expect(review.items).toHaveLength(3);
    await bench.merge('work', how);
    const report = await bench.scene.sync();
    expect(doneIn(report)).toEqual(['disable a1', 'disable a2', 'disable a3']);
    expect(report.holds).toEqual([]);
    expect(await outcome()).toMatchObject({ name: 'branch work', shown: 3, done: 3, waiting: 0, deviations: [], held: [] });
    expect(outcomeHeadline(await outcome())).toBe('Done as it was shown.');
  });

  test('whoever came under a reviewed block meanwhile is held, the others are shut out, and it is told', async () => {
    await bench.branch('work', BLOCKED);
    await bench.review('work');
    await bench.scene.declare(movedIn('b1'));
    await bench.merge('work', how);
    const report = await bench.scene.sync();
    expect(doneIn(report)).toEqual(expect.arrayContaining(['disable a1', 'disable a2', 'disable a3']));
    expect(heldIn(report)).toContain('unreviewed: disable b1');
    expect(await outcome()).toMatchObject({ shown: 3, done: 3, held: [{ key: 'b1' }] });
    expect((await outcome()).deviations).toMatchObject([{ how: 'unshown', person: { key: 'b1' } }]);
  });
});

test('what is held stays held over later pushes and restarts until somebody lets it through, and then that is told', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.scene.declare(movedIn('b1'));
  await bench.merge('work');
  await bench.scene.sync();
  const { seals } = bench.scene.store;
  for (const { id, outcome: told } of await seals.untold()) await seals.told(id, told.at);
  await bench.scene.declare(person('a9', { institution: 'itu' }));
  await bench.scene.reopen();
  const later = await bench.scene.sync();
  expect(heldIn(later)).toContain('unreviewed: disable b1');
  expect(await bench.scene.store.seals.untold()).toEqual([]);
  await bench.scene.approve(later);
  expect(doneIn(await bench.scene.sync())).toContain('disable b1');
  expect((await outcome()).held).toEqual([]);
  expect(await bench.scene.store.seals.inForce()).toEqual([]);
});
