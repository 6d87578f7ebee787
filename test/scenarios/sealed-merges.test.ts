/** Merges that were reviewed: what was shown goes on as ever, what takes more waits for somebody, and what came of it is told. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import type { SealOutcome } from '../../src/core/seal.ts';
import { outcomeHeadline, outcomeMarkdown } from '../../src/views/review-outcome.ts';
import { blocks, type Files, institution, people, person } from '../support/desired-state.ts';
import { type Merging, makeReviewBench, type ReviewBench } from '../support/review-bench.ts';
import { takeOffline } from '../support/scene.ts';

const CBS = ['a1', 'a2', 'a3'];
const ITU = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'];
const BLOCKED = blocks('institution', [{ target: 'cbs', from: '2026-01-01' }]);

/** A repository, a directory and two passes, on a machine that is busy otherwise. */
const SETTING_UP_MS = 60_000;

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
}, SETTING_UP_MS);

afterEach(() => bench.close());

function doneIn({ applied }: Report): readonly string[] {
  return applied
    .filter(({ outcome }) => outcome.status === 'applied')
    .map(({ change }) => `${change.kind} ${change.address.key}`)
    .sort();
}

function heldIn({ holds }: Report): readonly string[] {
  return holds
    .flatMap(({ rule, changes }) => changes.map(({ kind, address }) => `${rule}: ${kind} ${address.key}`))
    .sort();
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
    expect(await outcome()).toMatchObject({
      name: 'branch work',
      shown: 3,
      done: 3,
      waiting: 0,
      deviations: [],
      held: [],
    });
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

test('what is held is let go by another reason, and not by the reviewed entry leaving its file', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.scene.declare({ ...movedIn('b1'), ...movedIn('b2') });
  await bench.merge('work');
  await bench.scene.sync();
  await bench.scene.declare({ 'blocked-institutions.yaml': null });
  expect(heldIn(await bench.scene.sync())).toEqual(
    expect.arrayContaining(['unreviewed: disable b1', 'unreviewed: disable b2']),
  );
  await bench.scene.declare(blocks('user', [{ target: 'b1', from: '2026-01-01' }]));
  const report = await bench.scene.sync();
  expect(doneIn(report)).toContain('disable b1');
  expect(heldIn(report)).toContain('unreviewed: disable b2');
});

test('where the directory cannot be read at first, what was not shown is held once it can be', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.scene.declare(movedIn('b1'));
  await bench.merge('work');
  const backAgain = await takeOffline(bench.scene.directory);
  await bench.scene.sync();
  expect(await bench.scene.store.seals.untold()).toEqual([]);
  await backAgain();
  const report = await bench.scene.sync();
  expect(heldIn(report)).toContain('unreviewed: disable b1');
  expect(await outcome()).toMatchObject({ shown: 3, done: 3, held: [{ key: 'b1' }] });
});

test('a crash right after the merge was taken in forgets nothing of the review', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.scene.declare(movedIn('b1'));
  await bench.merge('work');
  const parts = bench.scene.parts();
  const { memory } = parts.store;
  const remember = async (...given: Parameters<typeof memory.remember>) => {
    await memory.remember(...given);
    throw new Error('killed');
  };
  const dying = { ...parts, store: { ...parts.store, memory: { ...memory, remember } } };
  await expect(pass(dying, { trigger: 'command', dryRun: false })).rejects.toThrow('killed');
  await bench.scene.reopen();
  expect(heldIn(await bench.scene.sync())).toContain('unreviewed: disable b1');
});

test('a plan shows what would be held, and settles nothing', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.scene.declare(movedIn('b1'));
  await bench.merge('work');
  expect(heldIn(await bench.scene.plan())).toContain('unreviewed: disable b1');
  expect(await bench.scene.store.seals.inForce()).toEqual([]);
  expect(await bench.scene.store.seals.open()).toHaveLength(1);
});

describe('what the reviewed entries do not cause', () => {
  const list = (...entries: readonly Files[]) => ({
    'users/itu/list.yaml': entries
      .flatMap((one) => Object.values(one))
      .map((text) => `- ${(text ?? '').trimEnd().replaceAll('\n', '\n  ')}\n`)
      .join(''),
  });
  const closed = person('c2', { institution: 'itu', state: 'closed' });

  test('is done at once though it stands in the same file: somebody switched on by hand who is closed', async () => {
    await bench.scene.declare(list(person('c1', { institution: 'itu' }), person('c2', { institution: 'itu' })));
    await bench.scene.settle();
    await bench.scene.declare(list(person('c1', { institution: 'itu' }), closed));
    await bench.scene.sync();
    await bench.branch('work', list(person('c1', { institution: 'itu', given: 'Berit' }), closed));
    await bench.review('work');
    await bench.scene.directory.enable('c2');
    await bench.merge('work');
    const report = await bench.scene.sync();
    expect(doneIn(report)).toEqual(['disable c2', 'update c1']);
    expect(report.holds).toEqual([]);
  });
});

test('what moved without taking more goes on, and is told', async () => {
  await bench.branch('work', person('longer', { institution: 'itu', given: 'Berit', phone: '+45 26 11 11 11' }));
  const review = await bench.review('work');
  expect(review.items.map(({ change }) => change.kind)).toEqual(['update']);
  await bench.scene.directory.set('longer', { mobile: '+4526222222' });
  await bench.merge('work');
  const report = await bench.scene.sync();
  expect(doneIn(report)).toContain('update longer');
  expect(await outcome()).toMatchObject({
    shown: 1,
    done: 0,
    held: [],
    deviations: [{ how: 'otherwise', person: { key: 'longer' } }],
  });
  expect(outcomeMarkdown(await outcome(), 'Europe/Copenhagen')).toContain('Happens otherwise than was shown');
});

test('of two merge requests about one person, the second is held against what it showed itself', async () => {
  const longer = (more: Parameters<typeof person>[1]) => person('longer', { institution: 'itu', ...more });
  await bench.branch('first', longer({ state: 'closed' }));
  await bench.branch('second', longer({ given: 'Berit' }));
  await bench.review('first');
  await bench.review('second');
  await bench.merge('first');
  expect(doneIn(await bench.scene.sync())).toEqual(['disable longer']);
  expect(outcomeHeadline(await outcome())).toBe('Done as it was shown.');
  await bench.merge('second');
  const report = await bench.scene.sync();
  expect(report.holds).toEqual([]);
  const names = (await bench.scene.store.seals.untold()).map((one) => one.outcome.name);
  expect(names).toEqual(['branch first', 'branch second']);
});

test('a review that could not show what would happen ends what an earlier one of the branch showed', async () => {
  await bench.branch('work', BLOCKED);
  await bench.review('work');
  await bench.branch('work', person('n1'));
  const backAgain = await takeOffline(bench.scene.directory);
  await bench.review('work');
  await backAgain();
  expect(await bench.scene.store.seals.open()).toEqual([]);
});

test('a merge that nobody reviewed is applied as ever', async () => {
  await bench.branch('work', BLOCKED);
  await bench.scene.declare(movedIn('b1'));
  await bench.merge('work');
  const report = await bench.scene.sync();
  expect(doneIn(report)).toEqual(expect.arrayContaining(['disable a1', 'disable b1']));
  expect(await bench.scene.store.seals.untold()).toEqual([]);
});
