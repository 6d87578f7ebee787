/** Reviews of branches: what merging would do, to whom and why, and nothing that somebody else causes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { reviewHeadline, reviewPage } from '../../src/views/review.ts';
import { institution, people, person } from '../support/desired-state.ts';
import { makeReviewBench, type ReviewBench } from '../support/review-bench.ts';

const CBS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];

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
});

afterEach(() => bench.close());

test('says who loses and who gains, with reason and line, and nothing that happens without it', async () => {
  await bench.scene.declare(person('other'));
  await bench.branch('work', { ...person('a1', { state: 'closed' }), ...person('n1') });
  const review = await bench.review('work');
  expect(review.state).toBe('changes');
  expect(review.items.map(({ change }) => `${change.kind} ${change.address.key}`)).toEqual(['disable a1', 'create n1']);
  expect(review.anyway).toEqual({ changes: 1, people: 1 });
  expect(reviewHeadline(review)).toBe('1 person loses access, 1 person gets an account.');
  const text = pageAsMarkdown(reviewPage(review, { timeZone: 'Europe/Copenhagen', all: true }));
  expect(text).toContain('(`users/cbs/a1.yaml:6`)');
  expect(text).toContain('With or without it, 1 change to 1 person will be made.');
});
