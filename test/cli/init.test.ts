/** `muster init`: what it makes can be used as it stands, and it writes over nothing. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateKey } from '../../src/credentials/seal.ts';
import { call } from './site-folder.ts';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'muster-init-'));
  folder = join(parent, 'my-site');
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** Replaces a text in the configuration. */
function configure(from: string, to: string): void {
  const file = join(folder, 'muster.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test('what it makes is valid, and the plan shows the one person', async () => {
  const made = await call(['init', folder]);
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toContain(`muster --config ${join(folder, 'muster.yaml')} plan`);
  expect(made.out).toContain(`In a checkout: npx muster --config ${join(folder, 'muster.yaml')} plan`);
  const config = ['--config', join(folder, 'muster.yaml')];
  const validated = await call([...config, 'validate']);
  expect([validated.code, validated.err]).toEqual([0, '']);
  const planned = await call([...config, 'plan']);
  expect(planned.out).toContain('Anna Jensen (ajensen)');
});

test('it only observes: a pass writes nothing', async () => {
  await call(['init', folder]);
  const config = ['--config', join(folder, 'muster.yaml')];
  const before = readFileSync(join(folder, 'directory.json'), 'utf8');
  expect((await call([...config, 'sync'])).out).toContain('The mode is "observe", so nothing was written.');
  expect(readFileSync(join(folder, 'directory.json'), 'utf8')).toBe(before);
});

test('two edits make it work: the key of whoever hands out passwords, and the mode', async () => {
  await call(['init', folder, '--instance', 'research-service']);
  const { recipient } = await generateKey();
  configure(
    '# credentials: { outbox: outbox, recipients: [age1…] }',
    `credentials: { outbox: outbox, recipients: [${recipient}] }`,
  );
  configure('mode: observe', 'mode: enforce');
  const config = ['--config', join(folder, 'muster.yaml')];
  const synced = await call([...config, 'sync']);
  expect([synced.code, synced.err]).toEqual([0, '']);
  expect(synced.out).toContain('1 person got an account.');
  expect((await call([...config, 'plan'])).out).toContain('Nothing to do: the directory matches the repository.');
  expect(readFileSync(join(folder, 'directory.json'), 'utf8')).toContain('muster:research-service:ajensen:');
});

test('its repository is wired for editors, as by schema --write', async () => {
  await call(['init', folder]);
  const settings: unknown = JSON.parse(readFileSync(join(folder, 'desired-state/.vscode/settings.json'), 'utf8'));
  expect(settings).toMatchObject({ 'yaml.schemas': { './.muster/schema/user.json': ['users/**/*.yaml'] } });
  expect(existsSync(join(folder, 'desired-state/.muster/schema/institution.json'))).toBe(true);
});

test('its check for merge requests accepts it, and so does every example once its remark signs are taken away', async () => {
  await call(['init', folder]);
  const repository = join(folder, 'desired-state');
  const validate = () => call(['--config', join(repository, '.muster/check.yaml'), 'validate']);
  expect((await validate()).out).toContain('No mistakes.');
  expect(readFileSync(join(repository, '.gitlab-ci.yml'), 'utf8')).toContain('--config .muster/check.yaml validate');
  for (const path of [
    'blocked-users',
    'blocked-institutions',
    'mail-blocks',
    'confirmed-tasks',
    'servers/first-server',
  ]) {
    const file = join(repository, `${path}.yaml`);
    const example = readFileSync(file, 'utf8').match(/^# (?:- | {2}).*$/gmu) ?? [];
    expect(example.length, path).toBeGreaterThan(2);
    writeFileSync(file, `${example.map((text) => text.slice(2)).join('\n')}\n`);
  }
  const { out } = await validate();
  expect(out).toContain('3 blocks, 1 hosted server, 1 confirmed task');
  expect(out).toContain('No mistakes.');
});

test('the guides that it brings lead to nothing that is not there', async () => {
  await call(['init', folder]);
  const repository = join(folder, 'desired-state');
  const pages = ['README.md', ...readdirSync(join(repository, 'guide')).map((name) => `guide/${name}`)];
  expect(pages).toHaveLength(5);
  const broken = pages.flatMap((page) => {
    const links = [...readFileSync(join(repository, page), 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/gu)].map(
      ([, to = '']) => to,
    );
    return links.filter((to) => !to.startsWith('https:') && !existsSync(join(repository, dirname(page), to)));
  });
  expect(broken).toEqual([]);
});

test('a folder in which anything stands is left as it is', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const { code, err } = await call(['init', folder]);
  expect(code).toBe(1);
  expect(err).toContain('There is something in it already, notes.txt among it.');
  expect(readdirSync(folder)).toEqual(['notes.txt']);
  expect((await call(['init', join(folder, 'notes.txt')])).err).toContain('(ENOTDIR)');
  rmSync(join(folder, 'notes.txt'));
  expect((await call(['init', folder])).code).toBe(0);
  expect((await call(['init', folder])).code).toBe(1);
});

test('no name of a folder is not taken for the one in which somebody stands', async () => {
  const ran = await call(['init', '']);
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toContain('No folder is named');
});

test('a folder that can’t be made is refused, also where the parent of it takes none', async () => {
  const { code, err } = await call(['init', '/proc/muster-site/below']);
  expect([code, err]).toEqual([1, expect.stringContaining("It can't be made (")]);
});

test('the commands that it prints can be copied whatever the folder is called, and it says what goes into Git', async () => {
  const blank = join(parent, 'my own site');
  const { out } = await call(['init', blank]);
  expect(out).toContain(`Look: muster --config '${join(blank, 'muster.yaml')}' plan`);
  expect(out).toContain(`git init '${join(blank, 'desired-state')}'`);
});

test('the guide for operations quotes the very pipeline that it writes', async () => {
  await call(['init', folder, '--instance', 'research-service']);
  const guide = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const written = (path: string) => readFileSync(join(folder, 'desired-state', path), 'utf8');
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const check = written('.muster/check.yaml').replace(`timeZone: ${timeZone}`, 'timeZone: Europe/Copenhagen');
  for (const text of [written('.gitlab-ci.yml'), check]) expect(guide).toContain(`\`\`\`yaml\n${text}\`\`\`\n`);
});

test('a name that can be no instance is refused before anything is written', async () => {
  const { code, err } = await call(['init', folder, '--instance', 'My Site']);
  expect([code, existsSync(folder)]).toEqual([1, false]);
  expect(err).toContain('as in --instance research-service');
});
