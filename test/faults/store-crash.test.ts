/** Processes that are killed in the middle of their work on the store, and what the next one finds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { verifyAudit } from '../../src/core/audit-proof.ts';
import { NOON, sampleApplied, sampleDisable, sampleIntent, sampleRow } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { rowsOf } from '../store/raw-database.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';
import { program } from '../support/programs.ts';

/** More than fits into one statement, so that a batch that is not one transaction can be torn. */
const BATCH_SIZE = 600;

interface Said {
  readonly intended: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
  readonly exitCode: number | null;
}

/** Runs the child until it ends, is killed by itself, or has said `linesMax` lines and is killed from here. */
async function run(path: string, task: string, killBefore: number, linesMax = Number.POSITIVE_INFINITY): Promise<Said> {
  const words = [program('store-crash-child'), path, task, String(BATCH_SIZE), String(killBefore)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said = { intended: new Set<string>(), settled: new Set<string>() };
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // Whole, even where the kill came: a write this short reaches a pipe in full or not at all, pipe(7).
    const [what, id = ''] = line.split(' ');
    if (what === 'intended') said.intended.add(id);
    if (what === 'settled') said.settled.add(id);
    lines += 1;
    if (lines === linesMax) child.kill('SIGKILL');
  }
  await ended;
  return { ...said, exitCode: child.exitCode };
}

interface JournalRow {
  readonly id: string;
  readonly runId: string;
  readonly status: string | null;
}

/** What must be true after any crash; returns the ids of the settled intents. */
async function expectConsistent(path: string, said: Said): Promise<ReadonlySet<string>> {
  const store = await openFor(sqliteWorld, path);
  const { journal, ledger, lease } = store;
  expect(await lease.acquire('sync')).toEqual({ held: true });
  expect(rowsOf(path, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  // Only this file's own question, whose columns it names, comes back.
  const rows = rowsOf(path, 'select id, "runId", status from journal') as JournalRow[];
  const batches = Map.groupBy(rows, (row) => row.runId);
  for (const [batch, intents] of batches) expect([batch, intents.length]).toEqual([batch, BATCH_SIZE]);
  for (const batch of said.intended) expect(batches.has(batch)).toBe(true);
  const settled = new Set(rows.filter((row) => row.status !== null).map((row) => row.id));
  for (const id of said.settled) expect(settled).toContain(id);
  const inLedger = (await ledger.all('directory')).map((row) => row.key);
  expect(new Set(inLedger)).toEqual(settled);
  expect(await journal.open()).toHaveLength(rows.length - settled.size);
  // The audit chain is whole, with exactly one row for each outcome.
  const { head, fault } = await verifyAudit(store);
  expect({ head: head.seq, fault }).toEqual({ head: settled.size, fault: null });
  const told = rowsOf(path, `select json_extract("eventJson", '$.intent') as id from audit`) as { id: string }[];
  expect(new Set(told.map(({ id }) => id))).toEqual(settled);
  await lease.release();
  return settled;
}

describe('B3: killed while it makes its tables', () => {
  test('before every single statement: the next one finds the old schema or the new one, and makes it whole', async () => {
    let killed = 0;
    const undisturbed = sqliteWorld.newPlace();
    await (await openFor(sqliteWorld, undisturbed)).close();
    const steps = rowsOf(undisturbed, 'select * from migration').length;
    for (let statement = 1; ; statement += 1) {
      const path = sqliteWorld.newPlace();
      const { exitCode } = await run(path, 'open', statement);
      if (exitCode === 0) break;
      killed += 1;
      const made = rowsOf(path, `select name from sqlite_master where name in ('journal', 'lease')`).length;
      const known = made === 0 ? 0 : rowsOf(path, 'select * from migration').length;
      expect([statement, made, known]).toEqual(made === 0 ? [statement, 0, 0] : [statement, 2, steps]);
      const { journal, ledger } = await openFor(sqliteWorld, path);
      const intent = sampleIntent('i1', sampleDisable('ajensen'));
      await journal.intend([intent]);
      await journal.settle(intent, sampleApplied(intent.change), sampleRow('ajensen'), NOON);
      expect(await ledger.all('directory')).toHaveLength(1);
    }
    expect(killed).toBeGreaterThan(20);
  });
});

describe('A1: killed while it journals', () => {
  test('before every single statement: a batch of intents is whole or absent, an outcome never without its ledger row and its row of the audit chain', async () => {
    const numbers = new Set<number>();
    for (let statement = 1; ; statement += 1) {
      const path = sqliteWorld.newPlace();
      await (await openFor(sqliteWorld, path)).close();
      const said = await run(path, 'batch', statement);
      numbers.add((await expectConsistent(path, said)).size);
      if (said.exitCode === 0) break;
    }
    expect([...numbers]).toEqual([0, 1, 2, 3]);
  });

  test('at any moment, again and again on the same database: nothing that was said to be done is missing', async () => {
    const path = sqliteWorld.newPlace();
    const all = { intended: new Set<string>(), settled: new Set<string>() };
    // Spread over intending (the first line of each batch) and settling, by no pattern of the batch size.
    for (const linesMax of [1, 2, 37, 254, 601, 602, 777, 1202, 1203, 1500]) {
      const said = await run(path, 'loop', 0, linesMax);
      expect(said.exitCode).toBeNull();
      for (const batch of said.intended) all.intended.add(batch);
      for (const id of said.settled) all.settled.add(id);
      await expectConsistent(path, { ...all, exitCode: null });
    }
    expect(all.intended.size).toBeGreaterThan(10);
  });
});
