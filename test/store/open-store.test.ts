/** Opening the database: whose it is, what it refuses, and in which words. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { openStore } from '../../src/store/store.ts';
import { NOON, sampleDisable, sampleIntent, sampleUser } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { onFullDisk, rowsOf, withRaw } from './raw-database.ts';
import { sqliteWorld, temporaryFolder } from './sqlite-world.ts';

async function refusal(path: string): Promise<MusterError> {
  try {
    await (await openStore({ sqlite: path }, () => NOON)).close();
  } catch (error) {
    if (error instanceof MusterError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

describe('a place for the database', () => {
  test('all its files are for their owner alone, those of an older installation too', async () => {
    const place = join(temporaryFolder(), 'muster.db');
    writeFileSync(place, '', { mode: 0o644 });
    chmodSync(place, 0o644);
    const { journal } = await openFor(sqliteWorld, place);
    await journal.intend([sampleIntent('i1', sampleDisable('ajensen'))]);
    const files = readdirSync(dirname(place));
    expect(files.sort()).toEqual(['muster.db', 'muster.db-shm', 'muster.db-wal']);
    for (const file of files) expect(statSync(join(dirname(place), file)).mode & 0o777).toBe(0o600);
  });

  test('a missing folder is not made, but asked for', async () => {
    const folder = join(temporaryFolder(), 'var', 'lib');
    const refused = await refusal(join(folder, 'muster.db'));
    expect(refused.remedy).toBe('person');
    expect(refused.message).toContain(`The folder ${folder} does not exist.`);
    expect(refused.next).toContain('`store.sqlite`');
  });

  test('a folder, or a place below a file, is no place for it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'muster.db'));
    expect((await refusal(join(folder, 'muster.db'))).what).toContain('EISDIR');
    writeFileSync(join(folder, 'file'), '');
    expect((await refusal(join(folder, 'file', 'muster.db'))).what).toContain('does not exist');
  });

  test('a file that is no database is left as it is', async () => {
    const place = join(temporaryFolder(), 'muster.db');
    const text = 'mode: enforce\n'.repeat(100);
    writeFileSync(place, text);
    const refused = await refusal(place);
    expect(refused).toMatchObject({ remedy: 'person', where: `store ${place}` });
    expect(refused.what).toContain('This file is not a SQLite database.');
    expect(readFileSync(place, 'utf8')).toBe(text);
  });

  test('a database from which somebody took a table says what to do, and asks nobody to report it', async () => {
    const place = join(temporaryFolder(), 'muster.db');
    const { audit } = await openFor(sqliteWorld, place);
    withRaw(place, (raw) => raw.exec('drop table audit'));
    await expect(audit.head()).rejects.toMatchObject({
      remedy: 'person',
      where: `store ${place}`,
      what: expect.stringContaining('table: audit'),
      next: expect.stringContaining('put a backup in its place'),
    });
  });

  test('a database in memory is whole as well, and gone when closed', async () => {
    const store = await openFor(sqliteWorld, ':memory:');
    await store.journal.intend([sampleIntent('i1', sampleDisable('ajensen'))]);
    expect(await store.journal.open()).toHaveLength(1);
    await store.close();
    expect(await (await openFor(sqliteWorld, ':memory:')).journal.open()).toEqual([]);
  });
});

describe('versions of the schema', () => {
  test('B3: a database on which a newer Muster has worked is refused and stays untouched', async () => {
    const place = sqliteWorld.newPlace();
    await (await openFor(sqliteWorld, place)).close();
    withRaw(place, (raw) => {
      raw.exec(`insert into migration (name, timestamp) values ('9001-later', '2030-01-01T00:00:00.000Z')`);
    });
    const before = readFileSync(place);
    const refused = await refusal(place);
    expect(refused.remedy).toBe('person');
    expect(refused.what).toBe(
      'A newer version of Muster has worked on this database (it knows 9001-later, this version does not).',
    );
    expect(readFileSync(place).equals(before)).toBe(true);
  });

  test('H4: a process that is still at work when a newer Muster begins on its database writes nothing any more', async () => {
    const place = sqliteWorld.newPlace();
    const store = await openFor(sqliteWorld, place);
    await store.lease.acquire('a pass');
    await store.lease.release();
    withRaw(place, (raw) => {
      raw.exec(`insert into migration (name, timestamp) values ('9001-later', '2030-01-01T00:00:00.000Z')`);
    });
    await expect(store.lease.acquire('a pass')).rejects.toMatchObject({
      remedy: 'person',
      what: expect.stringContaining('it knows 9001-later'),
    });
  });

  test('H4: what a process of an earlier version writes of an entry takes away the content that it was all of', async () => {
    const place = sqliteWorld.newPlace();
    const { memory } = await openFor(sqliteWorld, place);
    const [ajensen, bhansen] = ['ajensen', 'bhansen'].map((key) => ({
      ...sampleUser(key),
      fields: { username: 0, state: 1 },
      soleContent: `user@1 ${key}`,
    }));
    const entries = [ajensen, bhansen].filter((one) => one !== undefined);
    await memory.remember({ revision: 'r1', at: NOON, entries, forget: [], files: new Map() });
    // It knows every column but one.
    withRaw(place, (raw) => {
      raw.exec(`update documents set documentJson = json_set(documentJson, '$.state', 'closed') where key = 'ajensen'`);
      raw.exec(`update documents set file = 'users/elsewhere.yaml', knownSince = 5 where key = 'bhansen'`);
    });
    expect((await memory.entries()).map(({ key, soleContent }) => [key, soleContent])).toEqual([
      ['ajensen', undefined],
      ['bhansen', 'user@1 bhansen'],
    ]);
  });

  test('a database from before there were tasks is brought up to date, and loses nothing', async () => {
    const place = sqliteWorld.newPlace();
    const before = await openFor(sqliteWorld, place);
    await before.journal.intend([sampleIntent('i1', sampleDisable('ajensen'))]);
    await before.close();
    withRaw(place, (raw) => {
      raw.exec(
        "drop table tasks; drop table heldByHand; drop table systemsMet; drop table shutOuts; drop table seals; drop table agreement; drop table answers; drop table mergeRequests; alter table ledger drop column awayJson; drop trigger soleContentOfAnotherEntry; alter table documents drop column fields; alter table documents drop column soleContent; delete from migration where name >= '0008'",
      );
    });
    const after = await openFor(sqliteWorld, place);
    expect(await after.tasks.memory()).toEqual({ tasks: [], held: [], met: new Set() });
    expect(await after.journal.open()).toHaveLength(1);
  });

  test('opening again brings up nothing twice', async () => {
    const place = sqliteWorld.newPlace();
    await (await openFor(sqliteWorld, place)).close();
    const first = rowsOf(place, 'select * from migration');
    await (await openFor(sqliteWorld, place)).close();
    expect(rowsOf(place, 'select * from migration')).toEqual(first);
  });
});

describe('the disk in use', () => {
  test('a full disk is named, nothing of the batch is kept, and with room again it goes on', async () => {
    const place = sqliteWorld.newPlace();
    const { journal } = await openFor(sqliteWorld, place);
    const batch = Array.from({ length: 2_000 }, (_, index) => sampleIntent(`i${index}`, sampleDisable(`u${index}`)));
    await onFullDisk(async () => {
      await expect(journal.intend(batch)).rejects.toMatchObject({
        remedy: 'person',
        what: expect.stringMatching(/disk is full/),
      });
    });
    expect(await journal.open()).toEqual([]);
    await journal.intend(batch);
    expect(await journal.open()).toHaveLength(2_000);
  });
});
