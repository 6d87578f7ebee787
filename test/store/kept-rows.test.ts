/** Rows that a process keeps: never older than the database, and the very objects of before where nothing else is written there. */
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { NOON, sampleRow } from '../contracts/store-samples.ts';
import { openFor, type StoreWorld } from '../contracts/store-world.ts';
import { sqliteWorld } from './sqlite-world.ts';

const residentWorld: StoreWorld = {
  ...sqliteWorld,
  open: (place, clock, self) => openStore({ sqlite: place, resident: true }, clock, self),
};

test('what another process wrote shows, and what it left alone is the very object that it was', async () => {
  const place = residentWorld.newPlace();
  const { ledger: kept } = await openFor(residentWorld, place);
  const other = await openFor(sqliteWorld, place);
  await other.lease.acquire('sync');
  await other.ledger.put([sampleRow('anna'), sampleRow('berit'), sampleRow('carl')]);
  const before = await kept.all('directory');
  expect(before).toHaveLength(3);

  await other.orders.pause('oper', 'somewhere else in the database', NOON);
  expect(await kept.all('directory')).toBe(before);

  await other.ledger.put([sampleRow('berit', { goneAt: NOON })]);
  const changed = await kept.all('directory');
  expect(changed.map(({ goneAt }) => goneAt)).toEqual([null, NOON, null]);
  expect([changed[0] === before[0], changed[1] === before[1], changed[2] === before[2]]).toEqual([true, false, true]);

  await other.ledger.remove('directory', ['guid-anna']);
  const fewer = await kept.all('directory');
  expect(fewer.map(({ key }) => key)).toEqual(['berit', 'carl']);
  expect(fewer[1]).toBe(before[2]);
  expect(await other.ledger.all('directory')).toEqual(fewer);
});
