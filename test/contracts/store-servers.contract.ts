/** What every store must remember of the servers that were worked with. */
import { expect, test } from 'vitest';
import type { SeenServer } from '../../src/core/server-memory.ts';
import { NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

function seen(more: Partial<SeenServer> = {}): SeenServer {
  const position = { server: 'CN=DC1', epoch: 'first', sequence: 2n ** 62n + 1n };
  return { system: 'directory', address: 'ldaps://dc1', ...position, at: NOON, backAt: null, ...more };
}

export function serversContract(world: StoreWorld): void {
  test('come back as they were put, per system, with every digit of their number', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const second = seen({ address: 'ldaps://dc2', server: 'CN=DC2', epoch: 'other', backAt: NOON });
    await store.servers.put(seen());
    await store.servers.put(second);
    await store.servers.put(seen({ system: 'tokens' }));
    const { servers } = await reopened(world, place, store);
    expect(await servers.all('directory')).toEqual([seen(), second]);
    expect(await servers.all('tokens')).toEqual([seen({ system: 'tokens' })]);
  });

  test('a later word on the same address and life takes the place of the earlier one, another life stands beside it', async () => {
    const { servers } = await openFor(world);
    await servers.put(seen());
    await servers.put(seen({ sequence: 7n, backAt: NOON }));
    await servers.put(seen({ epoch: 'second', sequence: 3n }));
    expect(await servers.all('directory')).toEqual([
      seen({ sequence: 7n, backAt: NOON }),
      seen({ epoch: 'second', sequence: 3n }),
    ]);
  });

  test('what is accepted is the only truth about that life and that server', async () => {
    const { servers } = await openFor(world);
    const other = seen({ address: 'ldaps://dc2', server: 'CN=DC2', epoch: 'other' });
    await servers.put(seen());
    await servers.put(seen({ address: 'ldaps://alias' }));
    await servers.put(seen({ epoch: 'second' }));
    await servers.put(other);
    await servers.put(seen({ system: 'tokens' }));
    await servers.accept(seen({ sequence: 7n }));
    expect(await servers.all('directory')).toEqual([seen({ sequence: 7n }), other]);
    expect(await servers.all('tokens')).toHaveLength(1);
  });
}
