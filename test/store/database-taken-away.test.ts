/** A database that is deleted or replaced while a process has it open: SQLite by itself writes on into the unlinked file. */
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sampleRow } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { refusal } from '../support/refusal.ts';
import { sqliteWorld } from './sqlite-world.ts';

const TAKEN_AWAY = {
  remedy: 'person',
  what: expect.stringMatching(/^The database file \/.*muster\.db was replaced or deleted while Muster had it open\.$/),
};

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}

function replace(path: string): void {
  copyFileSync(path, `${path}.backup`);
  remove(path);
  renameSync(`${path}.backup`, path);
}

test.each([
  ['deleted', remove],
  ['replaced by a backup', replace],
])(
  'B1: while a process has it open the database is %s: it takes no lease, keeps none, and writes nothing',
  async (_how, harm) => {
    const path = sqliteWorld.newPlace();
    const store = await openFor(sqliteWorld, path);
    expect(await store.lease.acquire('serve')).toEqual({ held: true });
    await store.lease.renew();
    harm(path);

    const other = await openFor(sqliteWorld, path);
    expect(await refusal(store.lease.renew())).toMatchObject(TAKEN_AWAY);
    expect(await refusal(store.ledger.put([sampleRow('ajensen')]))).toMatchObject(TAKEN_AWAY);
    await store.lease.release();
    expect(await refusal(store.lease.acquire('serve'))).toMatchObject(TAKEN_AWAY);
    expect(await other.lease.acquire('sync')).toMatchObject({ held: true });
  },
);

test('B1: the database moved away and back again is the same one', async () => {
  const path = sqliteWorld.newPlace();
  const store = await openFor(sqliteWorld, path);
  renameSync(path, `${path}.away`);
  expect(await refusal(store.lease.acquire('serve'))).toMatchObject(TAKEN_AWAY);
  renameSync(`${path}.away`, path);
  expect(await store.lease.acquire('serve')).toEqual({ held: true });
});
