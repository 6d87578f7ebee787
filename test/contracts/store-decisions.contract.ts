/** What every store must keep of people's words, and of reports. */
import { expect, test } from 'vitest';
import { DAY_MS, NOON, sampleApproval, sampleOrder, sampleReport } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

export function approvalsContract(world: StoreWorld): void {
  test('an approval holds until it expires', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.approvals.approve(sampleApproval('d1'));
    const { approvals } = await reopened(world, place, store);
    expect(await approvals.valid(NOON + DAY_MS - 1)).toEqual([sampleApproval('d1')]);
    expect(await approvals.valid(NOON + DAY_MS)).toEqual([]);
  });

  test('an approval in advance keeps the moment from which it counts', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const advance = sampleApproval('d1', { from: NOON + DAY_MS / 2 });
    await store.approvals.approve(advance);
    const { approvals } = await reopened(world, place, store);
    expect(await approvals.valid(NOON)).toEqual([advance]);
  });

  test('a rejection ends the approval of that digest and of no other', async () => {
    const { approvals } = await openFor(world);
    await approvals.approve(sampleApproval('d1'));
    await approvals.approve(sampleApproval('d2'));
    await approvals.reject('d1', 'carl', 'too many people', NOON + 1);
    expect((await approvals.valid(NOON + 2)).map((approval) => approval.digest)).toEqual(['d2']);
  });

  test('the latest word on a digest counts', async () => {
    const { approvals } = await openFor(world);
    await approvals.reject('d1', 'carl', 'too many people', NOON);
    await approvals.approve(sampleApproval('d1', { reason: 'looked again' }));
    await approvals.approve(sampleApproval('d1', { reason: 'and again' }));
    expect((await approvals.valid(NOON)).map((approval) => approval.reason)).toEqual(['and again']);
  });

  test('a step between revisions is allowed in its own direction only', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.revisions.allowStep('old', 'new', 'bo', 'history was rewritten on purpose', NOON);
    const { revisions } = await reopened(world, place, store);
    expect(await revisions.stepWord('old', 'new')).toEqual({ by: 'bo', reason: 'history was rewritten on purpose' });
    expect(await revisions.stepWord('new', 'old')).toBe(null);
    expect(await revisions.stepWord('old', 'newer')).toBe(null);
  });

  test('who answered for a commit is kept with the revision that brought it, and by the commit', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.lease.acquire('pass');
    const answers = [
      { commit: 'c1', signedBy: ['Rita Service'], approvedBy: ['Otto Operator'] },
      { commit: 'c2', signedBy: ['Otto Operator'], approvedBy: [] },
    ];
    const update = { at: NOON, entries: [], forget: [], files: new Map() };
    await store.memory.remember({ ...update, revision: 'c2', answers });
    const again = [{ commit: 'c1', signedBy: ['Somebody Else'], approvedBy: [] }];
    await store.memory.remember({ ...update, revision: 'c3', answers: again });
    const { revisions } = await reopened(world, place, store);
    expect(await revisions.answersFor('c2')).toEqual({
      signedBy: ['Otto Operator', 'Rita Service'],
      approvedBy: ['Otto Operator'],
    });
    expect(await revisions.answerFor('c1')).toEqual({ signedBy: ['Rita Service'], approvedBy: ['Otto Operator'] });
    expect(await revisions.answersFor('c3')).toBe(null);
    expect(await revisions.answerFor('c9')).toBe(null);
  });
}

export function ordersContract(world: StoreWorld): void {
  test('a block without end stands, one with an end stands until then', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    const endless = sampleOrder('o1', { scope: 'institution', target: 'cbs' });
    const ending = sampleOrder('o2', { until: NOON + DAY_MS });
    await store.orders.block(endless);
    await store.orders.block(ending);
    const { orders } = await reopened(world, place, store);
    expect(await orders.blocks(NOON + DAY_MS - 1)).toEqual([endless, ending]);
    expect(await orders.blocks(NOON + DAY_MS)).toEqual([endless]);
  });

  test('a block stands although the clock went back behind it', async () => {
    const { orders } = await openFor(world);
    await orders.block(sampleOrder('o1'));
    expect(await orders.blocks(NOON - DAY_MS)).toHaveLength(1);
  });

  test('unblock ends it; a second time, or an unknown id, is told to the person', async () => {
    const { orders } = await openFor(world);
    await orders.block(sampleOrder('o1'));
    await orders.block(sampleOrder('o2'));
    await orders.unblock('o1', 'carl', 'laptop was found', NOON + 1);
    expect((await orders.blocks(NOON + 1)).map((block) => block.id)).toEqual(['o2']);
    await expect(orders.unblock('o1', 'carl', 'again', NOON + 2)).rejects.toMatchObject({ remedy: 'person' });
    await expect(orders.unblock('o9', 'carl', 'who?', NOON + 2)).rejects.toThrow('operator block o9');
  });

  test('a pause lasts until somebody resumes', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    expect(await store.orders.paused()).toBeNull();
    await store.orders.pause('bo', 'moving the domain controllers', NOON);
    await store.orders.pause('carl', 'still moving', NOON + 1);
    const { orders } = await reopened(world, place, store);
    expect(await orders.paused()).toEqual({ by: 'carl', reason: 'still moving', at: NOON + 1 });
    await orders.resume('carl', NOON + 2);
    expect(await orders.paused()).toBeNull();
    await orders.resume('carl', NOON + 3);
    await orders.pause('bo', 'once more', NOON + 4);
    expect(await orders.paused()).toMatchObject({ by: 'bo', reason: 'once more' });
  });
}

export function reportsContract(world: StoreWorld): void {
  test('the latest report comes back whole', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    expect(await store.reports.latest()).toBeNull();
    await store.reports.save(sampleReport('run-1'));
    await store.reports.save(sampleReport('run-2'));
    expect(await (await reopened(world, place, store)).reports.latest()).toEqual(sampleReport('run-2'));
  });
}
