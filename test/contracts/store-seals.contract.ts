/** What every store must remember of reviews, and of what came of them. */
import { expect, test } from 'vitest';
import type { Seal, SealOutcome } from '../../src/core/seal.ts';
import { NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const ANNA = { system: 'directory', kind: 'account', key: 'anna' };
const ENTRY = { path: 'users/anna.yaml', kind: 'user', key: 'anna' } as const;
const MERGED = { revision: 'c'.repeat(40), at: NOON + 1, lines: [{ ...ENTRY, from: 1, to: null }] };

function seal(name: string, more: Partial<Seal> = {}): Seal {
  return {
    name,
    head: 'a'.repeat(40),
    target: 'b'.repeat(40),
    at: NOON,
    digest: 'd'.repeat(64),
    files: [{ path: 'users/anna.yaml', blob: null }],
    entries: [ENTRY],
    changes: [
      {
        address: ANNA,
        person: { key: 'anna', label: 'Anna (anna)' },
        kind: 'disable',
        effect: 'takes',
        fingerprint: 'e'.repeat(64),
      },
    ],
    ...more,
  };
}

function outcome(more: Partial<SealOutcome> = {}): SealOutcome {
  const { revision } = MERGED;
  const counts = { shown: 1, done: 0, waiting: 1, deviations: [], held: [ANNA] };
  return { name: 'one', head: 'a'.repeat(40), revision, at: NOON + 2, ...counts, ...more };
}

export function sealsContract(world: StoreWorld): void {
  test('comes back as it was kept, open until it is merged, in force until nothing is held of it', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.seals.keep(seal('one'), 0);
    await store.seals.keep(seal('two'), 0);
    const { seals } = await reopened(world, place, store);
    const [one, two] = await seals.open();
    expect([one?.seal, two?.seal, one?.merged, one?.outcome]).toEqual([seal('one'), seal('two'), null, null]);
    expect(await seals.inForce()).toEqual([]);
    const id = one?.id ?? -1;
    await seals.merge(id, MERGED);
    expect((await seals.open()).map((kept) => kept.seal.name)).toEqual(['two']);
    expect(await seals.inForce()).toEqual([{ id, seal: seal('one'), merged: MERGED, outcome: null }]);
    await seals.settle(id, outcome());
    expect(await seals.inForce()).toEqual([{ id, seal: seal('one'), merged: MERGED, outcome: outcome() }]);
    await seals.settle(id, outcome({ held: [], at: NOON + 3 }));
    expect(await seals.inForce()).toEqual([]);
  });

  test('a later one of the same name takes the place of one that was not merged, and of no other', async () => {
    const { seals } = await openFor(world);
    await seals.keep(seal('one', { at: NOON - 10 }), 0);
    await seals.merge((await seals.open())[0]?.id ?? -1, MERGED);
    await seals.keep(seal('one'), 0);
    await seals.keep(seal('one', { at: NOON + 5 }), 0);
    expect((await seals.open()).map((kept) => kept.seal.at)).toEqual([NOON + 5]);
    expect((await seals.inForce()).map((kept) => kept.seal.at)).toEqual([NOON - 10]);
    await seals.drop('one');
    expect(await seals.open()).toEqual([]);
    expect(await seals.inForce()).toHaveLength(1);
  });

  test('forgets those that were not merged since long', async () => {
    const { seals } = await openFor(world);
    await seals.keep(seal('old', { at: NOON - 10 }), 0);
    await seals.keep(seal('new'), NOON - 5);
    expect((await seals.open()).map((kept) => kept.seal.name)).toEqual(['new']);
  });

  test('is untold until somebody was told of what last came of it', async () => {
    const { seals } = await openFor(world);
    await seals.keep(seal('one'), 0);
    const id = (await seals.open())[0]?.id ?? -1;
    await seals.merge(id, MERGED);
    expect(await seals.untold()).toEqual([]);
    await seals.settle(id, outcome());
    expect(await seals.untold()).toEqual([{ id, outcome: outcome() }]);
    await seals.settle(id, outcome({ held: [], at: NOON + 3 }));
    await seals.told(id, NOON + 2);
    expect(await seals.untold()).toHaveLength(1);
    await seals.told(id, NOON + 3);
    expect(await seals.untold()).toEqual([]);
  });
}
