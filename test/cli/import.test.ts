/** `muster import` and `muster adopt --ou`: accounts that exist become entries, and entries' accounts become Muster's. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FoundAccount, foundAccounts, SORTS_OF_ACCOUNTS } from '../support/found-accounts.ts';
import { type HandDirectory, handDirectory, OU } from '../support/hand-directory.ts';
import { makeSite, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;
let directory: HandDirectory;

beforeEach(async () => {
  site = await makeSite();
  directory = await handDirectory(join(site.folder, 'directory.json'));
  site.declare(
    'institutions/northlake.yaml',
    'id: northlake\nname: Northlake University\ncontacts: [it@example.org]\n',
  );
  site.declare('users/cbs.yaml', '[]\n');
});

afterEach(() => site.remove());

async function fill(accounts: readonly FoundAccount[]): Promise<void> {
  for (const { username, disabled, attributes } of accounts) {
    await directory.add(username, { userAccountControl: disabled ? '514' : '512', ...attributes });
  }
}

function read(path: string): string {
  return readFileSync(join(site.folder, 'repository', path), 'utf8');
}

/** Every file of the repository with its content and when it was last written. */
function filesNow(): readonly string[] {
  const folder = join(site.folder, 'repository');
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) => {
    const path = join(one.parentPath, one.name);
    return one.isFile() ? [`${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`] : [];
  });
}

test('accounts of every sort: entries pass the check, and once taken over there is nothing to do', async () => {
  const accounts = foundAccounts(SORTS_OF_ACCOUNTS);
  await fill(accounts);
  const imported = await site.muster('import');
  expect([imported.code, imported.err]).toEqual([2, '']);
  const validated = await site.muster('validate');
  expect(validated.out).toContain('No mistakes.');
  const named = (fate: FoundAccount['fate']) =>
    accounts.flatMap((one) => (one.fate === fate ? [one.username] : [])).sort();
  const list = read('not-imported.md');
  for (const username of named('left')) expect(list).toContain(`- \`${username}\``);
  const entries = readdirSync(join(site.folder, 'repository/users/northlake')).map((name) => name.replace('.yaml', ''));
  expect(entries.sort()).toEqual([...named('entry'), ...named('closed'), ...named('aside')].sort());
  const shown = await site.muster('adopt', '--ou', OU.researchers, '--all');
  for (const username of named('aside')) expect(shown.out).toContain(`muster adopt ${username}`);
  const adopted = await site.muster('adopt', '--ou', OU.researchers, '--yes', '--reason', 'taken over');
  expect(adopted.out).toContain('Accounts taken over');
  const planned = await site.muster('plan', '--exit-code');
  expect(planned.out).toContain('Nothing to do by itself');
  expect(planned.code).toBe(2);
  const before = filesNow();
  await site.muster('import');
  expect(filesNow()).toEqual(before);
});

/** One account that can be said, with other values. */
const PLAIN = {
  givenName: 'Anna',
  sn: 'Holm',
  displayName: 'Anna Holm',
  mail: 'anna.holm@example.org',
  mobile: '+4520123456',
  company: 'Northlake University',
};

const ENTRY = `username: aholm
name: { given: Anna, family: Holm }
email: anna.holm@example.org
phone: +4520123456
institution: northlake
state: active
`;

test('an entry is short, and only what it can’t say stands in remarks', async () => {
  await directory.add('aholm', PLAIN);
  await directory.add('bholm', {
    ...PLAIN,
    mail: 'b@example.org',
    displayName: 'Bo\nstate: active',
    userAccountControl: '514',
  });
  expect((await site.muster('import')).code).toBe(0);
  expect(read('users/northlake/aholm.yaml')).toBe(ENTRY);
  expect(
    read('users/northlake/bholm.yaml'),
  ).toBe(`# displayName is "Bo<U+000A>state: active" in the directory; Muster would write "Anna Holm"
username: bholm
name: { given: Anna, family: Holm }
email: b@example.org
phone: +4520123456
institution: northlake
# The account was disabled when it was imported, nobody knows why. Who is only away is active, and gets it back with "muster enable"
state: closed
`);
});

test('entries that are there stay as they are; --update changes values in them and nothing else', async () => {
  const mine = `# Anna, of the front desk\nusername: AHolm\nname: {given: Anna,   family: "Smith"}  # her name of before\nemail: anna.holm@example.org\nphone: +45 20 12 34 57\ninstitution: cbs\nstate: active\nends: 2030-12-31\n`;
  site.declare('users/anna.yaml', mine);
  await directory.add('aholm', { ...PLAIN, userAccountControl: '514' });
  const told = await site.muster('import');
  expect([told.code, read('users/anna.yaml')]).toEqual([0, mine]);
  expect(told.out).toContain('name.family: Smith here, Holm in the directory');
  expect(told.out).toContain('state: active here, closed in the directory');
  await site.muster('import', '--update', '--dry-run');
  expect(read('users/anna.yaml')).toBe(mine);
  await site.muster('import', '--update');
  expect(read('users/anna.yaml')).toBe(
    mine.replace('"Smith"', '"Holm"').replace('+45 20 12 34 57', '+4520123456').replace('cbs', 'northlake'),
  );
});

test('who was told of and is written by hand then is known, also with a mistake', async () => {
  await directory.add('aholm', { ...PLAIN, mail: null });
  expect((await site.muster('import')).out).toContain('mail is empty');
  site.declare('users/anna.yaml', ENTRY);
  expect((await site.muster('import')).out).toContain('0 new files, 1 person known already.');
  expect(read('not-imported.md')).toContain('None: every account there has its entry.');
  site.declare('users/anna.yaml', ENTRY.replace('+4520123456', '20123456'));
  expect((await site.muster('import')).out).toContain('0 new files, 1 person known already.');
});

test('nothing is written over: a file that stands there is told of', async () => {
  site.declare('users/northlake/aholm.yaml', 'username: [\n');
  await directory.add('aholm', PLAIN);
  const { code, out } = await site.muster('import');
  expect([code, read('users/northlake/aholm.yaml')]).toEqual([2, 'username: [\n']);
  expect(out).toContain('A file stands at users/northlake/aholm.yaml already');
});

test('of two accounts with one address, the one that is out of use is left out', async () => {
  await directory.add('aholm', PLAIN);
  await directory.add('old', { ...PLAIN, userAccountControl: '514' });
  const { out } = await site.muster('import');
  expect(out).toContain('aholm has the same e-mail address, anna.holm@example.org.');
  expect((await site.muster('validate')).out).toContain('No mistakes.');
});

test('what the repository’s own check refuses is not written', async () => {
  site.configure('limits: { always: 5 }', 'limits: { always: 5 }\nphones: { countries: [DK] }');
  await directory.add('aholm', { ...PLAIN, mobile: '+46701234567' });
  const { code, out } = await site.muster('import');
  expect([code, out]).toEqual([2, expect.stringContaining('Refused by the repository’s own check (1)')]);
  expect((await site.muster('validate')).out).toContain('No mistakes.');
});

test('the institution is the one that was ordered, else the account’s, else that of the unit it lies in', async () => {
  await directory.add('aholm', { ...PLAIN, company: null });
  expect((await site.muster('import', '--dry-run')).out).toContain('company is empty');
  site.configure(`create: [{ ou: "${OU.researchers}" }]`, `create: [{ institution: cbs, ou: "${OU.researchers}" }]`);
  expect((await site.muster('import', '--dry-run')).out).toContain('users/cbs/aholm.yaml');
  await site.muster('import', '--institution', 'northlake');
  expect(read('users/northlake/aholm.yaml')).toContain(
    '# company is empty in the directory; Muster would write "Northlake University"',
  );
  expect((await site.muster('import', '--institution', 'nowhere')).err).toContain(
    'No institution "nowhere" is declared.',
  );
  site.declare(
    'institutions/twin.yaml',
    'id: twin\nname: Northlake  university\ncontacts: [it@example.org]\n'.replace('  ', ' '),
  );
  await directory.add('bholm', { ...PLAIN, mail: 'b@example.org' });
  expect((await site.muster('import')).out).toContain('may be the institution northlake or twin');
});

test('patterns choose usernames; a unit that is not managed is refused', async () => {
  for (const name of ['aholm', 'svc-a', 'svc-b']) await directory.add(name, { ...PLAIN, mail: `${name}@example.org` });
  const { out } = await site.muster('import', '--only', 'SVC-*', '--except', '*b', '--dry-run', '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({ written: false, files: [{ username: 'svc-a' }], left: [] });
  const refused = await site.muster('import', '--ou', 'OU=Elsewhere,DC=example,DC=org');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is not among the managed units')]);
});

test('a repository of another installation is not written into, and one in Git needs a working copy', async () => {
  await directory.add('aholm', PLAIN);
  site.declare('muster.yaml', 'format: 1\ninstance: another\n');
  expect((await site.muster('import')).err).toContain('--into');
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  expect((await site.muster('import')).err).toContain('Clone it, and name the folder');
});

test('adopt wants names or a unit, and with --changing takes those over who will be changed', async () => {
  expect((await site.muster('adopt')).err).toContain('Nobody is named.');
  expect((await site.muster('adopt', 'aholm', '--ou', OU.researchers)).err).toContain('not both');
  site.declare('users/anna.yaml', ENTRY);
  await directory.add('aholm', { ...PLAIN, sn: 'Smith' });
  const aside = await site.muster('adopt', '--ou', OU.researchers, '--yes', '--reason', 'all');
  expect([aside.code, (await directory.account('aholm')).values.adminDescription]).toEqual([2, undefined]);
  expect(aside.out).toContain('Anna Holm (aholm) (muster adopt aholm shows what)');
  const taken = await site.muster('adopt', '--ou', OU.researchers, '--changing', '--yes', '--reason', 'all');
  expect([taken.code, taken.out]).toEqual([0, expect.stringContaining('Accounts taken over')]);
  const { adminDescription, sn } = (await directory.account('aholm')).values;
  expect([adminDescription, sn]).toEqual([expect.stringContaining('muster:demo:aholm:'), 'Smith']);
});
