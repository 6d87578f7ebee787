/** `muster import` and `muster adopt --ou`: accounts that exist become entries, and entries' accounts become Muster's. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
  expect(planned.out).toMatchInlineSnapshot(`
    "Plan for revision folder-29f3d75ada

    Nothing to do by itself; what needs somebody is shown below.
    This only shows what would happen; nothing was written.

    Needs somebody
      An account named p00011 exists (CN=p00011,OU=Researchers,DC=example,DC=org) and is not Muster's; it is left alone. (users/northlake/p00011.yaml:1)
        Run "muster adopt p00011" to take it over, or choose another username.
      An account named p00012 exists (CN=p00012,OU=Researchers,DC=example,DC=org) and is not Muster's; it is left alone. (users/northlake/p00012.yaml:1)
        Run "muster adopt p00012" to take it over, or choose another username.
      An account named p00013 exists (CN=p00013,OU=Researchers,DC=example,DC=org) and is not Muster's; it is left alone. (users/northlake/p00013.yaml:2)
        Run "muster adopt p00013" to take it over, or choose another username.
      An account named p00014 exists (CN=p00014,OU=Researchers,DC=example,DC=org) and is not Muster's; it is left alone. (users/northlake/p00014.yaml:2)
        Run "muster adopt p00014" to take it over, or choose another username.

    This run
      2026-11-27 13:12 (Europe/Copenhagen), took 0.0 s, run ad1eed9d-bf5f-4893-9c5d-bdddfa6d53b8; directory read from embedded directory /dev/shm/muster-cli-cTQvS0/directory.json, 11 accounts are Muster's
    "
  `);
  const before = filesNow();
  await site.muster('import');
  expect(filesNow()).toEqual(before);
});
