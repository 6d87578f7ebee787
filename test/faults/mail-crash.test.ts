/** A sync that is killed anywhere between the first row about a mail and the last word of the mail server: no mail is lost, none comes three times. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleOf } from '../support/fault-points.ts';
import { type MailBench, makeMailBench, nameOfMailPoint } from '../support/mail-fault-bench.ts';

/** Of the statements; each costs a process and two syncs. Every step of the mail server is tried, and `script/crash --only mail` tries all. */
const STATEMENTS_TRIED = 6;

const seed = Math.floor(Math.random() * 2 ** 31);

let bench: MailBench;

beforeAll(async () => {
  bench = await makeMailBench();
});
afterAll(() => bench.remove());

test('A1: killed at every step of the talk with the mail server: every mail comes once or twice, with one name', async () => {
  const points = bench.points.filter(({ kind }) => kind === 'smtp');
  expect(points).toHaveLength(11);
  for (const point of points)
    expect([nameOfMailPoint(point), await bench.strike(point)]).toEqual([nameOfMailPoint(point), []]);
});

test(`A1: killed before any statement that writes: what happened is told in exactly one mail (seed ${seed})`, async () => {
  const points = sampleOf(
    bench.points.filter(({ kind }) => kind === 'statement'),
    STATEMENTS_TRIED,
    seed,
  );
  expect(points).toHaveLength(STATEMENTS_TRIED);
  for (const point of points)
    expect([nameOfMailPoint(point), await bench.strike(point)]).toEqual([nameOfMailPoint(point), []]);
});
