/** `muster import` beside what it must not touch: links, entries that would become mistakes, lists of other runs, folders that are no repository. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HandDirectory, handDirectory, OU } from '../support/hand-directory.ts';
import { makeSite, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;
let directory: HandDirectory;
let repository: string;

beforeEach(async () => {
  site = await makeSite();
  repository = join(site.folder, 'repository');
  directory = await handDirectory(join(site.folder, 'directory.json'));
  site.declare(
    'institutions/northlake.yaml',
    'id: northlake\nname: Northlake University\ncontacts: [it@example.org]\n',
  );
  site.declare('users/cbs.yaml', '[]\n');
});

afterEach(() => site.remove());

/** An account that can be said. */
const PLAIN = {
  givenName: 'Anna',
  sn: 'Holm',
  displayName: 'Anna Holm',
  mail: 'anna.holm@example.org',
  mobile: '+4520123456',
  company: 'Northlake University',
};

function entry(
  username: string,
  email: string,
  more: { readonly state?: string; readonly family?: string } = {},
): string {
  return `username: ${username}
name: { given: Anna, family: ${more.family ?? 'Holm'} }
email: ${email}
phone: +4520123456
institution: northlake
state: ${more.state ?? 'active'}
`;
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

test('nothing is written through a link, wherever one lies', async () => {
  await directory.add('aholm', PLAIN);
  const outside = mkdtempSync(join(site.folder, 'outside-'));
  symlinkSync(outside, join(repository, 'users/northlake'));
  const refused = await site.muster('import');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('import writes nothing through a link')]);
  expect(readdirSync(outside)).toEqual([]);

  rmSync(join(repository, 'users/northlake'));
  mkdirSync(join(repository, 'users/northlake'));
  const mine = join(outside, 'mine.txt');
  writeFileSync(mine, 'mine');
  symlinkSync(mine, join(repository, 'users/northlake/aholm.yaml.part'));
  expect((await site.muster('import')).code).toBe(0);
  expect(readFileSync(mine, 'utf8')).toBe('mine');
  expect(read('users/northlake/aholm.yaml')).toBe(entry('aholm', 'anna.holm@example.org'));

  await directory.add('bholm', { ...PLAIN, mail: null });
  symlinkSync(mine, join(repository, 'not-imported.md'));
  expect((await site.muster('import')).err).toContain('import writes nothing through a link');
  expect(readFileSync(mine, 'utf8')).toBe('mine');
});

test('an import of a part of the accounts leaves the list alone, and says what it is about', async () => {
  await directory.add('aholm', PLAIN);
  await directory.add('bholm', { ...PLAIN, mail: null });
  await site.muster('import');
  const list = read('not-imported.md');
  expect(list).toContain(`Accounts in \`${OU.researchers}\`.`);
  const part = await site.muster('import', '--only', 'a*', '--except', 'b*');
  expect(part.out).toContain(`Accounts in ${OU.researchers}, of these only a*, without b*.`);
  expect(part.out).toContain('Every one of these accounts has its entry.');
  expect(part.out).toContain('not-imported.md stays as it was');
  expect(read('not-imported.md')).toBe(list);
  expect((await site.muster('import', '--only', 'x*')).out).toContain('No account is there.');
  rmSync(join(repository, 'not-imported.md'));
  const other = await site.muster('import', '--only', 'b*');
  expect([other.out, existsSync(join(repository, 'not-imported.md'))]).toEqual([
    expect.stringContaining('mail is empty'),
    false,
  ]);
  await site.muster('import', '--ou', OU.researchers);
  expect(read('not-imported.md')).toBe(list);
});

test('what a mistake quotes stands in one code span of the list', async () => {
  await directory.add('aholm', { ...PLAIN, mail: 'anna@' });
  await site.muster('import');
  expect(read('not-imported.md')).toContain("e-mail address can't be written: `anna@` is not an e-mail address");
});

test('--update makes no mistake that was not there: the address of somebody who left stays theirs', async () => {
  site.declare('users/northlake/left.yaml', entry('left', 'left@example.org', { state: 'closed' }));
  site.declare('users/northlake/aholm.yaml', entry('aholm', 'a@example.org'));
  site.declare('users/northlake/bholm.yaml', entry('bholm', 'b@example.org', { family: 'Smith' }));
  await directory.add('aholm', { ...PLAIN, mail: 'left@example.org' });
  await directory.add('bholm', { ...PLAIN, mail: 'b@example.org' });
  for (const options of [['--dry-run'], []]) {
    const { out } = await site.muster('import', '--update', '--format', 'json', ...options);
    expect(JSON.parse(out)).toMatchObject({
      edited: ['bholm'],
      unedited: [{ username: 'aholm', because: expect.stringContaining('left@example.org is that of') }],
    });
  }
  expect(read('users/northlake/aholm.yaml')).toBe(entry('aholm', 'a@example.org'));
  expect(read('users/northlake/bholm.yaml')).toBe(entry('bholm', 'b@example.org'));
  expect((await site.muster('import', '--update')).out).toContain('The entry stays as it is. It would be a mistake');
  expect((await site.muster('validate')).out).toContain('Found: 1 warning.');
});

test('--update finds the one mistake among several people of one file', async () => {
  site.declare('users/northlake/left.yaml', entry('left', 'left@example.org', { state: 'closed' }));
  const names = ['aholm', 'bholm', 'cholm', 'dholm'];
  const listed = (text: string) => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
  site.declare(
    'users/list.yaml',
    names.map((name) => listed(entry(name, `${name}@example.org`, { family: 'Smith' }))).join(''),
  );
  for (const name of names)
    await directory.add(name, { ...PLAIN, mail: `${name === 'cholm' ? 'left' : name}@example.org` });
  const { out } = await site.muster('import', '--update', '--format', 'json');
  const { edited, unedited } = JSON.parse(out);
  expect([edited.toSorted(), unedited]).toEqual([
    ['aholm', 'bholm', 'dholm'],
    [expect.objectContaining({ username: 'cholm' })],
  ]);
  expect((await site.muster('validate')).out).toContain('Found: 1 warning.');
});

test('--into leads to a repository, or is told why it does not', async () => {
  const into = (folder: string) => site.muster('import', '--into', folder, '--dry-run');
  const parent = join(site.folder, 'my site');
  mkdirSync(join(parent, 'desired-state'), { recursive: true });
  expect((await into(parent)).err).toContain('There is no muster.yaml of a repository here.');
  writeFileSync(join(parent, 'muster.yaml'), 'instance: demo\n');
  writeFileSync(join(parent, 'desired-state/muster.yaml'), 'format: 1\ninstance: demo\n');
  expect((await into(parent)).err).toContain(`Write --into '${join(parent, 'desired-state')}'`);
  expect((await into(join(parent, 'desired-state'))).code).toBe(0);
  const nowhere = join(site.folder, 'nowhere');
  expect((await into(nowhere)).err).toContain(`--into ${nowhere}: There is no such folder (ENOENT).`);
});

test('of a unit that is not there it says that the command line named it', async () => {
  const { code, err } = await site.muster('import', '--ou', `OU=Nowhere,${OU.researchers}`);
  expect([code, err]).toEqual([1, expect.stringContaining('named on the command line, with --ou')]);
});

test('a command to be repeated is one that a shell reads as it was given', async () => {
  const unit = `OU=Anna's "Lab",${OU.researchers}`;
  const { err } = await site.muster('adopt', '--ou', unit, '--yes');
  expect(err).toContain(`muster adopt --ou 'OU=Anna'\\''s "Lab",${OU.researchers}' --yes --reason "…"`);
});
