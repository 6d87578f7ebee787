/** The lease renews itself while its holder works. */
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LEASE_MS } from '../../src/store/lease.ts';
import { thisProcess } from '../../src/store/process-identity.ts';
import { NOON } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { sqliteWorld } from './sqlite-world.ts';

test('a holder that works for minutes without a word to the store keeps the lease; after its release nothing renews', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let now = NOON;
  const passTime = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 1_000) {
      now += 1_000;
      vi.advanceTimersByTime(1_000);
      // The renewal that a timer began is done by then.
      await setImmediate();
    }
  };
  const place = sqliteWorld.newPlace();
  const far = await openFor(sqliteWorld, place, () => now, { ...thisProcess(), host: 'other.example.org' });
  const near = await openFor(sqliteWorld, place, () => now);
  await far.lease.acquire('sync');
  await passTime(5 * LEASE_MS);
  expect(await near.lease.acquire('serve')).toMatchObject({ held: false });
  await far.lease.release();
  expect(vi.getTimerCount()).toBe(0);
  expect(await near.lease.acquire('serve')).toEqual({ held: true });
});
