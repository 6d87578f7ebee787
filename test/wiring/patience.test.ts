/** Patience with servers: only what this process waits itself counts. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { patience } from '../../src/wiring/patience.ts';

const MS = 200;

test('is not over because this process was busy, in which time it heard nobody', async () => {
  let isOver = false;
  const over = patience(MS).then(() => {
    isOver = true;
  });
  busyFor(3 * MS);
  // What came meanwhile is taken in, and there is time to go on with it.
  await wait(MS / 4);
  expect(isOver).toBe(false);
  await over;
});

test('is over once it has waited for so long', async () => {
  const begin = performance.now();
  await patience(MS);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(MS - 1);
});

function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
