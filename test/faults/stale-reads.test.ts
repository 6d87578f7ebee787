/** Reads that a domain controller of the past answers, chosen by a seed: script/crash --only stale tries every one. */
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../support/fault-points.ts';
import { figure } from '../support/figures.ts';
import { missingForSamba } from '../support/samba.ts';
import { allStalePoints, differences, everyStaleRead, type StalePoint, staleName } from '../support/stale-reads.ts';

/** Set MUSTER_SEED to repeat a run. */
const SEED = Number(process.env.MUSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Some two seconds each on an idle core. */
const POINTS = 8;

describe.skipIf(missingForSamba().length > 0)('D5: reads answered by a server of the past', () => {
  test('D5: whichever read of a scenario goes astray, alone or with all that follow: no wrong write, and everybody ends as if none had', async () => {
    const choose = (points: readonly StalePoint[]) => sampleOf(points, POINTS, SEED);
    let tried = 0;
    for await (const { point, wrong } of everyStaleRead({ choose })) {
      tried += 1;
      expect(wrong, `Again: script/crash --at ${point}`).toEqual([]);
    }
    expect(tried).toBe(POINTS);
    figure(`${POINTS} stale reads, seed ${SEED}`);
  });
});

describe('what counts as wrong', () => {
  const course = (...values: readonly string[]) => ({
    states: values.map((value) => new Map([['CN=a1', [`mobile: ${value}`]]])),
    usnSteps: values.length,
    reads: 1,
    left: [],
    staleReads: 1,
  });
  const reference = course('1', '2', '3');

  test('a value that no undisturbed course has, one out of order, another end, or more writes', () => {
    expect(differences(course('1', '2', '3'), reference)).toEqual([]);
    expect(differences(course('1', '1', '3'), reference)).toEqual([]);
    expect(differences(course('1', '4', '3'), reference)).toHaveLength(1);
    expect(differences(course('2', '1', '3'), reference)).toHaveLength(1);
    expect(differences(course('1', '2', '2'), reference)).toHaveLength(1);
    expect(differences(course('1', '2', '3', '3'), reference)).toEqual(['1 writes more than undisturbed']);
    expect(differences({ ...reference, left: ['update a1'] }, reference)).toEqual([
      'still planned at the end: update a1',
    ]);
  });

  test('every read is tried in six ways', () => {
    const names = allStalePoints({ sync: 2, serve: 1 }).map(staleName);
    expect(names).toHaveLength(9);
    expect(names).toContain('stale:sync:behind:2');
  });

  test('a sample as large as all of them is all of them, each once', () => {
    const all = allStalePoints({ sync: 3, serve: 2 });
    expect(sampleOf(all, all.length, SEED).toSorted((a, b) => all.indexOf(a) - all.indexOf(b))).toEqual(all);
    expect(new Set(sampleOf(all, 4, SEED)).size).toBe(4);
  });
});
