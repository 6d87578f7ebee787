/** Thousands of accounts of every sort, all the way to a plan with nothing in it; and a part of them read from a server over the network. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ldifOf } from '../bench/found-accounts-ldif.ts';
import { directoryText } from '../bench/site-on-slapd.ts';
import { fillDatabase, fillMore, missingForSlapd, Slapd } from '../bench/slapd.ts';
import { makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { figure } from '../support/figures.ts';
import { type FoundAccount, foundAccounts } from '../support/found-accounts.ts';
import { accountWith, OU } from '../support/hand-directory.ts';

/** `MUSTER_IMPORTED=10000` asks for more; how long ten thousand take over the network is a figure of `script/bench`. */
const COUNT = Number(process.env.MUSTER_IMPORTED ?? 2_500);
/** A tenth of it on two idle cores. */
const PATIENCE_MS = 600_000;
const ACCOUNTS = foundAccounts(COUNT);
/** Over the network. */
const NETWORKED = Math.min(COUNT, 2_000);

let site: SiteFolder;
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

function named(accounts: readonly FoundAccount[], ...fates: readonly FoundAccount['fate'][]): readonly string[] {
  return accounts.flatMap(({ fate, username }) => (fates.includes(fate) ? [username] : [])).sort();
}

function entriesWritten(): readonly string[] {
  return readdirSync(join(site.folder, 'repository/users/northlake'))
    .map((name) => name.replace('.yaml', ''))
    .sort();
}

function begin(): void {
  site.declare(
    'institutions/northlake.yaml',
    'id: northlake\nname: Northlake University\ncontacts: [it@example.org]\n',
  );
  site.declare('users/cbs.yaml', '[]\n');
}

async function imported(from: string, accounts = ACCOUNTS): Promise<string> {
  const begun = performance.now();
  const { code, out, err } = await site.muster('import', '--format', 'json');
  figure(`${accounts.length} accounts of ${from} imported in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  expect([code, err]).toEqual([2, '']);
  expect(entriesWritten()).toEqual(named(accounts, 'entry', 'closed', 'aside'));
  return out;
}

test('from a file: imported, valid, taken over, and then there is nothing to do', {
  timeout: PATIENCE_MS,
}, async () => {
  site = await makeSite();
  cleanups.push(() => site.remove());
  begin();
  const lines = ACCOUNTS.map(({ username, disabled, attributes }, usn) => {
    const values = { userAccountControl: disabled ? '514' : '512', ...attributes };
    return JSON.stringify({ usn: usn + 1, put: accountWith(username, OU.researchers, usn, values) });
  });
  const header = JSON.stringify({ format: 1, units: [OU.researchers] });
  writeFileSync(join(site.folder, 'directory.json'), `${[header, ...lines].join('\n')}\n`);
  await imported('a file');
  expect((await site.muster('validate')).out).toContain('No mistakes.');
  const adopted = await site.muster(
    'adopt',
    '--ou',
    OU.researchers,
    '--yes',
    '--reason',
    'as they are',
    '--format',
    'json',
  );
  expect(JSON.parse(adopted.out)).toMatchObject({ wouldChange: [], refused: [] });
  const { plan } = JSON.parse((await site.muster('plan', '--format', 'json')).out);
  expect(plan.changes).toEqual([]);
});

const missing = missingForSlapd();

describe.skipIf(missing.length > 0)('over the network', () => {
  test('all that can be said are imported, and the check accepts them', { timeout: PATIENCE_MS }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-import-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const database = join(folder, 'slapd');
    mkdirSync(database);
    await fillDatabase(database, 0);
    const accounts = ACCOUNTS.slice(0, NETWORKED);
    await fillMore(database, accounts.map(ldifOf).join(''));
    const server = await Slapd.start(database);
    cleanups.unshift(() => server.stop());
    site = await makeSite((own) => directoryText(own, server));
    cleanups.push(() => site.remove());
    begin();
    await imported('a server', accounts);
    const { out } = await site.muster('validate');
    expect(out).toContain('No mistakes.');
  });
});
