/** What every store must remember of things in systems, and of documents. */
import { expect, test } from 'vitest';
import { DAY_MS, NOON, sampleBlockEntry, sampleRow, sampleUser } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

export function ledgerContract(world: StoreWorld): void {
  test('rows come back as they were put, per system, after the database was closed', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const enabled = sampleRow('bhansen', { disabledFor: null, goneAt: NOON });
    const away = sampleRow('cholm', {
      away: { since: NOON, institution: 'cbs', who: { displayName: 'C. Holm' }, groups: ['Project X'] },
    });
    await store.ledger.put([
      sampleRow('ajensen'),
      enabled,
      away,
      sampleRow('ajensen', { system: 'tokens', handle: 'T1' }),
    ]);
    const again = await reopened(world, place, store);
    expect(await again.ledger.all('directory')).toEqual([sampleRow('ajensen'), enabled, away]);
    expect((await again.ledger.all('tokens')).map((row) => row.handle)).toEqual(['T1']);
    expect(await again.ledger.all('mail')).toEqual([]);
  });

  test('a second put of the same handle replaces the row', async () => {
    const { ledger } = await openFor(world);
    await ledger.put([sampleRow('ajensen')]);
    const next = sampleRow('ajensen', { state: { enabled: true, attributes: { mobile: null } }, disabledFor: null });
    await ledger.put([next]);
    expect(await ledger.all('directory')).toEqual([next]);
  });

  test('remove takes only the named handles of the named system', async () => {
    const { ledger } = await openFor(world);
    await ledger.put([sampleRow('ajensen'), sampleRow('bhansen'), sampleRow('ajensen', { system: 'tokens' })]);
    await ledger.remove('directory', ['guid-ajensen', 'guid-nobody']);
    expect((await ledger.all('directory')).map((row) => row.key)).toEqual(['bhansen']);
    expect(await ledger.all('tokens')).toHaveLength(1);
  });

  test('more rows than fit into one statement are put and removed', async () => {
    const { ledger } = await openFor(world);
    const rows = Array.from({ length: 1234 }, (_, index) => sampleRow(`user${index}`));
    await ledger.put(rows);
    expect(await ledger.all('directory')).toHaveLength(1234);
    await ledger.remove(
      'directory',
      rows.slice(1).map((row) => row.handle),
    );
    expect(await ledger.all('directory')).toEqual([sampleRow('user0')]);
  });

  test('a fresh store has not been established; the first time stays', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    expect(await store.ledger.establishedAt()).toBeNull();
    await store.ledger.establish(NOON);
    await store.ledger.establish(NOON + DAY_MS);
    expect(await (await reopened(world, place, store)).ledger.establishedAt()).toBe(NOON);
  });
}

export function memoryContract(world: StoreWorld): void {
  const update = { revision: 'r1', at: NOON, entries: [], forget: [], files: new Map<string, string>() };

  test('a fresh store remembers nothing', async () => {
    const { memory } = await openFor(world);
    expect(await memory.entries()).toEqual([]);
    expect(await memory.files()).toEqual(new Map());
    expect(await memory.revision()).toBeNull();
  });

  test('entries of every shape come back, known since the moment they were remembered', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const user = sampleUser('ajensen');
    const block = sampleBlockEntry('ajensen');
    await store.memory.remember({ ...update, entries: [user, block], files: new Map([['blocked-users.yaml', 'b1']]) });
    const { memory } = await reopened(world, place, store);
    const entries = await memory.entries();
    expect(entries).toHaveLength(2);
    expect(entries).toContainEqual({ ...user, knownSince: NOON });
    expect(entries).toContainEqual({ ...block, knownSince: NOON });
    expect(await memory.files()).toEqual(new Map([['blocked-users.yaml', 'b1']]));
    expect(await memory.revision()).toBe('r1');
  });

  test('an entry names the content that it is all of, as long as what is taken in names one', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const alone = (blob: string) => ({ ...sampleUser('ajensen'), soleContent: `user@1 ${blob}` });
    await store.memory.remember({ ...update, entries: [alone('b1')] });
    expect((await store.memory.entries())[0]?.soleContent).toBe('user@1 b1');
    const { memory } = await reopened(world, place, store);
    await memory.remember({ ...update, revision: 'r2', at: NOON + DAY_MS, entries: [alone('b2')] });
    expect(await memory.entries()).toEqual([{ ...alone('b2'), knownSince: NOON }]);
    await memory.remember({ ...update, revision: 'r3', entries: [sampleUser('ajensen')] });
    expect((await memory.entries())[0]?.soleContent).toBeUndefined();
  });

  test('only what is given is written', async () => {
    const { memory } = await openFor(world);
    const files = new Map([['users/cbs/ajensen.yaml', 'b1']]);
    await memory.remember({ ...update, entries: [sampleUser('ajensen')], files });
    await memory.remember({
      ...update,
      revision: 'r2',
      at: NOON + DAY_MS,
      entries: [sampleUser('bhansen')],
      files: new Map([['users/cbs/bhansen.yaml', 'b2']]),
    });
    const since = new Map((await memory.entries()).map((entry) => [entry.key, entry.knownSince]));
    expect(since).toEqual(
      new Map([
        ['ajensen', NOON],
        ['bhansen', NOON + DAY_MS],
      ]),
    );
    expect(await memory.files()).toEqual(new Map([...files, ['users/cbs/bhansen.yaml', 'b2']]));
    expect(await memory.revision()).toBe('r2');
  });

  test('a changed document is known since the change, one that only moved since before', async () => {
    const { memory } = await openFor(world);
    await memory.remember({ ...update, entries: [sampleUser('ajensen'), sampleUser('bhansen')] });
    const changed = sampleUser('ajensen', { phone: '+4520999999' });
    const moved = sampleUser('bhansen', {}, 7);
    await memory.remember({ ...update, at: NOON + DAY_MS, entries: [changed, moved] });
    const entries = await memory.entries();
    expect(entries).toContainEqual({ ...changed, knownSince: NOON + DAY_MS });
    expect(entries).toContainEqual({ ...moved, knownSince: NOON });
  });

  test('what may be forgotten is forgotten, by kind and key', async () => {
    const { memory } = await openFor(world);
    const block = sampleBlockEntry('ajensen');
    await memory.remember({ ...update, entries: [sampleUser('ajensen'), block, sampleBlockEntry('bhansen')] });
    await memory.remember({ ...update, forget: [block] });
    expect((await memory.entries()).map((entry) => entry.key).sort()).toEqual(['ajensen', 'bhansen@2026-02-01']);
  });
}
