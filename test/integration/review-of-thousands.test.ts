/** A branch that declares 2,000 people at once, as real files on a real branch: reviewed whole, and readable within a comment. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reviewHeadline, reviewMarkdown } from '../../src/views/review.ts';
import { institution, people, person } from '../support/desired-state.ts';
import { makeReviewBench, type ReviewBench } from '../support/review-bench.ts';

const PEOPLE = 2_000;
/** Far below what any forge takes in one comment: more than anybody reads. */
const CHARACTERS = 60_000;

let bench: ReviewBench;

beforeEach(async () => {
  bench = await makeReviewBench();
  await bench.scene.declare({ ...institution('cbs', 'Copenhagen Business Studies'), ...people(['a1', 'a2']) });
  await bench.scene.settle();
});

afterEach(() => bench.close());

test('a branch of 2,000 changes is summed up first, names its limit and some people, and fits into a comment', async () => {
  const names = Array.from({ length: PEOPLE }, (_, nth) => `p${String(nth).padStart(5, '0')}`);
  await bench.branch('everybody', { ...people(names), ...person('a1', { state: 'closed' }) });
  const review = await bench.review('everybody');
  expect(review.items).toHaveLength(PEOPLE + 1);
  expect(reviewHeadline(review)).toBe('1 person loses access, 2,000 people get an account.');
  expect(review.holds).toMatchObject([{ rule: 'create', people: PEOPLE }]);
  const text = reviewMarkdown(review, { characters: CHARACTERS, link: null, timeZone: 'Europe/Copenhagen' });
  expect(text.length).toBeLessThanOrEqual(CHARACTERS);
  const [, , headline, , held] = text.split('\n');
  expect([headline, held]).toEqual([
    '1 person loses access, 2,000 people get an account.',
    'Of this, changes to 2,000 people would wait until somebody decides.',
  ]);
  expect(text).toContain('Anna Jensen (a1)');
  expect(text).toMatch(/… and 1,?\d{3} more/);
  expect(new Set(review.items.map(({ digest }) => digest)).size).toBe(PEOPLE + 1);
  const [seal] = await bench.scene.store.seals.open();
  expect(seal?.seal.changes).toHaveLength(PEOPLE + 1);
});
