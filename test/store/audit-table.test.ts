/** The audit table refuses by itself what would change it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyAudit } from '../../src/core/audit-proof.ts';
import { AuditEnd } from '../../src/store/audit.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
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

describe('the end of the chain that a connection keeps', () => {
  const pause = (by: string) => ({ kind: 'order', order: 'pause', by, reason: 'r', block: null }) as const;

  test('is forgotten with a transaction that was rolled back, whoever writes next', async () => {
    const { place, store } = await filled();
    const connection = openSqlite(place);
    onTestFinished(() => connection.close());
    const end = new AuditEnd(connection);
    const append = (by: string) => connection.durable((transaction) => end.append(transaction, pause(by), NOON));
    const rolledBack = (by: string) =>
      connection.durable(async (transaction) => {
        await end.append(transaction, pause(by), NOON);
        throw new Error('something else went wrong');
      });
    await append('first');
    for (const writesNext of [() => append('same'), () => store.orders.pause('other', 'r', NOON)]) {
      await expect(rolledBack('never')).rejects.toThrow('something else');
      await writesNext();
      await append('after');
    }
    expect(await verifyAudit(store)).toMatchObject({ head: { seq: 8 }, fault: null });
    expect(JSON.stringify(await store.audit.rows({ limit: 100 }))).not.toContain('never');
  });
});
