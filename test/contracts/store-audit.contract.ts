/** What every store must keep as the audit chain: a row for everything that counts, in the transaction of what it records. */
import { expect, test } from 'vitest';
import { verifyAudit } from '../../src/core/audit-proof.ts';
import type { OpenStore } from '../../src/store/store.ts';
import {
  DAY_MS,
  NOON,
  SAMPLE_FAILURE,
  SAMPLE_MANDATE,
  sampleApplied,
  sampleApproval,
  sampleCreate,
  sampleDisable,
  sampleIntent,
  sampleOrder,
  sampleRow,
} from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const everything = { limit: 1_000 };

/** As `change ajensen`, `order block`, for all rows. */
async function told(store: OpenStore): Promise<readonly string[]> {
  const rows = await store.audit.rows(everything);
  return rows.map(({ event }) => {
    if (event.kind === 'change') return `${event.change} ${event.person.key} ${event.outcome.status}`;
    if (event.kind === 'order') return `${event.order} ${event.block?.target ?? ''}`.trim();
    return event.kind === 'decision' ? `${event.verdict} ${event.subject}` : event.kind;
  });
}

export function auditContract(world: StoreWorld): void {
  test('a settled change is one row with everything that is known of it', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const create = sampleCreate('ajensen');
    const named = { ...create, blueprint: { ...create.blueprint, username: 'AJensen' } };
    const intent = sampleIntent('i1', named, { approved: true });
    await store.journal.intend([intent]);
    expect(await store.audit.rows(everything)).toEqual([]);
    await store.journal.settle(intent, sampleApplied(named), sampleRow('ajensen'), NOON + 5);
    const { audit } = await reopened(world, place, store);
    const [row, ...more] = await audit.rows(everything);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ seq: 1, at: NOON + 5, kind: 'change', runId: 'run-1', person: 'ajensen' });
    expect(row?.event).toEqual({
      ...SAMPLE_MANDATE,
      kind: 'change',
      runId: 'run-1',
      intent: 'i1',
      attempt: 'attempt-i1',
      intendedAt: NOON,
      system: 'directory',
      server: 'ldaps://dc1.example.org',
      person: { key: 'ajensen', label: 'Anna Jensen (ajensen)', username: 'AJensen' },
      change: 'create',
      effect: 'gives',
      classes: ['create'],
      handle: 'guid-ajensen',
      location: null,
      before: null,
      after: create.after,
      cause: create.cause,
      approved: true,
      outcome: { status: 'applied' },
    });
  });

  test('an outcome that is refused, because it stands already, leaves no row', async () => {
    const store = await openFor(world);
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    await store.journal.intend([intent]);
    await store.journal.settle(intent, SAMPLE_FAILURE, null, NOON);
    await expect(store.journal.settle(intent, SAMPLE_FAILURE, null, NOON)).rejects.toThrow('recorded already');
    expect(await told(store)).toEqual(['disable ajensen failed']);
  });

  test('decisions and orders are rows, each as it was given; what had no effect is none', async () => {
    const store = await openFor(world);
    await store.approvals.approve(sampleApproval('d1'));
    await store.approvals.reject('d1', 'carl', 'too many people', NOON);
    await store.revisions.allowStep('old', 'new', 'bo', 'rewritten on purpose', NOON);
    await store.orders.block(sampleOrder('o1'));
    await store.orders.unblock('o1', 'carl', 'found it', NOON);
    await expect(store.orders.unblock('o1', 'carl', 'again', NOON)).rejects.toThrow('no such block');
    await store.orders.resume('carl', NOON);
    await store.orders.pause('carl', 'moving house', NOON);
    await store.orders.resume('carl', NOON);
    expect(await told(store)).toEqual([
      'approved d1',
      'rejected d1',
      'step-allowed old..new',
      'block ajensen',
      'unblock ajensen',
      'pause',
      'resume',
    ]);
  });

  test('what many do at once stays one chain, and is whole when opened again', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const other = await openFor(world, place);
    const intents = Array.from({ length: 20 }, (_, nth) => sampleIntent(`i${nth}`, sampleDisable(`p${nth}`)));
    await store.journal.intend(intents);
    await Promise.all([
      ...intents.map((intent) => store.journal.settle(intent, SAMPLE_FAILURE, null, NOON)),
      ...intents.map((_, nth) => other.orders.block(sampleOrder(`o${nth}`))),
    ]);
    const again = await reopened(world, place, store);
    const verified = await verifyAudit(again);
    expect(verified).toEqual({ format: 1, head: await again.audit.head(), fault: null, kept: null, missing: null });
    expect(verified.head.seq).toBe(40);
  });

  test('rows are found by place, kind, time and person, the newest where there are too many', async () => {
    const store = await openFor(world);
    const intent = sampleIntent('i1', sampleDisable('ajensen'));
    await store.journal.intend([intent]);
    await store.journal.settle(intent, SAMPLE_FAILURE, null, NOON);
    await store.orders.block(sampleOrder('o1', { target: 'bmadsen', at: NOON + DAY_MS }));
    await store.approvals.approve(sampleApproval('d1', { people: ['ajensen'], at: NOON + DAY_MS }));
    const places = async (query: Parameters<typeof store.audit.rows>[0]) =>
      (await store.audit.rows(query)).map(({ seq }) => seq);
    expect(await places({ ...everything, after: 1 })).toEqual([2, 3]);
    expect(await places({ ...everything, kinds: ['change', 'decision'] })).toEqual([1, 3]);
    expect(await places({ ...everything, since: NOON + 1 })).toEqual([2, 3]);
    expect(await places({ ...everything, person: 'ajensen' })).toEqual([1, 3]);
    expect(await places({ ...everything, person: 'jensen' })).toEqual([]);
    expect(await places({ limit: 2 })).toEqual([1, 2]);
    expect(await places({ limit: 2, newest: true })).toEqual([2, 3]);
  });
}
