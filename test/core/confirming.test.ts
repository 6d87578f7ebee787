import { describe, expect, test } from 'vitest';
import { confirmed } from '../../src/core/confirming.ts';
import { rememberPosition } from '../../src/core/connecting.ts';
import { knownFrom } from '../../src/core/known.ts';
import type { LedgerRow, Reader } from '../../src/core/ports.ts';
import type { Position, SeenServer } from '../../src/core/server-memory.ts';
import { cause, found, NOW, row } from '../support/reconciliation.ts';

/** A reader that gives these at a second look; null: it does not answer. */
function readerOf(things: ReturnType<typeof found>[] | null, position: Position | null = null): Reader {
  const nobody = () => Promise.reject(new Error('not asked here'));
  return {
    server: 'dc1',
    now: nobody,
    observe: nobody,
    position: () => Promise.resolve(position),
    lookup: () => (things === null ? nobody() : Promise.resolve(things)),
    close: () => Promise.resolve(),
  };
}

describe('D5: what would end the record of a disable', () => {
  const before = row('anna', { enabled: false, disabledFor: cause('person-blocked') });
  const after = row('anna');
  const look = async (things: ReturnType<typeof found>[] | null, one: LedgerRow) => {
    const known = knownFrom([before], []);
    const { accepted, contradicted } = await confirmed(
      [one],
      new Map([[before.handle, before]]),
      readerOf(things),
      known,
    );
    // Nothing is left out in silence: what was read has to be read again.
    expect(contradicted).toBe(accepted.length === 0);
    return accepted;
  };

  test('counts where a second look shows the account enabled as well', async () => {
    expect(await look([found('anna')], after)).toEqual([after]);
  });

  test('does not count where a second look shows it disabled, shows nothing, or gets no answer', async () => {
    expect(await look([found('anna', { enabled: false })], after)).toEqual([]);
    expect(await look([], after)).toEqual([]);
    expect(await look(null, after)).toEqual([]);
  });

  test('so it is with a deletion: only where it is not found again', async () => {
    const gone = { ...before, goneAt: NOW };
    expect(await look([], gone)).toEqual([gone]);
    expect(await look([found('anna', { enabled: false })], gone)).toEqual([]);
    expect(await look(null, gone)).toEqual([]);
  });

  test('another value is accepted without a second look', async () => {
    const renamed = { ...before, state: { ...before.state, attributes: { displayName: 'Ida' } } };
    expect(await look(null, renamed)).toEqual([renamed]);
  });
});

describe('D5: a server whose number stands still although it confirmed writes', () => {
  const at = (sequence: bigint): Position => ({ server: 'DC1', epoch: 'one', sequence });

  async function rememberedAs(before: bigint, after: bigint, wrote: boolean): Promise<readonly SeenServer[]> {
    const put: SeenServer[] = [];
    const servers = { all: () => Promise.resolve([]), put: (seen: SeenServer) => Promise.resolve(void put.push(seen)) };
    const session = {
      reader: readerOf([], at(after)),
      writer: { write: () => Promise.reject(new Error('not asked')) },
    };
    const footing = { standing: 'steady', address: 'dc1', position: at(before), last: null } as const;
    const store = { servers: { ...servers, accept: () => Promise.resolve() } };
    await rememberPosition(store, 'directory', session, footing, NOW, wrote);
    return put;
  }

  test.each([
    ['moved on', 7n, 9n, true, null],
    ['stood still, as nothing was written', 7n, 7n, false, null],
    ['stood still, although it confirmed writes', 7n, 7n, true, NOW],
    ['went down', 7n, 5n, false, NOW],
  ] as const)('%s', async (_words, before, after, wrote, backAt) => {
    expect((await rememberedAs(before, after, wrote)).map((seen) => seen.backAt)).toEqual([backAt]);
  });
});
