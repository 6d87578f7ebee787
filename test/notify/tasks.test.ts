/** Tasks from end to end: a whole site, its commands, its repository in Git, and a real mail server that catches what people are sent. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { person } from '../cli/site-folder.ts';
import { commit, daysFromToday, makeRepository } from '../support/desired-state.ts';
import { expectGolden } from '../views/golden-file.ts';
import { type MailedSite, mailedSite, OPERATIONS, RESEARCH_SERVICE, steady } from './mailed-site.ts';

const BADGES = 'badge@example.org';
const TASKS = `tasks:
  systems:
    - id: badge
      name: Building access
      maintainer: [${BADGES}]
      give: "Give {name} ({username}, {institution}) a badge"
      take: "Take back the badge of {name} ({username})"
`;
const CARLA = person('cvinther', 'Carla', 'Vinther', '+45 20 12 34 58');
const SERVER = 'servers/genomics.yaml';

function to(recipient: string, mails: readonly string[]): readonly string[] {
  return mails.filter((mail) => mail.startsWith(`To: ${recipient}`));
}

function idIn(mail: string | undefined): string {
  return /[a-z]{6}-[a-z]{4}/.exec(mail ?? '')?.[0] ?? 'none';
}

/** A site that has met the system, with two people. */
async function metSite(language: 'da' | 'en' = 'en'): Promise<MailedSite> {
  const site = await mailedSite({ language, more: TASKS });
  expect(to(BADGES, await site.sync())).toEqual([]);
  return site;
}

describe('what people are sent', () => {
  test.each(['en', 'da'] as const)('is clear in both languages (%s)', async (language) => {
    const site = await metSite(language);
    site.declare('users/carla.yaml', CARLA);
    site.declare(SERVER, serverText(daysFromToday(0)));
    const given = await site.sync();
    site.declare('users/carla.yaml', CARLA.replace('active', 'closed'));
    const taken = await site.sync();
    const shown = [...given, ...taken].filter(
      (mail) => !mail.includes('cvinther.') || mail.startsWith(`To: ${BADGES}`),
    );
    expectGolden(steady(shown.join('\n--------\n'), site), `tasks.${language}.txt`);
  });

  test('holds nobody’s name in a subject', async () => {
    const site = await metSite();
    site.declare('users/carla.yaml', CARLA);
    await site.sync();
    for (const { mail } of site.server.taken) expect(mail.subject).not.toMatch(/Carla|Vinther|cvinther/i);
  });
});

describe('muster tasks', () => {
  test('lists what is open, takes a confirmation by its id, however it is said, and tells who did it', async () => {
    const site = await metSite();
    site.declare('users/carla.yaml', CARLA);
    const id = idIn(to(BADGES, await site.sync())[0]);
    expect((await site.muster('tasks', 'list')).out).toContain(`${id} Building access: Give Carla Vinther`);
    const spoken = id.replace('-', ' ').toUpperCase();
    const done = await site.muster('tasks', 'done', spoken, '--reason', 'Handed over');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain(`Done: ${id}`);
    expect((await site.muster('tasks', 'list')).out).toContain('None is open.');
    expect((await site.muster('tasks', 'list', '--all')).out).toContain('Handed over');
    const { tasks } = JSON.parse((await site.muster('tasks', 'list', '--all', '--format', 'json')).out);
    expect(tasks).toMatchObject([{ id, status: 'done', doneBy: 'command', reason: 'Handed over' }]);
    expect((await site.muster('audit', 'show')).out).toContain('confirmed a task done by hand (cvinther)');
    expect((await site.muster('audit', 'verify')).code).toBe(0);
  });

  test('refuses what is no task, what is a slip, and what is done, each with what to do', async () => {
    const site = await metSite();
    site.declare('users/carla.yaml', CARLA);
    const id = idIn(to(BADGES, await site.sync())[0]);
    const wrong = `${id.slice(0, -1)}${id.endsWith('a') ? 'o' : 'a'}`;
    const slip = await site.muster('tasks', 'done', wrong, '--reason', 'Handed over');
    expect(slip).toMatchObject({ code: 1 });
    expect(slip.err).toContain('a syllable of it is wrong');
    expect(slip.err).toContain(`Did you mean ${id}?`);
    expect((await site.muster('tasks', 'done', 'lobatu-kivo', '--reason', 'x')).err).toContain(
      'There is no such task.',
    );
    await site.muster('tasks', 'done', id, '--reason', 'Handed over');
    expect((await site.muster('tasks', 'done', id, '--reason', 'Again')).err).toContain('It was confirmed before.');
  });

  test('a plan shows what would be asked of people, and writes nothing', async () => {
    const site = await metSite();
    site.declare('users/carla.yaml', CARLA);
    const { out } = await site.muster('plan');
    expect(out).toContain('Tasks that would be given to people (1)');
    expect((await site.muster('tasks', 'list')).out).toContain('None is open.');
  });
});

function serverText(requested: string, ...steps: readonly string[]): string {
  const lines = steps.length === 0 ? '' : `steps:\n${steps.map((step) => `  ${step}: ${requested}\n`).join('')}`;
  return `id: genomics\nname: Genomics server\ninstitution: cbs\nrequested: ${requested}\n${lines}`;
}

test('a hosted server goes from its request to its bill, commit by commit, and each step reaches whoever takes it', async () => {
  const site = await mailedSite();
  const repository = join(site.folder, 'repository');
  await makeRepository(repository);
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  const today = daysFromToday(0);
  const write = (message: string, ...steps: readonly string[]) =>
    commit(repository, { [SERVER]: serverText(today, ...steps) }, message);
  await write('CBS asks for a server');
  const asked: (readonly [string, readonly string[]])[] = [];
  const steps = ['agreed', 'signed', 'received', 'installed', 'moved', 'informed', 'billed'];
  for (let done = 0; done <= steps.length; done += 1) {
    if (done > 0) await write(`Step ${done}`, ...steps.slice(0, done));
    const mails = (await site.sync()).filter((mail) => mail.includes(': task '));
    asked.push([steps[done] ?? 'over', mails.map((mail) => mail.slice(4, mail.indexOf('\n')))]);
    if (done === 1) expect((await site.muster('servers')).out).toContain(`next: contract signed (the institution)`);
  }
  expect(asked).toEqual([
    ['agreed', [OPERATIONS, RESEARCH_SERVICE]],
    ['signed', [RESEARCH_SERVICE]],
    ['received', [OPERATIONS]],
    ['installed', [OPERATIONS]],
    ['moved', [RESEARCH_SERVICE, OPERATIONS]],
    ['informed', [OPERATIONS]],
    ['billed', [RESEARCH_SERVICE]],
    ['over', []],
  ]);
  const { out } = await site.muster('servers', '--format', 'markdown');
  expect(out).toContain('Nothing left to do (1)');
  expect(out).toContain(`institution billed on ${today}`);
});
