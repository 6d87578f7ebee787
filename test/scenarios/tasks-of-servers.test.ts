/** Hosted servers from request to bill: one step after the other is a task, whoever says that it is done. */
import { describe, expect, test } from 'vitest';
import { standingOfServers } from '../../src/core/server-standing.ts';
import { confirmation, day, type Files, mistake, server, ZONE } from '../support/model-builder.ts';
import { OPERATIONS, TEAM, taskScene } from '../support/task-scene.ts';

const FILE = 'servers/genomics.yaml';

function declared(...steps: Parameters<typeof server> extends [string, ...infer R] ? R : never): Files {
  return { [FILE]: [server('genomics', ...steps)] };
}

async function requested() {
  const scene = await taskScene([]);
  scene.on('2026-03-02');
  scene.declare(declared());
  await scene.attend();
  return scene;
}

const STEPS = [
  ['agreed', '2026-03-03', [OPERATIONS, TEAM]],
  ['signed', '2026-03-04', [TEAM]],
  ['received', '2026-03-05', [OPERATIONS]],
  ['installed', '2026-03-06', [OPERATIONS]],
  ['moved', '2026-03-09', [TEAM, OPERATIONS]],
  ['informed', '2026-03-10', [OPERATIONS]],
  ['billed', '2026-03-11', [TEAM]],
] as const;

test('each step in turn is a task of whoever takes it, and its day in the entry ends it and opens the next', async () => {
  const scene = await requested();
  const done: Record<string, string> = {};
  for (const [step, on, to] of STEPS) {
    const task = await scene.open();
    expect(task).toMatchObject({ subject: { kind: 'server', server: 'genomics', step }, to, status: 'open' });
    expect((await scene.mails()).map(({ recipient }) => recipient)).toEqual(to);
    scene.on(on);
    done[step] = on;
    scene.declare(declared(done));
    expect((await scene.attend()).closed).toMatchObject([{ id: task.id, doneBy: 'step', doneOn: on }]);
  }
  expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 0 });
  expect(await scene.told()).toEqual([]);
});

describe('a step that somebody says is done', () => {
  test('by a command counts until the entry says so, and the line to write is told until then', async () => {
    const scene = await requested();
    const task = await scene.open();
    await scene.store.tasks.done(task, 'oper', 'agreed by telephone', day('2026-03-02'), scene.now());
    expect((await scene.attend()).opened).toMatchObject([{ subject: { step: 'signed' } }]);
    expect(scene.noticed()).toEqual([
      'The step `agreed` of the server genomics was confirmed and does not stand in its entry yet.',
    ]);
    scene.declare(declared({ agreed: '2026-03-02' }));
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 1 });
    expect(scene.noticed()).toEqual([]);
  });

  test('by a line in confirmed-tasks.yaml counts as much', async () => {
    const scene = await requested();
    const { id } = await scene.open();
    scene.on('2026-03-03');
    scene.declare({ ...declared(), 'confirmed-tasks.yaml': [confirmation(id, '2026-03-03')] });
    expect(await scene.attend()).toMatchObject({ closed: [{ id }], opened: [{ subject: { step: 'signed' } }] });
  });

  test('and was not done after all is a task again', async () => {
    const scene = await requested();
    const { id } = await scene.open();
    scene.declare(declared({ agreed: '2026-03-02' }));
    await scene.attend();
    scene.declare({ [FILE]: [{ ...server('genomics'), none: ['agreed'] }] });
    expect((await scene.attend()).opened).toMatchObject([{ id, openings: 2 }]);
  });
});

describe('an entry that can’t be trusted', () => {
  test('leaves its task as it was: a day that went missing, a mistake, a file that is gone', async () => {
    const scene = await requested();
    scene.declare(declared({ agreed: '2026-03-02' }));
    await scene.attend();
    const task = await scene.open();
    for (const files of [declared(), { [FILE]: [mistake('server', 'genomics')] }, {}] as readonly Files[]) {
      scene.declare(files);
      expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 1 });
    }
    expect(await scene.open()).toEqual(task);
  });

  test('is no task while it was never good', async () => {
    const scene = await taskScene([]);
    scene.on('2026-03-02');
    scene.declare(declared({}, { institution: 'nowhere' }));
    expect(await scene.attend()).toMatchObject({ opened: [] });
  });

  test('a step of a day to come is not done before that day', async () => {
    const scene = await requested();
    scene.declare(declared({ agreed: '2026-03-09' }));
    expect(await scene.attend()).toMatchObject({ closed: [], open: 1 });
    scene.on('2026-03-09');
    expect(await scene.attend()).toMatchObject({ closed: [{ doneOn: '2026-03-09' }] });
  });
});

test('a server that is given up asks for nothing any more, and whoever was asked is told', async () => {
  const scene = await requested();
  await scene.mails();
  scene.declare(declared({}, { cancelled: day('2026-03-02') }));
  expect(await scene.attend()).toMatchObject({ closed: [{ status: 'withdrawn' }], opened: [] });
  expect(await scene.told()).toEqual(
    [OPERATIONS, TEAM].map((to) => `${to}: Muster (demo): 1 task is no longer needed`),
  );
});

test('of several servers the longest overdue stands first, with who is next and how long it waits', async () => {
  const scene = await taskScene([]);
  scene.on('2026-03-02');
  scene.declare({ [FILE]: [server('genomics')] });
  await scene.attend();
  scene.on('2026-03-10');
  const later = [server('imaging', { agreed: '2026-03-09' }), server('over', {}, { cancelled: day('2026-03-03') })];
  const files = { [FILE]: [server('genomics')], 'servers/others.yaml': later };
  scene.declare(files);
  await scene.attend();
  const entries = later.concat(server('genomics')).map((one) => ({ ...one, origin: { file: FILE, line: 1 } }));
  scene.on('2026-03-20');
  const memory = { entries: entries as never, tasks: await scene.tasks() };
  expect(
    standingOfServers(memory, scene.now(), ZONE).map(({ id, next, waitsDays }) => [
      id,
      next?.step ?? null,
      next?.lateDays ?? null,
      waitsDays,
    ]),
  ).toEqual([
    ['genomics', 'agreed', 4, 46],
    ['imaging', 'signed', 0, 11],
    ['over', null, null, 0],
  ]);
});
