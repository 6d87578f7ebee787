/** The audit table refuses by itself what would change it. */
import { expect, test } from 'vitest';
import { NOON, SAMPLE_FAILURE, sampleDisable, sampleIntent, sampleOrder } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { onFullDisk, rowsOf, withRaw } from './raw-database.ts';
import { sqliteWorld } from './sqlite-world.ts';

async function filled() {
  const place = sqliteWorld.newPlace();
  const store = await openFor(sqliteWorld, place);
  for (const id of ['o1', 'o2', 'o3']) await store.orders.block(sampleOrder(id));
  return { place, store };
}

test.each([
  ['a row is changed', "update audit set person = 'nobody' where seq = 2"],
  ['a row is taken out', 'delete from audit where seq = 3'],
  ['a row takes the place of another', 'insert or replace into audit select * from audit where seq = 2'],
  ['a row leaves a gap', "insert into audit (seq, at, kind, hash, eventJson) values (9, 1, 'act', 'x', '{}')"],
])('K4: the table refuses that %s', async (_what, statement) => {
  const { place, store } = await filled();
  expect(() => withRaw(place, (raw) => raw.exec(statement))).toThrow('append-only');
  expect(rowsOf(place, 'select seq from audit')).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  await store.orders.block(sampleOrder('o4'));
  expect((await store.audit.head()).seq).toBe(4);
});

test('an outcome whose row finds no room is not recorded either', async () => {
  const { store } = await filled();
  const long = { ...sampleDisable('ajensen'), location: 'x'.repeat(100_000) };
  const intent = sampleIntent('i1', long);
  await store.journal.intend([intent]);
  await onFullDisk(() => expect(store.journal.settle(intent, SAMPLE_FAILURE, null, NOON)).rejects.toThrow());
  expect(await store.journal.open()).toHaveLength(1);
  expect((await store.audit.head()).seq).toBe(3);
  await store.journal.settle(intent, SAMPLE_FAILURE, null, NOON);
  expect((await store.audit.head()).seq).toBe(4);
});
