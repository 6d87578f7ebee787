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
