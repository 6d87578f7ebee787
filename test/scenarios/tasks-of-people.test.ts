/** Tasks about people: opened, told, reminded, escalated, done, taken back and opened again, day by day. */
import { describe, expect, test } from 'vitest';
import { block, confirmation, day, type Files, user } from '../support/model-builder.ts';
import { BADGE, DESK, OPERATIONS, taskScene } from '../support/task-scene.ts';

const ANNA: Files = { 'users/a.yaml': [user('ajensen')] };
const BOTH: Files = { ...ANNA, 'users/b.yaml': [user('bmadsen')] };
const BLOCKED: Files = {
  ...BOTH,
  'blocked-users.yaml': [block('blocked-user', 'bmadsen', { from: '2026-03-01' })],
};
const GIVE = 'Give Anna Jensen (bmadsen) a badge';
const TAKE = 'Take back the badge of Anna Jensen (bmadsen)';

/** A site that has met the system with Anna alone. */
async function met() {
  const scene = await taskScene();
  scene.on('2026-03-02');
  scene.declare(ANNA);
  await scene.attend();
  return scene;
}

/** And Bo began since, and his maintainer was told. */
async function begun() {
  const scene = await met();
  scene.declare(BOTH);
  await scene.attend();
  await scene.mails();
  return scene;
}

/** And Bo has his badge. */
async function given() {
  const scene = await begun();
  const task = await scene.open();
  await scene.store.tasks.done(task, 'oper', 'said so', day('2026-03-02'), scene.now());
  return scene;
}

describe('the first contact with a system', () => {
  test('opens no task for anybody who has access already, and says for how many', async () => {
    const scene = await taskScene();
    scene.on('2026-03-02');
    scene.declare(BOTH);
    expect(await scene.attend()).toMatchObject({ opened: [], met: [{ system: 'badge', people: 2 }] });
    expect(await scene.attend()).toMatchObject({ opened: [], met: [] });
    expect(await scene.told()).toEqual([]);
  });

  test('a plan shows it and keeps nothing of it', async () => {
    const scene = await taskScene();
    scene.on('2026-03-02');
    scene.declare(ANNA);
    expect(await scene.attend({ keep: false })).toMatchObject({ met: [{ people: 1 }] });
    expect(await scene.attend({ keep: false })).toMatchObject({ met: [{ people: 1 }] });
    expect(await scene.store.tasks.memory()).toEqual({ tasks: [], held: [], met: new Set() });
  });

  test('waits until the repository can be read, for nobody is known before', async () => {
    const scene = await taskScene();
    scene.on('2026-03-02');
    scene.declare(BOTH);
    expect(await scene.attend({ trusted: false })).toMatchObject({ met: [] });
    expect(await scene.attend()).toMatchObject({ met: [{ people: 2 }], opened: [] });
  });

  test('of a second system later is a first contact of its own', async () => {
    const scene = await met();
    scene.configure([BADGE, { ...BADGE, id: 'telephone', name: 'Telephone' }]);
    expect(await scene.attend()).toMatchObject({ met: [{ name: 'Telephone', people: 1 }], opened: [] });
    scene.declare(BOTH);
    expect((await scene.attend()).opened.map(({ title }) => title)).toEqual(['Building access', 'Telephone']);
  });
});

describe('a person who gains access', () => {
  test('is a task for the maintainer, told once, without a name in the subject', async () => {
    const scene = await met();
    scene.declare(BOTH);
    expect((await scene.attend()).opened).toMatchObject([{ text: GIVE, openings: 1, to: [DESK] }]);
    const [mail, ...more] = await scene.mails();
    const { id } = await scene.open();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ recipient: DESK, subject: `Muster (demo): task ${id}: Building access` });
    expect(mail?.text).toContain(`${GIVE}\n\nPlease do this by 2026-03-05.`);
    expect(mail?.text).toContain(`muster tasks done ${id} --reason "…"`);
    expect(mail?.text).toContain(`- task: ${id}\n  done: YYYY-MM-DD`);
    await scene.attend();
    expect(await scene.told()).toEqual([]);
  });

  test('is asked for by nobody as long as what would give it is held', async () => {
    const scene = await met();
    scene.declare(BOTH);
    expect((await scene.attend({ waiting: ['bmadsen'] })).opened).toEqual([]);
    expect((await scene.attend()).opened).toHaveLength(1);
  });

  test('is no task while the entry is not declared as it stands: doubt never gives', async () => {
    const scene = await met();
    const unknown = user('bmadsen', { institution: 'nowhere' });
    scene.declare({ ...ANNA, 'users/b.yaml': [unknown] });
    expect((await scene.attend()).opened).toEqual([]);
  });

  test('has the same task in every plan, and in the pass that keeps it', async () => {
    const scene = await met();
    scene.declare(BOTH);
    const planned = await scene.attend({ keep: false });
    expect(planned.opened).toHaveLength(1);
    expect(await scene.tasks()).toEqual([]);
    expect((await scene.attend()).opened).toEqual(planned.opened);
  });
});

describe('a task that nobody confirms', () => {
  test('is reminded of once its day is over, then every three days, and operations hear of it after a week', async () => {
    const scene = await begun();
    const told: Record<string, readonly string[]> = {};
    for (let date = 3; date <= 20; date += 1) {
      const name = `2026-03-${String(date).padStart(2, '0')}`;
      scene.on(name);
      await scene.attend();
      const mails = (await scene.mails()).filter(({ topic }) => topic === 'tasks');
      if (mails.length > 0) told[name] = mails.map(({ recipient, subject }) => `${recipient}: ${subject}`);
    }
    const late = `${DESK}: Muster (demo): 1 task is late`;
    const tooLate = `${OPERATIONS}: Muster (demo): 1 task is far too late`;
    expect(told).toEqual({
      '2026-03-06': [late],
      '2026-03-09': [late],
      '2026-03-12': [late],
      '2026-03-13': [tooLate],
      '2026-03-15': [late],
      '2026-03-18': [late],
    });
    expect(await scene.open()).toMatchObject({ reminders: 5 });
  });

  test('is not left unmentioned for a year where a clock stood a year ahead for a moment', async () => {
    const scene = await begun();
    scene.on('2027-03-06');
    await scene.mails();
    scene.on('2026-03-08');
    expect(await scene.told()).toContain(`${DESK}: Muster (demo): 1 task is late`);
  });
});

describe('a task that is done', () => {
  test('by a command is over, is not asked for again, and stands in the audit chain with who and why', async () => {
    const scene = await given();
    expect(await scene.attend()).toMatchObject({ opened: [], open: 0 });
    expect(await scene.tasks()).toMatchObject([{ status: 'done', doneBy: 'command', by: 'oper', reason: 'said so' }]);
    const [row] = await scene.store.audit.rows({ kinds: ['act'], limit: 10 });
    expect(row).toMatchObject({ person: 'bmadsen', event: { act: 'task-done', by: 'oper', reason: 'said so' } });
  });

  test('by a line in the repository is over, with the day and the name that stand there', async () => {
    const scene = await begun();
    const { id } = await scene.open();
    scene.on('2026-03-04');
    scene.declare({ ...BOTH, 'confirmed-tasks.yaml': [confirmation(id, '2026-03-03', 'Berit')] });
    expect((await scene.attend()).closed).toMatchObject([{ doneBy: 'confirmed', doneOn: '2026-03-03', by: 'Berit' }]);
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [], open: 0 });
    expect(scene.noticed()).toEqual([]);
  });

  test('a line about a task that does not exist confirms nothing and is told', async () => {
    const scene = await begun();
    scene.declare({ ...BOTH, 'confirmed-tasks.yaml': [confirmation('lobatu-kivo', '2026-03-02')] });
    await scene.attend();
    expect(scene.noticed()).toEqual(['There is no task lobatu-kivo, so this confirms nothing.']);
    expect(await scene.open()).toMatchObject({ text: GIVE });
  });

  test('two that confirm one task at once do it once', async () => {
    const scene = await begun();
    const task = await scene.open();
    const both = ['one', 'two'].map((by) => scene.store.tasks.done(task, by, 'did it', day('2026-03-02'), scene.now()));
    expect((await Promise.all(both)).toSorted()).toEqual([false, true]);
    expect(await scene.store.audit.rows({ kinds: ['act'], limit: 10 })).toHaveLength(1);
  });
});

describe('a person who loses access', () => {
  test('is a task to take back what was given', async () => {
    const scene = await given();
    scene.declare(BLOCKED);
    expect((await scene.attend()).opened).toMatchObject([{ text: TAKE }]);
    expect((await scene.mails()).map(({ text }) => text.split('\n')[0])).toEqual([TAKE]);
  });

  test('is no task where nothing was given and nobody was asked to give', async () => {
    const scene = await met();
    scene.declare(BOTH);
    await scene.attend();
    scene.declare(BLOCKED);
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [{ status: 'withdrawn', text: GIVE }] });
    expect(await scene.told()).toEqual([]);
  });

  test('is a task where somebody was asked to give and nobody said whether they did: doubt takes', async () => {
    const scene = await begun();
    scene.declare(BLOCKED);
    expect(await scene.attend()).toMatchObject({ closed: [{ text: GIVE }], opened: [{ text: TAKE }] });
    const { id } = await scene.open();
    expect(await scene.told()).toEqual([
      `${DESK}: Muster (demo): 1 task is no longer needed`,
      `${DESK}: Muster (demo): task ${id}: Building access`,
    ]);
    expect(await scene.told()).toEqual([]);
    await scene.attend();
    expect(await scene.open()).toMatchObject({ id, openings: 1 });
  });

  test('and comes back before anybody took anything is told as no longer needed', async () => {
    const scene = await given();
    scene.declare(BLOCKED);
    await scene.attend();
    await scene.mails();
    scene.declare(BOTH);
    scene.on('2026-03-03');
    const lifted = block('blocked-user', 'bmadsen', { from: '2026-03-01', lifted: '2026-03-03' });
    scene.declare({ ...BOTH, 'blocked-users.yaml': [lifted] });
    expect(await scene.attend()).toMatchObject({ opened: [], closed: [{ status: 'withdrawn', text: TAKE }] });
    expect(await scene.told()).toContain(`${DESK}: Muster (demo): 1 task is no longer needed`);
  });
});

test('a need that returns opens the same task again, counted; what confirmed it before does not confirm it now', async () => {
  const scene = await begun();
  const { id } = await scene.open();
  const line = { 'confirmed-tasks.yaml': [confirmation(id, '2026-03-02')] };
  const blocked = (lifted?: string) =>
    block('blocked-user', 'bmadsen', { from: '2026-03-03', ...(lifted === undefined ? {} : { lifted }) });
  scene.on('2026-03-03');
  scene.declare({ ...BOTH, ...line });
  await scene.attend();
  scene.on('2026-03-04');
  scene.declare({ ...BOTH, ...line, 'blocked-users.yaml': [blocked()] });
  await scene.attend();
  const taking = await scene.open();
  await scene.store.tasks.done(taking, 'oper', 'has it back', day('2026-03-04'), scene.now());
  scene.on('2026-03-05');
  scene.declare({ ...BOTH, ...line, 'blocked-users.yaml': [blocked('2026-03-05')] });
  expect((await scene.attend()).opened).toMatchObject([{ id, openings: 2, text: GIVE }]);
  scene.on('2026-03-06');
  expect(await scene.attend()).toMatchObject({ closed: [], open: 1 });
  expect((await scene.mails()).map(({ text }) => text).join()).toContain('is needed again (time 2)');
  const again = { 'confirmed-tasks.yaml': [confirmation(id, '2026-03-02'), confirmation(id, '2026-03-06')] };
  scene.declare({ ...BOTH, ...again, 'blocked-users.yaml': [blocked('2026-03-05')] });
  expect((await scene.attend()).closed).toMatchObject([{ id, status: 'done', doneOn: '2026-03-06' }]);
});

test('more new tasks at once than a desk can read come as one mail that lists them', async () => {
  const scene = await taskScene([BADGE], { mailsAtOnce: 3 });
  scene.on('2026-03-02');
  scene.declare(ANNA);
  await scene.attend();
  const many = Array.from({ length: 4 }, (_, n) => user(`new${n}`));
  scene.declare({ ...ANNA, 'users/new.yaml': many });
  await scene.attend();
  const mails = await scene.mails();
  expect(mails.map(({ subject }) => subject)).toEqual(['Muster (demo): 4 tasks for you']);
  expect(mails[0]?.text.match(/muster tasks done/g)).toHaveLength(4);
});

test('a mail is queued with what it says, so that of two processes that look at once one tells', async () => {
  const scene = await met();
  scene.declare(BOTH);
  await scene.attend();
  const [first, second] = [await scene.notifier(), await scene.notifier()];
  await Promise.all([first.look(), second.look()]);
  expect((await scene.queued()).map(({ recipient }) => recipient)).toEqual([DESK]);
});

test('whoever told or sent it dies at any point: the mail is queued once, and goes out under one id', async () => {
  const scene = await met();
  scene.declare(BOTH);
  await scene.attend();
  // Nobody told of it: the process ended. The next one does, once.
  await (await scene.notifier()).look();
  await (await scene.notifier()).look();
  const first = await scene.store.mails.take(scene.now());
  expect(first?.mail).toMatchObject({ recipient: DESK });
  // The one that sent it ended as well; a try is over after a quarter of an hour, whatever became of it.
  const again = await scene.store.mails.take(scene.now() + 16 * 60_000);
  expect(again?.mail).toEqual(first?.mail);
  expect(await scene.store.mails.take(scene.now() + 16 * 60_000)).toBeNull();
});

test('a system that the configuration no longer names asks for nothing any more, and its people are told', async () => {
  const scene = await begun();
  scene.configure([]);
  expect(await scene.attend()).toMatchObject({ closed: [{ text: GIVE, status: 'withdrawn' }], open: 0 });
  expect(await scene.told()).toEqual([`${DESK}: Muster (demo): 1 task is no longer needed`]);
});
