/** The approval policy end to end: real signed pushes, and what Muster then writes, holds, says and records. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { allowedSigners, type Identity, MALLORY, OTTO, RITA, type SshKey, sshKey } from '../support/signed-history.ts';

let site: SiteFolder;
let keys: ReadonlyMap<Identity, SshKey>;

beforeEach(async () => {
  site = await makeSite();
  keys = new Map([RITA, OTTO, MALLORY].map((who, n) => [who, sshKey(site.folder, `key-${n}`)]));
  const signers = allowedSigners(site.folder, [
    `rita@example.org ${keys.get(RITA)?.public}`,
    `otto@example.org ${keys.get(OTTO)?.public}`,
  ]);
  site.configure('source: { folder: repository }', 'source: { git: { url: ./repository, branch: main } }');
  site.configure(
    'limits: { always: 5 }',
    `limits: { always: 5 }
approvals:
  revisions:
    by: signatures
    sshSigners: ${signers}
    people:
      - { name: Rita Service, emails: [rita@example.org] }
      - { name: Otto Operator, emails: [otto@example.org] }`,
  );
  git(RITA, 'init', '-q', '-b', 'main');
});
afterEach(() => site.remove());

/** As that person, with their key. */
function git(who: Identity, ...args: readonly string[]): string {
  const settings = { 'user.name': who.name, 'user.email': who.email, 'gpg.format': 'ssh', 'user.signingkey': keys.get(who)?.file };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const env = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  return execFileSync('git', [...options, ...args], { cwd: join(site.folder, 'repository'), env, stdio: 'pipe' })
    .toString()
    .trim();
}

/** Commits everything, signed unless said otherwise; gives the id. */
function push(who: Identity, message: string, ...more: readonly string[]): string {
  git(who, 'add', '--all');
  git(who, 'commit', '-q', '--allow-empty', '-m', message, ...(more.length === 0 ? ['-S'] : more));
  return git(who, 'rev-parse', 'HEAD');
}

function block(...lines: readonly string[]): void {
  site.declare('blocked-users.yaml', lines.join(''));
}

const ANNA = '- user: ajensen\n  reason: Results were passed on\n  from: 2026-01-01\n';
const BO = '- user: bmadsen\n  reason: Lost laptop\n  from: 2026-01-01\n';

function directory(): string {
  return readFileSync(join(site.folder, 'directory.json'), 'utf8');
}

/** Two people with accounts, by a first revision that an operator let in. */
async function begun(): Promise<string> {
  const first = push(RITA, 'Begin');
  await site.muster('approve-revision', `none..${first}`, '--reason', 'our first one');
  expect((await site.muster('sync')).code).toBe(0);
  return first;
}

test('S3: the first revision of all, whoever signed it, waits for an operator and writes nothing', async () => {
  const first = push(RITA, 'Begin');
  const before = directory();
  const { code, out } = await site.muster('sync');
  expect(code).toBe(2);
  expect(out).toContain(`muster approve-revision none..${first} --reason`);
  expect(directory()).toBe(before);
  await site.muster('approve-revision', `none..${first}`, '--reason', 'our first one');
  expect((await site.muster('sync')).out).toContain('2 people got an account');
}, 60_000);

test('S3: a block by one listed person goes at once; lifting it alone writes nothing until somebody else approved', async () => {
  await begun();
  block(ANNA);
  const blocked = push(RITA, 'Anna is blocked');
  expect((await site.muster('sync')).out).toContain('1 person lost access');
  const before = directory();

  block(`${ANNA}  lifted: 2026-01-02\n`);
  const lifted = push(RITA, 'Anna is back');
  const held = await site.muster('sync');
  expect(held.code).toBe(2);
  expect(held.out).toContain(`revision ${lifted.slice(0, 12)} is not approved`);
  expect(held.out).toContain('by Rita Service needs the approval of 1 more of the people on the list, not by Rita Service');
  expect(directory()).toBe(before);

  push(OTTO, `Looked at it\n\nApproves: ${blocked}..${lifted}`);
  const done = await site.muster('sync');
  expect(done.out).toContain('1 person got access back');
  expect(directory()).not.toBe(before);
  const said = /signed by Otto Operator and Rita Service, approved by Otto Operator/;
  expect((await site.muster('audit', 'show', 'ajensen')).out).toMatch(said);
  const why = await site.muster('why', 'ajensen');
  expect(why.out).toContain('signed by Rita Service, approved by Otto Operator');
}, 60_000);

test('S3: nobody approves what they wrote, whichever address they use', async () => {
  await begun();
  block(ANNA);
  push(RITA, 'Anna is blocked');
  await site.muster('sync');
  block(`${ANNA}  lifted: 2026-01-02\n`);
  const lifted = push(RITA, 'Anna is back');
  push(RITA, `Looked at it\n\nApproves: ${lifted}`);
  expect((await site.muster('sync')).out).toContain('needs the approval of 1 more');
}, 60_000);

test('S3: what somebody pushes who is on no list holds everything after it; orders and blocks in force go on', async () => {
  await begun();
  block(ANNA);
  const foreign = push(MALLORY, 'Anna is blocked', '--no-gpg-sign');
  block(ANNA, BO);
  push(RITA, 'Bo is blocked');
  const before = directory();
  const held = await site.muster('sync');
  expect(held.code).toBe(2);
  expect(held.out).toContain(`Commit ${foreign.slice(0, 10)}: it is not signed.`);
  expect(directory()).toBe(before);
  expect((await site.muster('block', 'bmadsen', '--reason', 'lost laptop')).code).toBe(0);
  expect(directory()).not.toBe(before);
}, 60_000);

test('an operator lets a held revision in with a reason, and is named for it', async () => {
  const first = await begun();
  block(ANNA);
  const foreign = push(MALLORY, 'Anna is blocked', '--no-gpg-sign');
  const held = await site.muster('plan');
  const step = `${first}..${foreign}`;
  expect(held.out).toContain(`muster approve-revision ${step} --reason`);
  expect((await site.muster('approve-revision', step, '--reason', 'looked at it with Rita')).code).toBe(0);
  expect((await site.muster('sync')).out).toContain('1 person lost access');
  const audit = (await site.muster('audit', 'show')).out;
  expect(audit).toContain('looked at it with Rita');
  expect(audit).toMatch(/revision [0-9a-f]+ by Mallory Stranger .*approved by /);
}, 60_000);

test('S3: a merge that brings an unsigned commit in under a good signature holds', async () => {
  const first = await begun();
  git(MALLORY, 'checkout', '-q', '-b', 'theirs');
  site.declare('users/new.yaml', '[]\n');
  const foreign = push(MALLORY, 'Harmless', '--no-gpg-sign');
  git(OTTO, 'checkout', '-q', 'main');
  git(OTTO, 'merge', '-q', '--no-ff', '-S', '-m', `Merge\n\nApproves: ${first}..${foreign}`, 'theirs');
  expect((await site.muster('plan')).out).toContain(`Commit ${foreign.slice(0, 10)}: it is not signed.`);
}, 60_000);

test('S3: what a merge adds by itself is by whoever merged, and does not count as approved with what they approved', async () => {
  const first = await begun();
  git(RITA, 'checkout', '-q', '-b', 'phones');
  const users = readFileSync(join(site.folder, 'repository/users/cbs.yaml'), 'utf8');
  site.declare('users/cbs.yaml', users.replace('20 12 34 56', '20 12 34 99'));
  const change = push(RITA, 'A new phone');
  git(OTTO, 'checkout', '-q', 'main');
  git(OTTO, 'merge', '-q', '--no-ff', '--no-commit', 'phones');
  site.declare('users/cbs.yaml', users.replace('20 12 34 56', '20 12 34 99').replace('20 12 34 57', '20 99 99 99'));
  push(OTTO, `Merge\n\nApproves: ${first}..${change}`);
  expect((await site.muster('plan')).out).toMatch(/by Otto Operator needs the approval of 1 more/);

  git(OTTO, 'reset', '-q', '--hard', first);
  git(OTTO, 'merge', '-q', '--no-ff', '-S', '-m', `Merge\n\nApproves: ${first}..${change}`, 'phones');
  expect((await site.muster('sync')).out).toContain('1 phone number changed');
}, 60_000);

test('S3: a signed block that somebody broke and somebody else mended as lifted gives nothing back on one word', async () => {
  await begun();
  block(ANNA);
  push(RITA, 'Anna is blocked');
  await site.muster('sync');
  block('- user: [ajensen\n');
  const broken = push(RITA, 'A slip');
  push(OTTO, `Fine\n\nApproves: ${broken}`);
  await site.muster('sync');
  block(`${ANNA}  lifted: 2026-01-02\n`);
  push(RITA, 'Mended');
  const { out } = await site.muster('plan');
  expect(out).toContain('needs the approval of 1 more');
}, 60_000);
