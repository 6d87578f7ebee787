/** What every store must do as the cache of file contents. */
import { expect, test } from 'vitest';
import type { AnyEntry } from '../../src/model/document.ts';
import type { CacheRow } from '../../src/sources/blob-cache.ts';
import { DAY_MS, NOON, sampleUser } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const row = (blob: string, kind = 'user@1'): CacheRow => ({
  blob,
  kind,
  typed: `{"of":"${blob}"}`,
  text: `text ${blob}`,
});
const remembering = (path: string, blob: string) => ({
  revision: 'r1',
  at: NOON,
  entries: [],
  forget: [],
  files: new Map([[path, blob]]),
});

export function blobContract(world: StoreWorld): void {
  test('typed forms come back by content and kind, unknown ones are left out', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.blobs.put([row('b1'), row('b2'), { ...row('b1', 'user@2'), typed: '{"newer":true}' }]);
    const { blobs } = await reopened(world, place, store);
    expect(await blobs.get('user@1', ['b1', 'b3'])).toEqual(new Map([['b1', '{"of":"b1"}']]));
    expect(await blobs.get('user@2', ['b1', 'b2'])).toEqual(new Map([['b1', '{"newer":true}']]));
    expect(await blobs.get('institution@1', ['b2'])).toEqual(new Map());
    expect(await blobs.text('b2')).toBe('text b2');
    expect(await blobs.text('b3')).toBeNull();
  });

  test('thousands at once, and putting the same again, are no trouble', async () => {
    const { blobs } = await openFor(world);
    const rows = Array.from({ length: 2345 }, (_, index) => row(`b${index}`));
    await blobs.put(rows);
    await blobs.put(rows);
    const names = rows.map(({ blob }) => blob);
    expect((await blobs.get('user@1', names)).size).toBe(2345);
    expect((await blobs.get('user@1', [])).size).toBe(0);
  });

  test('the good text of a path is the text of the blob that the memory holds for it', async () => {
    const { blobs, memory } = await openFor(world);
    await blobs.put([row('good'), row('broken')]);
    await memory.remember(remembering('users/ajensen.yaml', 'good'));
    expect(await blobs.goodText('users/ajensen.yaml', 'now')).toBe('text good');
    expect(await blobs.goodText('users/bhansen.yaml', 'now')).toBeNull();
    // What is good is not compared with itself.
    expect(await blobs.goodText('users/ajensen.yaml', 'good')).toBeNull();
    await memory.remember(remembering('users/bhansen.yaml', 'unknown'));
    expect(await blobs.goodText('users/bhansen.yaml', 'now')).toBeUndefined();
  });

  test('contents that no remembered file has leave after a month, those of remembered files and entries stay', async () => {
    let now = NOON;
    const { blobs, memory } = await openFor(world, world.newPlace(), () => now);
    const take = (blob: string, entries: readonly AnyEntry[] = []) =>
      memory.remember({ ...remembering('users/ajensen.yaml', blob), revision: blob, entries, at: now });
    await blobs.put(['first', 'named', 'dropped'].map((blob) => row(blob)));
    await take('first', [{ ...sampleUser('ajensen'), soleContent: 'user@1 named' }]);
    now += 29 * DAY_MS;
    await blobs.put([row('b1')]);
    await take('first', [sampleUser('bhansen')]);
    expect(await blobs.text('dropped')).not.toBeNull();
    now += 2 * DAY_MS;
    await blobs.put([row('b2')]);
    await take('first', [sampleUser('cholm')]);
    expect(await blobs.text('dropped')).toBeNull();
    const left = await blobs.get('user@1', ['first', 'named', 'dropped', 'b1', 'b2']);
    expect([...left.keys()].sort()).toEqual(['b1', 'b2', 'first', 'named']);
    expect(await blobs.goodText('users/ajensen.yaml', 'now')).toBe('text first');
  });

  test('a content that was put long ago is there after the pass that takes it in', async () => {
    let now = NOON;
    const { blobs, memory } = await openFor(world, world.newPlace(), () => now);
    await blobs.put([row('other'), row('reviewed')]);
    await memory.remember({ ...remembering('users/other.yaml', 'other'), at: now });
    now += 35 * DAY_MS;
    await blobs.put([row('new')]);
    const files = new Map([
      ['users/ajensen.yaml', 'reviewed'],
      ['users/new.yaml', 'new'],
    ]);
    await memory.remember({ ...remembering('users/other.yaml', 'other'), files, revision: 'merged', at: now });
    expect(await blobs.goodText('users/ajensen.yaml', 'now')).toBe('text reviewed');
  });
}
