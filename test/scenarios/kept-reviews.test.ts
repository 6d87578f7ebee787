/** Kept reviews: what is recognised of a merge, and what ends a review that was kept, so that no newcomer is shut out unseen. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { pageAsMarkdown } from '../../src/views/markdown.ts';
import { reviewPage } from '../../src/views/review.ts';
import { blocks, type Files, institution, people, person } from '../support/desired-state.ts';
import { type Merging, makeReviewBench, type ReviewBench } from '../support/review-bench.ts';

const CBS = { target: 'cbs', from: '2026-01-01' };
const BLOCKED = listed(CBS);

/** A repository, a directory and two passes, on a machine that is busy otherwise. */
const SETTING_UP_MS = 60_000;

let bench: ReviewBench;

beforeEach(async () => {
  bench = await makeReviewBench();
  await bench.scene.declare({
    ...institution('cbs', 'Copenhagen Business Studies'),
    ...institution('itu', 'Northlake IT'),
    ...people(['a1', 'a2', 'a3']),
    ...people(['b1', 'b2', 'b3', 'b4', 'b5', 'b6'], { institution: 'itu' }),
  });
  await bench.scene.settle();
}, SETTING_UP_MS);

afterEach(() => bench.close());

function listed(...entries: Parameters<typeof blocks>[1]): Files {
  return blocks('institution', entries);
}

/** Blocks of one day long ago. */
function over(...days: readonly string[]): Parameters<typeof blocks>[1] {
  return days.map((day) => ({ target: 'itu', from: day, until: day }));
}

/** Somebody who was never shown to lose anything comes to belong to that institution. */
function movedIn(username: string, where = 'cbs'): Files {
  return { [`users/itu/${username}.yaml`]: Object.values(person(username, { institution: where }))[0] ?? null };
}

function doneIn({ applied }: Report): readonly string[] {
  const done = applied.filter(({ outcome }) => outcome.status === 'applied');
  return done.map(({ change }) => `${change.kind} ${change.address.key}`).sort();
}

function heldIn({ holds }: Report): readonly string[] {
  return holds
    .flatMap(({ rule, changes }) => changes.map(({ kind, address }) => `${rule}: ${kind} ${address.key}`))
    .sort();
}

const HELD = 'unreviewed: disable b1';

describe('the merge is recognised by the entries', () => {
  test.each<Merging>(['squash', 'rebase'])('merged with %s after others wrote into the same file', async (how) => {
    await bench.scene.declare(listed(...over('2024-02-01', '2024-03-01')));
    await bench.scene.sync();
    await bench.branch('work', listed(...over('2024-02-01', '2024-03-01'), CBS));
    await bench.review('work');
    await bench.scene.declare({ ...listed(...over('2024-01-01', '2024-02-01', '2024-03-01')), ...movedIn('b1') });
    await bench.merge('work', how);
    const report = await bench.scene.sync();
    expect(doneIn(report)).toEqual(expect.arrayContaining(['disable a1', 'disable a2', 'disable a3']));
    expect(heldIn(report)).toContain(HELD);
  });

  test('and not where they stand otherwise than they were reviewed', async () => {
    await bench.branch('work', BLOCKED);
    await bench.review('work');
    await bench.scene.declare(listed({ ...CBS, from: '2026-01-02' }));
    await bench.scene.sync();
    expect(await bench.scene.store.seals.open()).toHaveLength(1);
    expect(await bench.scene.store.seals.untold()).toEqual([]);
  });

  test('and by files and history alone where an earlier version kept the review', async () => {
    await bench.branch('work', BLOCKED);
    await bench.review('work');
    const { seals } = bench.scene.store;
    const [kept] = await seals.open();
    if (kept === undefined) throw new RangeError('nothing was kept');
    await seals.keep({ ...kept.seal, entries: kept.seal.entries.map(({ content: _content, ...one }) => one) }, 0);
    await bench.scene.declare(movedIn('b1'));
    await bench.merge('work', 'squash');
    expect(heldIn(await bench.scene.sync())).toContain(HELD);
  });
});

describe('a later review of the branch', () => {
  test.each(['plan', 'validate'] as const)('after the merge (%s) leaves what was shown before it', async (how) => {
    await bench.branch('work', BLOCKED);
    await bench.review('work');
    await bench.scene.declare(movedIn('b1'));
    await bench.merge('work', 'squash');
    const review = await bench.review('work', how);
    expect([review.files, review.noLongerCounts]).toEqual([[], undefined]);
    expect(heldIn(await bench.scene.sync())).toContain(HELD);
  });

  test('that only looks for mistakes leaves what was shown of the same commits', async () => {
    await bench.branch('work', BLOCKED);
    await bench.review('work');
    expect((await bench.review('work', 'validate')).noLongerCounts).toBeUndefined();
    await bench.scene.declare(movedIn('b1'));
    await bench.merge('work');
    expect(heldIn(await bench.scene.sync())).toContain(HELD);
  });

  test('that only looks for mistakes in newer commits ends what was shown of others, and says so', async () => {
    const shown = await bench.branch('work', BLOCKED);
    await bench.review('work');
    await bench.branch('work', person('n1'));
    const review = await bench.review('work', 'validate');
    expect(review.noLongerCounts).toBe(shown);
    const text = pageAsMarkdown(reviewPage(review, { timeZone: 'Europe/Copenhagen', all: true }));
    expect(text).toContain(`What the review of ${shown.slice(0, 10)} showed counts no longer`);
    expect(await bench.scene.store.seals.open()).toEqual([]);
    expect((await bench.review('work', 'validate')).noLongerCounts).toBeUndefined();
  });
});

describe('an institution that comes to be part of one that is blocked', () => {
  const file = 'institutions/itu.yaml';
  const within = { [file]: `${institution('itu', 'Northlake IT')[file] ?? ''}partOf: cbs\n` };

  beforeEach(async () => {
    await bench.scene.declare(BLOCKED);
    await bench.scene.sync();
  });

  test('is named as the reason beside the block', async () => {
    await bench.branch('work', within);
    const review = await bench.review('work');
    expect(review.items).toHaveLength(6);
    const text = pageAsMarkdown(reviewPage(review, { timeZone: 'Europe/Copenhagen', all: true }));
    expect(text).toContain('(`blocked-institutions.yaml:3`, `institutions/itu.yaml:4`)');
  });

  test('shuts out whoever was shown, and holds who came to belong to it since', async () => {
    await bench.scene.declare(institution('dtu', 'Southlake'));
    await bench.scene.declare(person('c1', { institution: 'dtu' }));
    await bench.scene.settle();
    await bench.branch('work', within);
    await bench.review('work');
    await bench.scene.declare({ 'users/dtu/c1.yaml': movedIn('c1', 'itu')['users/itu/c1.yaml'] ?? null });
    await bench.merge('work', 'squash');
    const report = await bench.scene.sync();
    expect(doneIn(report)).toEqual(expect.arrayContaining(['disable b1', 'disable b6']));
    expect(heldIn(report).filter((one) => one.startsWith('unreviewed'))).toEqual(['unreviewed: disable c1']);
  });

  test('holds nobody whom the block names as well by an institution of their own', async () => {
    await bench.branch('work', within);
    await bench.review('work');
    await bench.scene.declare(movedIn('b1'));
    await bench.merge('work');
    expect(doneIn(await bench.scene.sync())).toContain('disable b1');
  });
});
