/** What every store must do as the journal. */
import { expect, test } from 'vitest';
import { type ChangeClass, effortOf } from '../../src/core/change.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Intent } from '../../src/core/ports.ts';
import type { OpenStore } from '../../src/store/store.ts';
import {
  DAY_MS,
  NOON,
  SAMPLE_FAILURE,
  sampleApplied,
  sampleBlock,
  sampleCreate,
  sampleDisable,
  sampleIntent,
  sampleRow,
} from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

/** Intends and settles at once. */
async function record(store: OpenStore, intent: Intent, outcome: Outcome, at: number): Promise<void> {
  await store.journal.intend([intent]);
  await store.journal.settle(intent, outcome, null, at);
}

export function journalContract(world: StoreWorld): void {
  test('the changes of a person come back newest first, with their outcomes', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const create = sampleIntent('i1', sampleCreate('ajensen'), { approved: true });
    const disable = sampleIntent('i2', sampleDisable('ajensen'));
    await store.journal.intend([create, disable, sampleIntent('i3', sampleDisable('bhansen'))]);
    await store.journal.settle(create, sampleApplied(create.change), sampleRow('ajensen'), NOON + 5);
    const { journal } = await reopened(world, place, store);
    expect(await journal.of('ajensen', 10)).toEqual([
      { intent: disable, outcome: null, at: null },
      { intent: create, outcome: sampleApplied(create.change), at: NOON + 5 },
    ]);
    expect((await journal.of('ajensen', 1)).map((change) => change.intent.id)).toEqual(['i2']);
    expect(await journal.of('nobody', 10)).toEqual([]);
  });

  test('the window holds each person once per class, with the institutions behind blocks', async () => {
    const store = await openFor(world);
    const changes: readonly [string, readonly ChangeClass[], readonly string[]][] = [
      ['ajensen', ['block'], ['cbs']],
      ['ajensen', ['block', 'phone'], ['cbs-lab']],
      ['bhansen', ['update'], ['cbs']],
    ];
    for (const [index, [key, classes, institutions]] of changes.entries()) {
      const intent = sampleIntent(`i${index}`, sampleBlock(key, classes, institutions));
      await record(store, intent, sampleApplied(intent.change), NOON + index);
    }
    expect(await store.journal.usedSince(NOON)).toEqual([
      { class: 'block', person: 'ajensen', institutions: ['cbs', 'cbs-lab'] },
      { class: 'update', person: 'bhansen', institutions: [] },
      { class: 'phone', person: 'ajensen', institutions: [] },
    ]);
    expect(await store.journal.usedSince(NOON + 2)).toEqual([{ class: 'update', person: 'bhansen', institutions: [] }]);
  });

  test('approved, failed, skipped and open changes use up nothing', async () => {
    const store = await openFor(world);
    const approved = sampleIntent('i1', sampleDisable('a'), { approved: true });
    await record(store, approved, sampleApplied(approved.change), NOON);
    await record(store, sampleIntent('i2', sampleDisable('b')), SAMPLE_FAILURE, NOON);
    await record(store, sampleIntent('i3', sampleDisable('c')), { status: 'skipped', because: 'down' }, NOON);
    await store.journal.intend([sampleIntent('i4', sampleDisable('d'))]);
    expect(await store.journal.usedSince(NOON - DAY_MS)).toEqual([]);
  });

  test('what an approval let through is known by its effort, with the last time that it was', async () => {
    const store = await openFor(world);
    const change = sampleDisable('ajensen');
    for (const [index, approved] of [true, true, false].entries()) {
      const intent = sampleIntent(`i${index}`, change, { approved });
      await record(store, intent, sampleApplied(change), NOON + index);
    }
    const failed = sampleIntent('i9', sampleDisable('bhansen'), { approved: true });
    await record(store, failed, SAMPLE_FAILURE, NOON);
    expect(await store.journal.approvedSince(NOON)).toEqual([
      { effort: effortOf(change), person: change.person.key, at: NOON + 1 },
    ]);
    expect(await store.journal.approvedSince(NOON + 2)).toEqual([]);
  });

  test('tracks count how often a change was applied lately, and its failures since it last succeeded', async () => {
    const store = await openFor(world);
    const change = sampleDisable('ajensen');
    const poison = sampleDisable('bhansen');
    const outcomes = [SAMPLE_FAILURE, sampleApplied(change), sampleApplied(change), SAMPLE_FAILURE, SAMPLE_FAILURE];
    for (const [index, outcome] of outcomes.entries()) {
      await record(store, sampleIntent(`i${index}`, change), outcome, NOON + index);
    }
    await record(store, sampleIntent('p1', poison), SAMPLE_FAILURE, NOON - 9 * DAY_MS);
    await record(store, sampleIntent('p2', poison), { status: 'skipped', because: 'down' }, NOON);
    const of = (track: object, id: string) => [id, { fingerprint: id, ...track }] as const;
    expect(await store.journal.tracks(NOON + 2)).toEqual(
      new Map([
        of({ applied: 1, failures: 2, lastFailedAt: NOON + 4 }, effortOf(change)),
        of({ applied: 0, failures: 1, lastFailedAt: NOON - 9 * DAY_MS }, effortOf(poison)),
      ]),
    );
    expect((await store.journal.tracks(NOON)).get(effortOf(change))?.applied).toBe(2);
  });

  test('an outcome is recorded once; a second one changes neither journal nor ledger', async () => {
    const store = await openFor(world);
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    await record(store, intent, SAMPLE_FAILURE, NOON);
    const late = store.journal.settle(intent, sampleApplied(intent.change), sampleRow('ajensen'), NOON + 1);
    await expect(late).rejects.toThrow('journal, intent i1');
    expect((await store.journal.of('ajensen', 9)).map(({ outcome }) => outcome)).toEqual([SAMPLE_FAILURE]);
    expect(await store.ledger.all('directory')).toEqual([]);
    expect((await store.journal.tracks(NOON)).get(effortOf(intent.change))?.failures).toBe(1);
  });

  test('an outcome for what was never intended is refused', async () => {
    const { journal } = await openFor(world);
    const stray = sampleIntent('stray', sampleDisable('ajensen'));
    await expect(journal.settle(stray, SAMPLE_FAILURE, null, NOON)).rejects.toThrow('never intended');
  });
}

export function crashContract(world: StoreWorld): void {
  test('intents without an outcome come back oldest first, and leave when they are settled', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const intents = ['i3', 'i1', 'i2'].map((id) => sampleIntent(id, sampleCreate(`user-${id}`)));
    await store.journal.intend(intents);
    const again = await reopened(world, place, store);
    expect(await again.journal.open()).toEqual(intents);
    for (const intent of intents.slice(0, 2)) await again.journal.settle(intent, SAMPLE_FAILURE, null, NOON);
    expect((await again.journal.open()).map((intent) => intent.id)).toEqual(['i2']);
  });

  test('a batch with one bad intent leaves none of it', async () => {
    const { journal } = await openFor(world);
    const good = Array.from({ length: 700 }, (_, index) => sampleIntent(`i${index}`, sampleDisable('ajensen')));
    await expect(journal.intend([...good, sampleIntent('i0', sampleDisable('ajensen'))])).rejects.toThrow();
    expect(await journal.open()).toEqual([]);
    await journal.intend(good);
    expect(await journal.open()).toHaveLength(700);
  });

  test('the outcome and what the ledger holds from then on are written together', async () => {
    const store = await openFor(world);
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    await store.journal.intend([intent]);
    await store.journal.settle(intent, sampleApplied(intent.change), sampleRow('ajensen'), NOON);
    expect(await store.ledger.all('directory')).toEqual([sampleRow('ajensen')]);
    expect(await store.journal.open()).toEqual([]);
  });

  test('many outcomes at once are all recorded', async () => {
    const store = await openFor(world);
    const intents = Array.from({ length: 200 }, (_, index) => sampleIntent(`i${index}`, sampleDisable(`u${index}`)));
    await store.journal.intend(intents);
    await Promise.all(
      intents.map((intent) => {
        const row = sampleRow(intent.change.address.key);
        return store.journal.settle(intent, sampleApplied(intent.change), row, NOON);
      }),
    );
    expect(await store.journal.open()).toEqual([]);
    expect(await store.ledger.all('directory')).toHaveLength(200);
  });
}
