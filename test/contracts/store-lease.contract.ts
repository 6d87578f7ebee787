/** What every store must do so that never two processes write together. */
import { expect, test } from 'vitest';
import { LEASE_MS } from '../../src/store/lease.ts';
import { type ProcessIdentity, thisProcess } from '../../src/store/process-identity.ts';
import { NOON, SAMPLE_FAILURE, sampleDisable, sampleIntent, sampleRow } from './store-samples.ts';
import { openFor, type StoreWorld } from './store-world.ts';

/** A process that nobody here can look into. */
const ELSEWHERE: ProcessIdentity = { host: 'other.example.org', pid: 4711, started: '9', boot: 'b', pidSpace: 'p' };

export function leaseContract(world: StoreWorld): void {
  test('one holder at a time, named in words to the other', async () => {
    const place = world.newPlace();
    const first = await openFor(world, place);
    const second = await openFor(world, place);
    expect(await first.lease.acquire('serve')).toEqual({ held: true });
    const refused = await second.lease.acquire('sync');
    const { pid, host } = thisProcess();
    expect(refused).toEqual({ held: false, holder: `serve, pid ${pid} on host ${host}, since 2026-03-01 12:00 UTC` });
    expect(await first.lease.acquire('block')).toMatchObject({ held: false });
    await first.lease.release();
    expect(await second.lease.acquire('sync')).toEqual({ held: true });
  });

  test('closing gives the lease back', async () => {
    const place = world.newPlace();
    const first = await openFor(world, place);
    await first.lease.acquire('sync');
    await first.close();
    expect(await (await openFor(world, place)).lease.acquire('sync')).toEqual({ held: true });
  });

  test('of two that ask at the same moment exactly one gets it', async () => {
    const place = world.newPlace();
    const stores = [await openFor(world, place), await openFor(world, place), await openFor(world, place)];
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(stores.map((store) => store.lease.acquire('sync')));
      expect(answers.filter((answer) => answer.held)).toHaveLength(1);
      await Promise.all(stores.map((store) => store.lease.release()));
    }
  });

  expiryContract(world);
  lossContract(world);
}

function expiryContract(world: StoreWorld): void {
  test('a holder that can not be looked into keeps it until it expires, and longer by renewing', async () => {
    let now = NOON;
    const place = world.newPlace();
    const far = await openFor(world, place, () => now, ELSEWHERE);
    const near = await openFor(world, place, () => now);
    await far.lease.acquire('sync');
    now += LEASE_MS - 1;
    expect(await near.lease.acquire('sync')).toMatchObject({ held: false });
    await far.lease.renew();
    now += LEASE_MS - 1;
    expect(await near.lease.acquire('sync')).toMatchObject({ held: false });
    now += 1;
    expect(await near.lease.acquire('sync')).toEqual({ held: true });
  });

  test('a process number that another process bears by now keeps nothing', async () => {
    const place = world.newPlace();
    const former: ProcessIdentity = { ...thisProcess(), started: '1' };
    await (await openFor(world, place, () => NOON, former)).lease.acquire('sync');
    expect(await (await openFor(world, place)).lease.acquire('sync')).toEqual({ held: true });
  });

  test('a holder from before the host was started anew keeps nothing', async () => {
    const place = world.newPlace();
    const former: ProcessIdentity = { ...thisProcess(), boot: 'an-earlier-boot' };
    await (await openFor(world, place, () => NOON, former)).lease.acquire('sync');
    expect(await (await openFor(world, place)).lease.acquire('sync')).toEqual({ held: true });
  });

  test('a holder in another container on this host is not taken for dead', async () => {
    const place = world.newPlace();
    const contained: ProcessIdentity = { ...thisProcess(), pid: 1, started: '1', pidSpace: 'pid:[1]' };
    await (await openFor(world, place, () => NOON, contained)).lease.acquire('serve');
    expect(await (await openFor(world, place)).lease.acquire('sync')).toMatchObject({ held: false });
  });
}

function lossContract(world: StoreWorld): void {
  async function lost() {
    let now = NOON;
    const place = world.newPlace();
    const slept = await openFor(world, place, () => now, ELSEWHERE);
    await slept.lease.acquire('serve');
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    await slept.journal.intend([intent]);
    now += LEASE_MS;
    const taker = await openFor(world, place, () => now);
    await taker.lease.acquire('sync');
    return { slept, taker, intent };
  }

  test('renew tells a holder that lost it, and who has it now', async () => {
    const { slept } = await lost();
    await expect(slept.lease.renew()).rejects.toThrow(/serve may not write.*sync, pid/);
    await slept.lease.release();
    await expect(slept.lease.renew()).rejects.toThrow('Nobody had taken it here');
  });

  test('H1: a holder that slept through its expiry intends, remembers and accepts nothing', async () => {
    const { slept, taker } = await lost();
    const next = sampleIntent('i2', sampleDisable('ajensen'));
    const files = new Map([['users/ajensen.yaml', 'b1']]);
    await expect(slept.journal.intend([next])).rejects.toThrow('does not hold the lease');
    await expect(slept.ledger.put([sampleRow('ajensen')])).rejects.toThrow('does not hold the lease');
    await expect(slept.memory.remember({ revision: 'old', at: NOON, entries: [], forget: [], files })).rejects.toThrow(
      'does not hold the lease',
    );
    expect((await taker.journal.open()).map((intent) => intent.id)).toEqual(['i1']);
    expect(await taker.ledger.all('directory')).toEqual([]);
    expect(await taker.memory.revision()).toBeNull();
  });

  test('what it had done before is recorded all the same', async () => {
    const { slept, taker, intent } = await lost();
    await slept.journal.settle(intent, SAMPLE_FAILURE, null, NOON);
    expect(await taker.journal.open()).toEqual([]);
  });

  test('its release takes nothing from the one that has it now', async () => {
    const { slept, taker } = await lost();
    await slept.lease.release();
    await taker.lease.renew();
    expect(await slept.lease.acquire('serve')).toMatchObject({ held: false });
  });
}
