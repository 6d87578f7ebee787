/** Reviews of branches: what merging would do, to whom and why, and nothing that somebody else causes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Review } from '../../src/core/review.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { reviewHeadline, reviewPage } from '../../src/views/review.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { makeReviewBench, type ReviewBench } from '../support/review-bench.ts';
import { takeOffline } from '../support/scene.ts';

const CBS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];

/** A repository, a directory and two passes, on a machine that is busy otherwise. */
const SETTING_UP_MS = 60_000;

let bench: ReviewBench;

beforeEach(async () => {
  bench = await makeReviewBench();
  await bench.scene.declare({
    ...institution('cbs', 'Copenhagen Business Studies'),
    ...institution('itu', 'Northlake IT'),
    ...people(CBS),
    ...person('only', { institution: 'itu' }),
  });
  await bench.scene.settle();
}, SETTING_UP_MS);

afterEach(() => bench.close());

/** The same branch, reviewed an hour from now. */
function later(): Promise<Review> {
  const parts = bench.parts();
  return bench.review('work', 'plan', { ...parts, clock: () => parts.clock() + 3_600_000 });
}

const namesIn = ({ items }: Review) => items.map(({ change }) => `${change.kind} ${change.address.key}`);
const textOf = (review: Review) => pageAsMarkdown(reviewPage(review, { timeZone: 'Europe/Copenhagen', all: true }));

describe('what a branch causes', () => {
  test('is said with reason and line, apart from what happens without it', async () => {
    await bench.scene.declare(person('other'));
    await bench.branch('work', { ...person('a1', { state: 'closed' }), ...person('n1') });
    const review = await bench.review('work');
    expect(review.state).toBe('changes');
    expect(namesIn(review)).toEqual(['disable a1', 'create n1']);
    expect(review.anyway).toEqual({ changes: 1, people: 1 });
    expect(reviewHeadline(review)).toBe('1 person loses access, 1 person gets an account.');
    const text = textOf(review);
    expect(text).toContain('(`users/cbs/a1.yaml:6`)');
    expect(text).toContain('With or without it, 1 change to 1 person will be made.');
  });

  test('is what merging comes to, not what the branch holds: what came to the target meanwhile is no undoing', async () => {
    await bench.branch('work', person('n1'));
    await bench.scene.declare(person('a2', { state: 'closed' }));
    const review = await bench.review('work');
    expect(namesIn(review)).toEqual(['create n1']);
    expect(review.anyway.changes).toBe(1);
  });

  test('includes what would not happen any more', async () => {
    await bench.scene.declare(person('a2', { state: 'closed' }));
    await bench.branch('work', person('a2'));
    const review = await bench.review('work');
    expect(review.state).toBe('changes');
    expect(review.items).toEqual([]);
    expect(review.spared.map(({ address }) => address.key)).toEqual(['a2']);
    expect(textOf(review)).toContain('Would not happen any more (1 person)');
  });

  test('names an institution that is left without anybody', async () => {
    await bench.branch('work', person('only', { institution: 'itu', state: 'closed' }));
    const text = textOf(await bench.review('work'));
    expect(text).toContain('Nobody of Northlake IT has access any more. Anna Jensen (only) was the last.');
  });

  test('tells which limit it would trip, and who would wait', async () => {
    await bench.branch('work', people(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']));
    const review = await bench.review('work');
    expect(review.holds).toMatchObject([{ rule: 'create', people: 6 }]);
    expect(review.items.every(({ heldBy }) => heldBy === 'create')).toBe(true);
    const text = textOf(review);
    expect(text).toContain('changes to 6 people would wait until somebody decides');
    expect(text).toContain('6 people of 7 accounts; the limit of "create" is 10 %.');
  });

  test('says once what is the same for many', async () => {
    await bench.branch('work', institution('cbs', 'Studies of Business'));
    const text = textOf(await bench.review('work'));
    expect(text.match(/company: Copenhagen Business Studies → Studies of Business/g)).toHaveLength(1);
    for (const name of CBS) expect(text).toContain(`Anna Jensen (${name})`);
  });

  test('is nothing where only a comment changes', async () => {
    await bench.branch('work', {
      'institutions/itu.yaml': '# ours\nid: itu\nname: Northlake IT\ncontacts: [office@itu.example.net]\n',
    });
    const review = await bench.review('work');
    expect(review.state).toBe('nothing');
    expect(reviewHeadline(review)).toBe('Nothing changes for anybody.');
  });
});

describe('what stands in the way', () => {
  test('a conflict is named by its files', async () => {
    await bench.branch('work', person('a1', { given: 'Berit' }));
    await bench.scene.declare(person('a1', { given: 'Carla' }));
    const review = await bench.review('work');
    expect(review).toMatchObject({ state: 'conflict', conflicts: ['users/cbs/a1.yaml'], items: [] });
    expect(reviewHeadline(review)).toBe('It cannot be merged by itself: 1 file conflicts.');
    expect(textOf(review)).toContain('`users/cbs/a1.yaml`');
  });

  test('a mistake of the branch is shown with its line; one that stands in the target already is only counted', async () => {
    await bench.scene.declare({ 'users/cbs/a2.yaml': 'username: a2\nstate: activ\n' });
    await bench.branch('work', { 'users/cbs/a3.yaml': 'username: a3\nstate: clsed\n' });
    const review = await bench.review('work');
    expect(review.state).toBe('errors');
    expect(new Set(review.diagnostics.map(({ file }) => file))).toEqual(new Set(['users/cbs/a3.yaml']));
    expect(review.standing).toBeGreaterThan(0);
    expect(textOf(review)).toContain('`users/cbs/a3.yaml:2');
  });

  test('a system that cannot be read leaves it unknown what would happen, and names no server', async () => {
    await bench.branch('work', person('n1'));
    const backAgain = await takeOffline(bench.scene.directory);
    const review = await bench.review('work');
    expect(review.state).toBe('unknown');
    expect(review.trouble).toHaveLength(1);
    expect(textOf(review)).not.toContain(bench.scene.home);
    await backAgain();
  });

  test('a branch that is not there is said', async () => {
    await expect(bench.review('nowhere')).rejects.toThrow('The repository has no branch nowhere.');
  });
});

describe('what a branch cannot bring to light', () => {
  test('where and what an account is whose name it only writes down', async () => {
    await bench.scene.directory.add('secret', { mobile: '+4599999999', displayName: 'Hidden Person' }, undefined);
    await bench.branch('work', person('secret'));
    const review = await bench.review('work');
    expect(review.notices.map(({ kind }) => kind)).toEqual(['exists-not-ours']);
    const all = JSON.stringify(review) + textOf(review);
    expect(all).not.toContain('+4599999999');
    expect(all).not.toContain('OU=');
    expect(all).toContain('an account of this name exists already');
  });

  test('anything of systems and memory, where only mistakes are looked for', async () => {
    await bench.branch('work', { ...person('a1', { state: 'closed' }), ...person('n1') });
    const backAgain = await takeOffline(bench.scene.directory);
    const review = await bench.review('work', 'validate');
    expect(review).toMatchObject({ state: 'valid', items: [], notices: [], read: [], trouble: [] });
    await backAgain();
  });
});

test('its digests depend on what is shown, not on when: of somebody who leaves as well', async () => {
  await bench.branch('work', person('a1', { state: 'closed' }));
  const [first, second] = [await bench.review('work'), await later()];
  expect(second.at).toBeGreaterThan(first.at);
  expect(second.items.map(({ digest }) => digest)).toEqual(first.items.map(({ digest }) => digest));
  expect(second.digest).toBe(first.digest);
  expect(JSON.stringify(second.items)).not.toContain('"leave"');
});

test('writes nothing: neither to a system nor to what is remembered', async () => {
  await bench.branch('work', {
    ...person('a1', { state: 'closed' }),
    ...blocks('user', [{ target: 'a2', from: '2026-01-01' }]),
  });
  const { directory, store } = bench.scene;
  const before = [await directory.bytes(), await store.memory.revision(), await store.memory.entries()];
  await bench.review('work');
  expect([await directory.bytes(), await store.memory.revision(), await store.memory.entries()]).toEqual(before);
});
