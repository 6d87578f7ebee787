/** The sharing out of crash points among processes. */
import { expect, test } from 'vitest';
import { shareOf, WHOLE_SHARE } from './point-share.ts';

const points = Array.from({ length: 300 }, (_, n) => `git:sync:client:${n}:cut`);
const shareAt = (all: readonly string[], index: number) =>
  shareOf(all, { ...WHOLE_SHARE, of: 2, index }, (point) => point);

test('each point is tried by one process, and each process has its part', () => {
  const [one, other] = [shareAt(points, 0), shareAt(points, 1)];
  expect(one.length + other.length).toBe(points.length);
  expect(new Set([...one, ...other])).toEqual(new Set(points));
  expect(Math.min(one.length, other.length)).toBeGreaterThan(points.length / 3);
});

test('none is left out where one process recorded a byte more than the other', () => {
  const longer = ['git:sync:client:more:cut', ...points];
  const tried = new Set([...shareAt(points, 0), ...shareAt(longer, 1)]);
  expect(points.filter((point) => !tried.has(point))).toEqual([]);
});
