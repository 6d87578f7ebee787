/** Accounts of every sort on a real domain controller become entries and then Muster's, and nothing of them changes but the mark. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call } from '../cli/site-folder.ts';
import { institution } from '../support/desired-state.ts';
import { addUsers, dump } from '../support/directory-contents.ts';
import { figure } from '../support/figures.ts';
import { foundAccounts } from '../support/found-accounts.ts';
import { ldapCommand, missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { change, makeSite, type TestSite } from '../support/site.ts';

/** `MUSTER_IMPORTED=10000` asks for more; filling a controller with them takes far longer than all that is done with them. */
const COUNT = Number(process.env.MUSTER_IMPORTED ?? 520);
/** Accounts made in one transaction. */
const PORTION = 260;
/** Of these, several can log in with a password, which has to stay. */
const WITH_PASSWORD = 20;
const PASSWORD = 'Kept-as-it-was-2026';
/** Filling a controller takes 3 ms for each account, taking one over as much again, on two idle cores. */
const PATIENCE_MS = 900_000;

const missing = missingForSamba();

describe.skipIf(missing.length > 0)(`${COUNT} accounts that exist`, () => {
  const accounts = foundAccounts(COUNT);
  let dc: SambaDc;
  let site: TestSite;
  beforeAll(async () => {
    dc = await startSamba();
    for (let start = 0; start < COUNT; start += PORTION) {
      const users = accounts.slice(start, start + PORTION).map(({ username, name, disabled, attributes }, nth) => ({
        name,
        disabled,
        ...(start + nth < WITH_PASSWORD ? { password: PASSWORD } : {}),
        attributes: { sAMAccountName: username, userPrincipalName: `${username}@example.org`, ...attributes },
      }));
      await addUsers(dc, users);
    }
    site = await makeSite(dc);
    await change(site, institution('northlake', 'Northlake University'), 'One institution');
  }, PATIENCE_MS);
  afterAll(async () => {
    await site?.remove();
    await dc?.stop();
  });

  const muster = (...args: readonly string[]) => call(['--config', site.configFile, ...args]);
  const named = (...fates: readonly string[]) =>
    accounts.flatMap(({ fate, username }) => (fates.includes(fate) ? [username] : [])).sort();

  test('are imported, valid, taken over, and then there is nothing to do', { timeout: PATIENCE_MS }, async () => {
    const repository = site.repository;
    const begun = performance.now();
    const imported = await muster('import', '--into', repository, '--ou', dc.researchersOu);
    figure(`${COUNT} accounts of a domain controller imported in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    expect([imported.code, imported.err]).toEqual([2, '']);
    const entries = (await readdir(join(repository, 'users/northlake'))).map((name) => name.replace('.yaml', ''));
    expect(entries.sort()).toEqual(named('entry', 'closed', 'aside'));
    const list = await readFile(join(repository, 'not-imported.md'), 'utf8');
    for (const username of named('left')) expect(list).toContain(`\`${username}\``);

    const files = await filesIn(repository);
    await muster('import', '--into', repository, '--ou', dc.researchersOu);
    expect(await filesIn(repository)).toEqual(files);

    await change(site, {}, 'Everybody who is there');
    const validated = await muster('validate');
    expect([validated.code, validated.out]).toEqual([0, expect.stringContaining('No mistakes.')]);

    const before = await dump(dc, dc.researchersOu);
    const adopted = await muster('adopt', '--ou', dc.researchersOu, '--yes', '--reason', 'taken over as they are');
    expect(adopted.out).toContain('The next pass then changes nothing.');
    const after = await dump(dc, dc.researchersOu);
    expect(touched(before, after)).toEqual({
      people: named('entry', 'closed').length,
      attributes: ['adminDescription'],
    });

    // p00001 is one of those who had a password.
    const whom = ['-D', 'p00001@example.org', '-w', PASSWORD];
    const answer = await ldapCommand(dc, 'ldapsearch', ['-s', 'base', '-b', dc.baseDn, 'dc'], { credentials: whom });
    expect(answer).toContain('dc: example');

    const planned = await muster('--format', 'json', 'plan');
    expect(JSON.parse(planned.out)).toMatchObject({ plan: { changes: [] } });
    await muster('import', '--into', repository, '--ou', dc.researchersOu);
    expect(await filesIn(repository)).toEqual(files);
  });
});

/** Path, content and time of the last change of every file. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile() && !one.parentPath.includes('.git'));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return `${path} ${(await stat(path)).mtimeMs} ${await readFile(path, 'utf8')}`;
    }),
  );
}

/** How many entries differ between two dumps, and in which attributes, apart from what a server counts by itself. */
function touched(before: ReadonlyMap<string, readonly string[]>, after: ReadonlyMap<string, readonly string[]>) {
  const attributes = new Set<string>();
  let people = 0;
  for (const [dn, lines] of after) {
    const was = new Set(before.get(dn));
    const now = new Set(lines);
    const differing = [...was, ...now].filter((line) => was.has(line) !== now.has(line));
    if (differing.length > 0) people += 1;
    for (const line of differing) attributes.add(line.slice(0, line.indexOf(':')));
  }
  for (const counted of ['uSNChanged', 'whenChanged', 'replPropertyMetaData']) attributes.delete(counted);
  return { people, attributes: [...attributes] };
}
