/** What every store must remember of a revision that is held because it is not approved. */
import { expect, test } from 'vitest';
import type { HeldStanding, ToldOfHeld } from '../../src/core/approval/held.ts';
import { NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const COMMIT = 'c'.repeat(40);
const REVISION = 'b'.repeat(40);
const STANDING: HeldStanding = {
  held: {
    from: 'a'.repeat(40),
    to: REVISION,
    commits: [COMMIT],
    lacks: [{ commit: COMMIT, text: 'Somebody is missing.', of: ['Otto'] }],
    next: 'Have it approved.',
  },
  since: NOON,
  letIn: null,
};
const LET_IN: HeldStanding = {
  ...STANDING,
  letIn: { revision: REVISION, at: NOON + 1, isWhole: true, signedBy: ['Rita'], approvedBy: ['Otto'], commits: [] },
};
const TOLD: ToldOfHeld = { state: null, requests: [{ number: 7, commits: [COMMIT] }] };

export function heldRevisionsContract(world: StoreWorld): void {
  test('comes back as it was kept, and so does who was told', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    expect(await store.heldRevisions.standing()).toBeNull();
    expect(await store.heldRevisions.told()).toEqual({ state: null, requests: [] });
    await store.heldRevisions.keep(STANDING);
    await store.heldRevisions.keepTold(TOLD);
    const { heldRevisions } = await reopened(world, place, store);
    expect(await heldRevisions.standing()).toEqual(STANDING);
    expect(await heldRevisions.told()).toEqual(TOLD);
    await heldRevisions.keep(LET_IN);
    expect(await heldRevisions.standing()).toEqual(LET_IN);
    expect(await heldRevisions.told()).toEqual(TOLD);
  });
}
