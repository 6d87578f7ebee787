/** What every store must remember of people who were read as shut out. */
import { expect, test } from 'vitest';
import type { ReadShutOut } from '../../src/core/shut-out-memory.ts';
import { NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

function read(more: Partial<ReadShutOut> = {}): ReadShutOut {
  const one = { person: 'anna', system: 'directory', server: 'dc1', at: NOON } as const;
  return { ...one, found: 'shut', what: 'disabled', shutSince: NOON - 1, ...more };
}

export function shutOutsContract(world: StoreWorld): void {
  test('comes back as it was read, for each server of each system, by person', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const second = read({ server: 'dc2', found: 'open', what: 'enabled', shutSince: null });
    const mail = read({ system: 'mail', server: 'list' });
    const other = read({ person: 'berit' });
    await store.shutOuts.replace(['anna', 'berit'], [mail, second, read(), other]);
    const { shutOuts } = await reopened(world, place, store);
    expect(await shutOuts.of('anna')).toEqual([read(), second, mail]);
    expect(await shutOuts.of('berit')).toEqual([other]);
    expect(await shutOuts.of('carl')).toEqual([]);
  });

  test('a later reading takes the place of all of the earlier one, and one without a row forgets the person', async () => {
    const { shutOuts } = await openFor(world);
    await shutOuts.replace(['anna', 'berit'], [read(), read({ server: 'dc2' }), read({ person: 'berit' })]);
    await shutOuts.replace(['anna'], [read({ at: NOON + 1 })]);
    expect(await shutOuts.of('anna')).toEqual([read({ at: NOON + 1 })]);
    await shutOuts.replace(['anna'], []);
    expect(await shutOuts.of('anna')).toEqual([]);
    expect(await shutOuts.of('berit')).toHaveLength(1);
  });

  test('names once those of whom any server was not read as shut', async () => {
    const { shutOuts } = await openFor(world);
    const rows = [
      read(),
      read({ server: 'dc2', found: 'unknown' }),
      read({ server: 'dc3', found: 'open' }),
      read({ person: 'berit' }),
    ];
    await shutOuts.replace(['anna', 'berit'], rows);
    expect(await shutOuts.unsettled()).toEqual(['anna']);
  });
}
