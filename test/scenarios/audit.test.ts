/** What the audit chain says of passes and operators: who, on whose word, and what came of it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { AuditEvent, ChangeEvent } from '../../src/core/audit.ts';
import { verifyAudit } from '../../src/core/audit-proof.ts';
import { acceptHistory } from '../../src/core/operations/acts.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { enableByOrder } from '../../src/core/operations/enable.ts';
import { pass } from '../../src/core/pass.ts';
import type { HeadFile } from '../../src/core/restored.ts';
import { lineAuthors } from '../../src/sources/line-authors.ts';
import { headFileAt } from '../../src/store/head-file.ts';
import { CBS, DTU, makeCompany } from '../support/company.ts';
import { blocks, people, person } from '../support/desired-state.ts';
import { OPERATOR, type Scene } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene.close());

async function events(): Promise<readonly AuditEvent[]> {
  return (await scene.store.audit.rows({ limit: 10_000 })).map(({ event }) => event);
}

/** So many at once wait for an approval. */
const SIX = ['s1', 's2', 's3', 's4', 's5', 's6'];

const changesIn = (all: readonly AuditEvent[]) => all.filter((event): event is ChangeEvent => event.kind === 'change');

/** What was recorded since. */
async function since(seq: number): Promise<readonly AuditEvent[]> {
  return (await scene.store.audit.rows({ after: seq, limit: 10_000 })).map(({ event }) => event);
}

const seqNow = async () => (await scene.store.audit.head()).seq;

describe('a change', () => {
  test('names the commit with its people, who wrote the line, and the operator who approved it', async () => {
    scene = await makeCompany({ source: 'git' });
    const created = changesIn(await events());
    expect(new Set(created.map(({ person: { key } }) => key))).toEqual(new Set([...CBS, ...DTU]));
    const [one] = created;
    const who = one?.commit?.author ?? '';
    expect(who).toMatch(/^.+ <.+@.+>$/);
    expect(one).toMatchObject({ operator: null, approved: false });
    const before = await seqNow();
    await scene.declare(people(SIX));
    await scene.settle();
    const approved = changesIn(await since(before));
    expect(approved.map(({ person: { key } }) => key).toSorted()).toEqual(SIX);
    const [six] = approved;
    expect(six).toMatchObject({
      trigger: 'command',
      commit: { author: who, committer: who },
      line: { author: who, commit: six?.revision },
      operator: OPERATOR,
      approved: true,
      lane: false,
      outcome: { status: 'applied' },
    });
  }, 60_000);

  test('of the block lane says so, and whose order it was', async () => {
    scene = await makeCompany();
    const before = await seqNow();
    await blockByOrder(scene.parts(), { ...OPERATOR, target: 'anna', scope: 'user', until: null });
    const [order, change, run] = await since(before);
    expect(order).toMatchObject({ kind: 'order', order: 'block', ...OPERATOR, block: { target: 'anna' } });
    expect(change).toMatchObject({ change: 'disable', effect: 'takes', lane: true, operator: OPERATOR });
    expect(run).toMatchObject({
      kind: 'run',
      laneOnly: true,
      counts: { block: { applied: 1, failed: 0, skipped: 0 } },
    });
  });

  test('that an operator ordered names them, with the order as a decision before it', async () => {
    scene = await makeCompany();
    await scene.directory.disable('anna');
    await scene.sync();
    const before = await seqNow();
    await enableByOrder(scene.parts(), 'anna', OPERATOR);
    const [decision, change, ...more] = await since(before);
    expect(decision).toMatchObject({ kind: 'decision', verdict: 'approved', people: ['anna'], ...OPERATOR });
    expect(change).toMatchObject({ kind: 'change', change: 'enable', operator: OPERATOR, approved: true });
    expect(more).toEqual([]);
  });
});

describe('a run', () => {
  test('that could write is a row, with what it did and held; a plan is none', async () => {
    scene = await makeCompany();
    await scene.declare(blocks('user', [{ target: 'anna', from: '2026-01-01' }]));
    const before = await seqNow();
    await scene.plan();
    expect(await since(before)).toEqual([]);
    const report = await scene.sync('push');
    const recorded = await since(before);
    expect(recorded.map(({ kind }) => kind)).toEqual(['change', 'run']);
    expect(recorded[1]).toMatchObject({ runId: report.runId, trigger: 'push', held: { changes: 0 }, result: 'done' });
    expect(report.audit).toEqual(await scene.store.audit.head());
  });

  test('that broke off is a row that says of what', async () => {
    scene = await makeCompany();
    const parts = scene.parts();
    const { lease, journal, memory, approvals, revisions, orders, reports, audit, servers } = parts.store;
    const ledger = { ...parts.store.ledger, put: () => Promise.reject(new Error('disk full')) };
    const others = { lease, journal, memory, approvals, revisions, orders, reports, audit, servers };
    const broken = { ...parts, store: { ...others, ledger } };
    await expect(pass(broken, { trigger: 'schedule', dryRun: false })).rejects.toThrow('disk full');
    expect((await events()).at(-1)).toMatchObject({
      kind: 'run',
      result: 'broken-off',
      trigger: 'schedule',
      trouble: [{ what: 'disk full' }],
    });
    expect((await verifyAudit(scene.store)).fault).toBeNull();
  });
});

test('a history that hangs keeps no block waiting: what it does not tell in time is left out', async () => {
  scene = await makeCompany({ source: 'git' });
  const authors = lineAuthors({ blame: () => new Promise(() => undefined) });
  await scene.declare(person('anna', { phone: '+45 28 00 00 00' }));
  await pass({ ...scene.parts(), lineAuthors: authors }, { trigger: 'command', dryRun: false });
  expect(changesIn(await events()).at(-1)).toMatchObject({
    change: 'update',
    line: null,
    outcome: { status: 'applied' },
  });
}, 60_000);

describe('a database that an operator accepts', () => {
  test('B2: where the head of the chain can’t be read, the file is what to look at first, and then all goes on', async () => {
    scene = await makeCompany();
    const path = `${scene.home}/head.json`;
    const parts = () => ({ ...scene.parts(), headFile: headFileAt(path) });
    const run = { trigger: 'command', dryRun: false };
    await pass(parts(), run);
    const kept = await readFile(path, 'utf8');
    await rm(path);
    await mkdir(path);
    await scene.declare(person('eva'));
    const unread = await pass(parts(), run);
    const [hold] = unread.holds;
    expect(hold).toMatchObject({ rule: 'restored', because: expect.stringContaining('nobody can tell') });
    expect(hold?.release).toMatch(
      /^Check "audit.headFile" .* everything goes on by itself\. Only where it is lost for good: /,
    );
    await rm(path, { recursive: true });
    await writeFile(path, '{}');
    expect((await pass(parts(), run)).holds[0]?.release).toMatch(/^Check .*: it may name the wrong file/);
    await writeFile(path, kept);
    expect((await pass(parts(), run)).holds).toEqual([]);
    expect(await scene.directory.isEnabled('eva')).toBe(true);
  });

  test('is not called accepted where the head of the chain can’t be kept', async () => {
    scene = await makeCompany();
    const before = await seqNow();
    const headFile: HeadFile = {
      place: '/elsewhere/head.json',
      read: () => Promise.reject(new Error('it is a folder')),
      write: () => Promise.reject(new Error('it is a folder')),
      checkWritable: () => Promise.resolve(),
    };
    const accepted = acceptHistory({ ...scene.parts(), headFile }, OPERATOR);
    await expect(accepted).rejects.toThrow('it is a folder');
    expect(await since(before)).toMatchObject([
      { act: 'history-accepted', phase: 'begun' },
      { act: 'history-accepted', phase: 'failed' },
    ]);
  });
});
