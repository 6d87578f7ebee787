/** What somebody did before they heard that it is no longer needed: said late, it counts, and what follows from it is asked for. */
import { describe, expect, test } from 'vitest';
import { pass } from '../../src/core/pass.ts';
import { taskDesk } from '../../src/reconcilers/tasks/desk.ts';
import { makeCompany } from '../support/company.ts';
import { people, person } from '../support/desired-state.ts';
import { block, confirmation, day, type Files, user } from '../support/model-builder.ts';
import { BADGE, DESK, taskScene } from '../support/task-scene.ts';

const ANNA: Files = { 'users/a.yaml': [user('ajensen')] };
const BOTH: Files = { ...ANNA, 'users/b.yaml': [user('bmadsen')] };
const GIVE = 'Give Anna Jensen (bmadsen) a badge';
const TAKE = 'Take back the badge of Anna Jensen (bmadsen)';
const blocked = (lifted?: string): Files => {
  const more = lifted === undefined ? {} : { lifted };
  return { ...BOTH, 'blocked-users.yaml': [block('blocked-user', 'bmadsen', { from: '2026-03-03', ...more })] };
};

/** Bo has a badge, and is blocked: his maintainer was asked to take it back. */
async function asked() {
  const scene = await taskScene();
  scene.on('2026-03-02');
  scene.declare(BOTH);
  await scene.attend();
  scene.on('2026-03-03');
  scene.declare(blocked());
  await scene.attend();
  await scene.mails();
  return { scene, task: await scene.open() };
}

/** And he has access again before anybody said that the badge is back. */
async function restored() {
  const { scene, task } = await asked();
  scene.on('2026-03-04');
  scene.declare(blocked('2026-03-04'));
  await scene.attend();
  return { scene, task };
}

describe('a badge that had to be taken back from somebody who has access again', () => {
  test('and was never taken: nobody is asked for anything, and the maintainer hears that it need not be', async () => {
    const { scene } = await restored();
    expect((await scene.tasks()).map(({ text, status }) => [text, status])).toEqual([[TAKE, 'withdrawn']]);
    expect(await scene.told()).toEqual([`${DESK}: Muster (demo): 1 task is no longer needed`]);
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 0 });
  });

  test('and was taken and said to be before: it is to be given', async () => {
    const { scene, task } = await asked();
    await scene.store.tasks.done(task, 'oper', 'is back', day('2026-03-03'), scene.now());
    scene.on('2026-03-04');
    scene.declare(blocked('2026-03-04'));
    expect(await scene.attend()).toMatchObject({ opened: [{ text: GIVE }], closed: [], open: 0 });
  });

  test('and was taken, as the very revision says that gives access back: it is to be given', async () => {
    const { scene, task } = await asked();
    scene.on('2026-03-04');
    scene.declare({ ...blocked('2026-03-04'), 'confirmed-tasks.yaml': [confirmation(task.id, '2026-03-03')] });
    expect(await scene.attend()).toMatchObject({ opened: [{ text: GIVE }], closed: [{ text: TAKE, status: 'done' }] });
  });

  test('and was taken, as a command says afterwards: it is to be given', async () => {
    const { scene, task } = await restored();
    expect(await scene.store.tasks.done(task, 'oper', 'was back', day('2026-03-03'), scene.now())).toBe(true);
    expect(await scene.attend()).toMatchObject({ opened: [{ text: GIVE }], closed: [] });
    expect(await scene.store.tasks.done(task, 'oper', 'again', day('2026-03-04'), scene.now())).toBe(false);
  });

  test('and was taken, as a line says afterwards: it is to be given, once', async () => {
    const { scene, task } = await restored();
    scene.on('2026-03-05');
    const line = { 'confirmed-tasks.yaml': [confirmation(task.id, '2026-03-03')] };
    scene.declare({ ...blocked('2026-03-04'), ...line });
    expect(await scene.attend()).toMatchObject({ opened: [{ text: GIVE }], closed: [{ text: TAKE, status: 'done' }] });
    expect((await scene.tasks()).map(({ text, status }) => [text, status]).toSorted()).toEqual([
      [GIVE, 'open'],
      [TAKE, 'done'],
    ]);
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 1 });
    expect(await scene.store.audit.rows({ kinds: ['act'], limit: 10 })).toMatchObject([
      { person: 'bmadsen', event: { act: 'task-done', reason: 'it stands in confirmed-tasks.yaml:1' } },
    ]);
  });

  test('a line from before it was withdrawn says nothing of it', async () => {
    const { scene, task } = await asked();
    const line = { 'confirmed-tasks.yaml': [confirmation(task.id, '2026-03-03')] };
    scene.on('2026-03-04');
    scene.declare({ ...blocked('2026-03-04'), ...line });
    await scene.attend();
    const { id } = await scene.open();
    await scene.store.tasks.done(await scene.open(), 'oper', 'has it', day('2026-03-04'), scene.now());
    const again = block('blocked-user', 'bmadsen', { from: '2026-03-06' });
    scene.on('2026-03-06');
    scene.declare({ ...BOTH, ...line, 'blocked-users.yaml': [again] });
    await scene.attend();
    scene.on('2026-03-07');
    const over = block('blocked-user', 'bmadsen', { from: '2026-03-06', lifted: '2026-03-07' });
    scene.declare({ ...BOTH, ...line, 'blocked-users.yaml': [over] });
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [{ text: TAKE, status: 'withdrawn' }] });
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [] });
    expect((await scene.tasks()).find((one) => one.id === id)).toMatchObject({ status: 'done' });
  });
});

test('a task that an entry confirms stands in the audit chain with its line, and who wrote that', async () => {
  const scene = await makeCompany({ source: 'git' });
  try {
    const servers = { it: [], researchService: [], mailInstitutions: false, withinDays: 14 };
    const desk = taskDesk({ systems: [BADGE], servers, timeZone: 'Europe/Copenhagen' }, { lasting: false });
    const attend = () =>
      pass({ ...scene.parts(), tasks: { desk, memory: scene.store.tasks } }, { trigger: 'push', dryRun: false });
    await attend();
    await scene.declare(people(['frida']));
    const opened = (await attend()).tasks?.opened ?? [];
    expect(opened).toHaveLength(1);
    const id = opened[0]?.id ?? '';
    const done = new Date(scene.clock.now).toISOString().slice(0, 10);
    const text = `- task: ${id}\n  by: Berit\n  done: ${done}\n`;
    await scene.declare({ 'confirmed-tasks.yaml': text }, undefined, 'Per Second');
    // Whoever commits last is not who confirmed it.
    await scene.declare(person('anna', { given: 'Ann' }), undefined, 'Ulla Third');
    await attend();
    const [row, ...others] = await scene.store.audit.rows({ kinds: ['act'], limit: 10 });
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      person: 'frida',
      event: {
        act: 'task-done',
        by: 'Per Second <rie@example.org>',
        reason: 'it stands in confirmed-tasks.yaml:3',
        detail: { task: id },
      },
    });
  } finally {
    await scene.close();
  }
}, 60_000);
