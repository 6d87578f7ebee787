/** What every store must keep of tasks: whole, once, and with the mails that tell of them. */
import { expect, test } from 'vitest';
import type { Held, Task, TaskChanges } from '../../src/core/tasks.ts';
import type { Day } from '../../src/model/document.ts';
import { DAY_MS, NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const NOTHING: Pick<TaskChanges, 'opened' | 'closed' | 'held' | 'met'> = { opened: [], closed: [], held: [], met: [] };
// A day as the model brands it.
const TODAY = '2026-03-01' as Day;

function task(id: string, person: string, more: Partial<Task> = {}): Task {
  return {
    id,
    subject: { kind: 'person', system: 'badge', person, act: 'give' },
    title: 'Building access',
    text: `Give ${person} a “badge”`,
    about: person,
    entry: null,
    to: ['badge@example.org'],
    openedAt: NOON,
    openings: 1,
    dueAt: NOON + 3 * DAY_MS,
    status: 'open',
    closedAt: null,
    doneBy: null,
    doneOn: null,
    by: null,
    reason: null,
    toldAt: null,
    reminders: 0,
    remindedAt: null,
    escalatedAt: null,
    withdrawalToldAt: null,
    ...more,
  };
}

const ofServer = task('b', 'unused', {
  subject: { kind: 'server', server: 'genomics', step: 'signed' },
  entry: { file: 'servers/genomics.yaml', lines: 'steps:\n  signed: YYYY-MM-DD' },
});
const held = (person: string, state: Held['state'] = 'given'): Held => ({ system: 'badge', person, state });

export function tasksContract(world: StoreWorld): void {
  async function opened(...tasks: readonly Task[]) {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await store.lease.acquire('sync');
    await store.tasks.record({ ...NOTHING, opened: tasks }, NOON);
    return { place, store };
  }

  test('come back whole after a restart, with what is known of people and of systems', async () => {
    const { place, store } = await opened(task('a', 'anna'), ofServer);
    const met = [{ system: 'badge', name: 'Building access', people: 2 }];
    await store.tasks.record({ ...NOTHING, held: [held('anna'), held('bo', 'unsure')], met }, NOON);
    const { tasks } = await reopened(world, place, store);
    expect(await tasks.memory()).toEqual({
      tasks: [task('a', 'anna'), ofServer],
      held: [held('anna'), held('bo', 'unsure')],
      met: new Set(['badge']),
    });
    expect(await tasks.current()).toEqual([task('a', 'anna'), ofServer]);
  });

  test('a look is kept whole or not at all', async () => {
    const { store } = await opened(task('a', 'anna'));
    const twice = [task('x', 'carla'), task('y', 'carla')];
    const look = {
      ...NOTHING,
      opened: twice,
      held: [held('carla')],
      closed: [task('a', 'anna', { status: 'withdrawn' })],
    };
    await expect(store.tasks.record(look, NOON)).rejects.toThrow();
    expect(await store.tasks.memory()).toEqual({ tasks: [task('a', 'anna')], held: [], met: new Set() });
  });

  test('one that somebody confirmed in the meantime stays as they confirmed it', async () => {
    const { store } = await opened(task('a', 'anna'));
    expect(await store.tasks.done(task('a', 'anna'), 'oper', 'handed over', TODAY, NOON)).toBe(true);
    const closed = [task('a', 'anna', { status: 'withdrawn', closedAt: NOON })];
    await store.tasks.record({ ...NOTHING, closed, held: [held('anna', 'unsure')] }, NOON);
    expect(await store.tasks.memory()).toMatchObject({ tasks: [{ status: 'done', by: 'oper' }], held: [held('anna')] });
  });

  test('is done once, with its row in the audit chain', async () => {
    const { store } = await opened(task('a', 'anna'));
    const results = [];
    for (const by of ['one', 'two']) results.push(await store.tasks.done(task('a', 'anna'), by, 'did it', TODAY, NOON));
    expect(results).toEqual([true, false]);
    const rows = await store.audit.rows({ kinds: ['act'], limit: 10 });
    expect(rows.map(({ person, event }) => [person, event])).toEqual([
      ['anna', expect.objectContaining({ act: 'task-done', by: 'one', reason: 'did it' })],
    ]);
  });

  test('opened again it is the latest opening, and one that is open stays as it is', async () => {
    const { store } = await opened(task('a', 'anna'));
    await store.tasks.record({ ...NOTHING, opened: [task('a', 'anna', { openings: 9 })] }, NOON);
    expect(await store.tasks.current()).toEqual([task('a', 'anna')]);
    await store.tasks.done(task('a', 'anna'), 'oper', 'done', TODAY, NOON);
    const again = task('a', 'anna', { openings: 2, openedAt: NOON + DAY_MS });
    await store.tasks.record({ ...NOTHING, opened: [again] }, NOON + DAY_MS);
    expect(await store.tasks.current()).toEqual([again]);
  });

  test('what a mail says is kept exactly where the mail is queued', async () => {
    const { place, store } = await opened(task('a', 'anna'), ofServer);
    const marks = (at: number) => [
      { id: 'a', said: 'opened', at } as const,
      { id: 'a', said: 'reminded', at } as const,
      { id: 'b', said: 'escalated', at } as const,
    ];
    const news = { cursor: null, digest: null, matters: [], mails: [] };
    expect(await store.mails.record(0, { ...news, tasks: marks(NOON + 1) })).toBe(true);
    expect(await store.mails.record(0, { ...news, tasks: marks(NOON + 2) })).toBe(false);
    const { tasks } = await reopened(world, place, store);
    expect(await tasks.current()).toEqual([
      task('a', 'anna', { toldAt: NOON + 1, remindedAt: NOON + 1, reminders: 1 }),
      { ...ofServer, escalatedAt: NOON + 1 },
    ]);
  });

  test('one that is no longer needed is told of once, and only where it had been told of', async () => {
    const { store } = await opened(task('a', 'anna', { toldAt: NOON }), ofServer);
    const closed = [task('a', 'anna'), ofServer].map((one) => ({
      ...one,
      status: 'withdrawn' as const,
      closedAt: NOON,
    }));
    await store.tasks.record({ ...NOTHING, closed }, NOON);
    expect((await store.tasks.current()).map(({ id }) => id)).toEqual(['a']);
    const tasks = [{ id: 'a', said: 'withdrawn', at: NOON } as const];
    await store.mails.record(0, { cursor: null, digest: null, matters: [], mails: [], tasks });
    expect(await store.tasks.current()).toEqual([]);
  });
}
