/** What every store must do with the record of how far systems are as the repository says. */
import { expect, test } from 'vitest';
import type { Agreement } from '../../src/core/agreement.ts';
import { day } from '../support/model-builder.ts';
import { openFor, type StoreWorld } from './store-world.ts';

const FIRST = day('2026-06-14');
const SECOND = day('2026-06-15');
const LONG_AGO = day('2025-01-01');

function record(more: Partial<Agreement> = {}): Agreement {
  return {
    ...{ day: FIRST, system: 'directory', institution: 'cbs', at: 1, revision: 'r1', mode: 'observe' },
    ...{ people: 3, agreeing: 2, unexplained: 1 },
    gaps: [{ reason: 'differs', attribute: 'mobile', people: 1, first: [{ key: 'anna', label: 'Anna Ærø (anna)' }] }],
    ...more,
  };
}

export function agreementContract(world: StoreWorld): void {
  test('gives back what was recorded, by day, institution and system', async () => {
    const { agreement } = await openFor(world);
    const rows = [
      record(),
      record({ system: 'tokens' }),
      record({ institution: 'dtu' }),
      record({ day: SECOND, mode: 'enforce', gaps: [] }),
    ];
    await agreement.put(rows.toReversed(), LONG_AGO);
    expect(await agreement.since(FIRST)).toEqual(rows);
    expect(await agreement.since(SECOND)).toEqual(rows.slice(3));
    expect(await agreement.recorded(FIRST)).toEqual(new Set(['directory', 'tokens']));
    expect(await agreement.recorded(LONG_AGO)).toEqual(new Set());
  });

  test('has a later record of the same day in place of the earlier one, institutions that are gone included', async () => {
    const { agreement } = await openFor(world);
    await agreement.put([record(), record({ institution: 'dtu' }), record({ system: 'tokens' })], LONG_AGO);
    await agreement.put([record({ people: 4 })], LONG_AGO);
    expect(await agreement.since(FIRST)).toEqual([record({ people: 4 }), record({ system: 'tokens' })]);
  });

  test('forgets what is older than is kept', async () => {
    const { agreement } = await openFor(world);
    await agreement.put([record()], LONG_AGO);
    await agreement.put([record({ day: SECOND })], SECOND);
    expect(await agreement.since(LONG_AGO)).toEqual([record({ day: SECOND })]);
  });
}
