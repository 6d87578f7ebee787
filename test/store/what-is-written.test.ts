/** What reaches the file, and how: durability, indexes, secrets, history. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { REPORT_BYTES_KEPT, REPORTS_KEPT } from '../../src/store/reports.ts';
import {
  DAY_MS,
  NOON,
  SAMPLE_FAILURE,
  sampleApplied,
  sampleApproval,
  sampleCreate,
  sampleDisable,
  sampleIntent,
  sampleOrder,
  sampleReport,
  sampleRow,
  sampleUser,
} from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { overhear, type Ran, rowsOf, withRaw } from './raw-database.ts';
import { sqliteWorld } from './sqlite-world.ts';

function overheard(): Ran[] {
  const statements: Ran[] = [];
  onTestFinished(overhear((statement) => statements.push(statement)));
  return statements;
}

const FULL = 2;
const NORMAL = 1;
const commits = (statements: readonly Ran[]) =>
  statements.filter(({ text }) => text === 'commit').map(({ synchronous }) => synchronous);

describe('durability', () => {
  test('A1: intents wait for the disk, outcomes do not, whatever came before', async () => {
    const { journal, memory } = await openFor(sqliteWorld);
    const statements = overheard();
    const intents = ['i1', 'i2', 'i3'].map((id) => sampleIntent(id, sampleDisable(id)));
    await journal.intend(intents.slice(0, 2));
    for (const intent of intents.slice(0, 2)) await journal.settle(intent, SAMPLE_FAILURE, null, NOON);
    await journal.intend(intents.slice(2));
    await memory.remember({ revision: 'r1', at: NOON, entries: [], forget: [], files: new Map() });
    expect(commits(statements)).toEqual([FULL, NORMAL, NORMAL, FULL, FULL]);
  });

  test('of transactions that run at the same time each has its own durability', async () => {
    const { journal } = await openFor(sqliteWorld);
    const first = sampleIntent('i1', sampleDisable('ajensen'));
    await journal.intend([first]);
    const statements = overheard();
    await Promise.all([
      journal.intend([sampleIntent('i2', sampleDisable('ajensen'))]),
      journal.settle(first, SAMPLE_FAILURE, null, NOON),
      journal.intend([sampleIntent('i3', sampleDisable('ajensen'))]),
    ]);
    expect(commits(statements)).toEqual([FULL, NORMAL, FULL]);
  });

  test('a pass without news writes nothing', async () => {
    const { ledger, journal, memory } = await openFor(sqliteWorld);
    const update = { revision: 'r1', at: NOON, entries: [], forget: [], files: new Map([['a.yaml', 'b1']]) };
    await memory.remember(update);
    const statements = overheard();
    await journal.intend([]);
    await ledger.put([]);
    await ledger.remove('directory', []);
    expect(statements).toEqual([]);
    await memory.remember(update);
    const changes = statements[0]?.database.prepare('select total_changes() as n').get();
    await memory.remember(update);
    expect(statements[0]?.database.prepare('select total_changes() as n').get()).toEqual(changes);
  });
});

describe('indexes', () => {
  test('no question of a pass reads the whole journal, however long it is', async () => {
    const { journal } = await openFor(sqliteWorld);
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    const statements = overheard();
    await journal.intend([intent]);
    await journal.open();
    await journal.usedSince(NOON);
    await journal.tracks(NOON);
    await journal.of('ajensen', 20);
    await journal.settle(intent, sampleApplied(intent.change), sampleRow('ajensen'), NOON);
    const asked = statements.filter(({ text }) => /^(select|update|delete)/.test(text));
    expect(asked).toHaveLength(8);
    for (const { text, database } of asked) {
      const nothing = (text.match(/\?/g) ?? []).map(() => null);
      const steps = database.prepare(`explain query plan ${text}`).all(...nothing);
      const whole = JSON.stringify(steps).match(/SCAN journal(?! USING)/);
      expect({ text, whole }).toEqual({ text, whole: null });
    }
  });
});

describe('secrets', () => {
  /** Every byte of the database and of its log. */
  function bytesOf(place: string): string {
    const folder = dirname(place);
    return readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'latin1'))
      .join('\n');
  }

  test('K1: what a value carries beyond its type stays out, and a Secret prints as redacted', async () => {
    const place = sqliteWorld.newPlace();
    const { journal, ledger } = await openFor(sqliteWorld, place);
    const canary = 'canary-7f3a-password';
    const secret = new Secret(canary);
    const carrying = <T extends object>(value: T): T => ({ ...value, password: canary, secret });
    const create = sampleCreate('ajensen');
    const change = carrying({
      ...create,
      address: carrying(create.address),
      person: carrying(create.person),
      cause: carrying({ ...create.cause, origin: carrying({ file: 'users/ajensen.yaml', line: 1 }) }),
      // Only a broken adapter could do this, and the compiler would have to be told to look away.
      after: carrying({ ...create.after, attributes: { unicodePwd: secret as unknown as string } }),
    });
    const disable = sampleDisable('ajensen');
    const intents = [change, carrying({ ...disable, before: carrying(disable.before) })].map((one, index) =>
      carrying(sampleIntent(`i${index}`, one)),
    );
    await journal.intend(intents);
    const written = carrying({ handle: 'guid-ajensen', state: change.after });
    const row = carrying({ ...sampleRow('ajensen'), state: change.after, disabledFor: change.cause });
    for (const intent of intents) await journal.settle(intent, carrying({ status: 'applied', written }), row, NOON);
    await ledger.put([row]);
    const bytes = bytesOf(place);
    expect(bytes).toContain('guid-ajensen');
    expect(bytes).toContain('[redacted]');
    expect(bytes).not.toContain(canary);
  });
});

describe('what other versions wrote', () => {
  test('unknown fields in stored values come along and do no harm', async () => {
    const place = sqliteWorld.newPlace();
    const { journal, ledger, memory } = await openFor(sqliteWorld, place);
    await journal.intend([sampleIntent('i1', sampleDisable('ajensen'))]);
    await ledger.put([sampleRow('ajensen')]);
    await memory.remember({ revision: 'r', at: NOON, entries: [sampleUser('ajensen')], forget: [], files: new Map() });
    withRaw(place, (raw) => {
      raw.exec(`update journal set "changeJson" = json_set("changeJson", '$.risk', 7)`);
      raw.exec(`update ledger set "stateJson" = json_set("stateJson", '$.groups', json('["a"]'))`);
      raw.exec(`update documents set "documentJson" = json_set("documentJson", '$.title', 'Dr')`);
    });
    expect((await journal.open())[0]?.change).toEqual({ ...sampleDisable('ajensen'), risk: 7 });
    expect((await ledger.all('directory'))[0]?.state).toMatchObject({ enabled: false, groups: ['a'] });
    expect((await memory.entries())[0]?.document).toMatchObject({ username: 'ajensen', title: 'Dr' });
  });
});

describe('history', () => {
  test('who said what, when and why stays after it no longer counts', async () => {
    const place = sqliteWorld.newPlace();
    const { approvals, revisions, orders } = await openFor(sqliteWorld, place);
    await approvals.approve(sampleApproval('d1'));
    await approvals.reject('d1', 'carl', 'too many', NOON + 1);
    await revisions.allowStep('old', 'new', 'carl', 'rewritten', NOON + 2);
    await orders.block(sampleOrder('o1', { until: NOON + DAY_MS }));
    await orders.unblock('o1', 'carl', 'laptop found', NOON + 3);
    await orders.pause('carl', 'moving', NOON + 4);
    await orders.resume('dora', NOON + 5);
    expect(rowsOf(place, `select verdict, "decidedBy", reason, at from decisions`)).toEqual([
      { verdict: 'approved', decidedBy: 'bo@admin.example.org', reason: 'checked', at: NOON },
      { verdict: 'rejected', decidedBy: 'carl', reason: 'too many', at: NOON + 1 },
    ]);
    expect(rowsOf(place, 'select * from steps')).toMatchObject([
      { allowedBy: 'carl', reason: 'rewritten', at: NOON + 2 },
    ]);
    expect(rowsOf(place, 'select * from operatorBlocks')).toMatchObject([
      { blockedBy: 'bo', reason: 'stolen laptop', unblockedBy: 'carl', unblockedReason: 'laptop found' },
    ]);
    expect(rowsOf(place, 'select * from pauses')).toMatchObject([
      { pausedBy: 'carl', reason: 'moving', at: NOON + 4, resumedBy: 'dora', resumedAt: NOON + 5 },
    ]);
  });

  test('reports are kept up to a number, and up to a size, but always the latest', async () => {
    const place = sqliteWorld.newPlace();
    const { reports } = await openFor(sqliteWorld, place);
    for (let run = 1; run <= REPORTS_KEPT + 5; run += 1) await reports.save(sampleReport(`run-${run}`));
    const kept = () => rowsOf(place, 'select "runId" from reports order by seq');
    expect(kept()).toHaveLength(REPORTS_KEPT);
    expect(kept()[0]).toEqual({ runId: 'run-6' });
    withRaw(place, (raw) => {
      raw.prepare('update reports set bytes = ? where seq < 200').run(REPORT_BYTES_KEPT);
    });
    await reports.save(sampleReport('run-206'));
    expect(kept()[0]).toEqual({ runId: 'run-200' });
    withRaw(place, (raw) => raw.prepare('update reports set bytes = ?').run(REPORT_BYTES_KEPT));
    await reports.save(sampleReport('run-207'));
    expect(kept()).toEqual([{ runId: 'run-207' }]);
    expect((await reports.latest())?.runId).toBe('run-207');
  });
});
