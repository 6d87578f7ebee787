/** How the store's contract reaches one kind of database. */
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/core/ports.ts';
import { type ProcessIdentity, thisProcess } from '../../src/store/process-identity.ts';
import type { OpenStore } from '../../src/store/store.ts';
import { NOON } from './store-samples.ts';

export interface StoreWorld {
  /** Somewhere that holds no database yet; removed after the test. */
  newPlace(): string;
  /** Opens what stands there, or makes it. */
  open(place: string, clock: Clock, self: ProcessIdentity): Promise<OpenStore>;
}

/** A store that is closed after the test, at noon by default. */
export async function openFor(
  world: StoreWorld,
  place = world.newPlace(),
  clock: Clock = () => NOON,
  self: ProcessIdentity = thisProcess(),
): Promise<OpenStore> {
  const store = await world.open(place, clock, self);
  let open = true;
  const close = async () => {
    if (open) await store.close();
    open = false;
  };
  onTestFinished(close);
  return { ...store, close };
}

/** Closes a store and opens its database again: what comes back was really written. */
export async function reopened(world: StoreWorld, place: string, store: OpenStore): Promise<OpenStore> {
  await store.close();
  return await openFor(world, place);
}
