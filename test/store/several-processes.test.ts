/** Real processes on one database: who may write, what the death or the sleep of one means to the others. */
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { LEASE_MS } from '../../src/store/lease.ts';
import { NOON, sampleApplied, sampleDisable, sampleIntent, sampleRow } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { rowsOf } from './raw-database.ts';
import { sqliteWorld } from './sqlite-world.ts';
import { startStoreProcess } from './store-process.ts';

const HELD = { ok: { held: true } };

describe('the lease between processes', () => {
  test('of processes that race for it exactly one wins, round after round', async () => {
    const place = sqliteWorld.newPlace();
    const racers = await Promise.all([startStoreProcess(place), startStoreProcess(place), startStoreProcess(place)]);
    for (let round = 0; round < 12; round += 1) {
      const answers = await Promise.all(racers.map((racer) => racer.ask('acquire sync')));
      const winners = racers.filter((_, index) => JSON.stringify(answers[index]) === JSON.stringify(HELD));
      expect(winners).toHaveLength(1);
      const named = answers.filter((answer) => JSON.stringify(answer).includes(`sync, pid ${winners[0]?.pid} on host`));
      expect(named).toHaveLength(2);
      await Promise.all(racers.map((racer) => racer.ask('release')));
    }
  });

  test('the lease of a killed process is free at once', async () => {
    const place = sqliteWorld.newPlace();
    const killed = await startStoreProcess(place);
    expect(await killed.ask('acquire serve')).toEqual(HELD);
    const { lease } = await openFor(sqliteWorld, place);
    const holder = `serve, pid ${killed.pid} on host ${hostname()}, since 2026-03-01 12:00 UTC`;
    expect(await lease.acquire('sync')).toEqual({ held: false, holder });
    await killed.signal('SIGKILL');
    expect(await lease.acquire('sync')).toEqual({ held: true });
  });

  test('H1: a process stopped past its lease finds it taken when it wakes, and intends nothing', async () => {
    const place = sqliteWorld.newPlace();
    const sleeper = await startStoreProcess(place);
    await sleeper.ask('acquire serve');
    expect(await sleeper.ask('intend before')).toEqual({ ok: null });
    await sleeper.signal('SIGSTOP');
    const { lease, journal } = await openFor(sqliteWorld, place, () => NOON + LEASE_MS);
    expect(await lease.acquire('sync')).toEqual({ held: true });
    await sleeper.signal('SIGCONT');
    expect(await sleeper.ask('intend after')).toMatchObject({
      error: expect.stringMatching(/serve may not write.*sync, pid/),
    });
    expect(await sleeper.ask('renew')).toMatchObject({ error: expect.stringMatching(/serve may not write/) });
    expect((await journal.open()).map((intent) => intent.id)).toEqual(['before']);
  });

  test('holding the lease keeps no process alive', async () => {
    const place = sqliteWorld.newPlace();
    const forgetful = await startStoreProcess(place);
    await forgetful.ask('acquire sync');
    expect(await forgetful.finish()).toBe(0);
    expect(await (await openFor(sqliteWorld, place)).lease.acquire('sync')).toEqual({ held: true });
  });
});

describe('one database in several processes', () => {
  test('processes that make it at the same moment all find it whole', async () => {
    const place = sqliteWorld.newPlace();
    const makers = await Promise.all([1, 2, 3, 4].map(() => startStoreProcess(place)));
    for (const [index, maker] of makers.entries()) expect(await maker.ask(`intend i${index}`)).toEqual({ ok: null });
    // Each step once, whoever made it.
    const steps = rowsOf(place, 'select name from migration').map((row) => JSON.stringify(row));
    expect(new Set(steps).size).toBe(steps.length);
    expect(steps.length).toBeGreaterThan(0);
    expect(rowsOf(place, 'select * from lease')).toHaveLength(1);
    expect(await (await openFor(sqliteWorld, place)).journal.open()).toHaveLength(4);
  });

  test('those that write at the same time wait for each other and lose nothing', async () => {
    const place = sqliteWorld.newPlace();
    const other = await startStoreProcess(place);
    const { journal, ledger } = await openFor(sqliteWorld, place);
    const theirs = async () => {
      for (let index = 0; index < 50; index += 1) {
        expect(await other.ask(`intend b${index}`)).toEqual({ ok: null });
        expect(await other.ask(`settle b${index}`)).toEqual({ ok: null });
      }
    };
    const ours = async () => {
      for (let index = 0; index < 50; index += 1) {
        const intent = sampleIntent(`a${index}`, sampleDisable(`a${index}`));
        await journal.intend([intent]);
        await journal.settle(intent, sampleApplied(intent.change), sampleRow(`a${index}`), NOON);
      }
    };
    await Promise.all([theirs(), ours()]);
    expect(await journal.open()).toEqual([]);
    expect(await ledger.all('directory')).toHaveLength(100);
  });
});
