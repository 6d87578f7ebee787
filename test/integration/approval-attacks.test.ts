/** Ways around the approval policy that somebody who may push could try: each holds, and writes nothing. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANNA_BLOCKED, ANNA_LIFTED, type ApprovalSite, makeApprovalSite } from '../support/approval-site.ts';
import { CARLA, MALLORY, OTTO, RITA } from '../support/signed-history.ts';

let site: ApprovalSite;
let blocked: string;

/** Anna is blocked: what everybody here is after is to let her in again. */
beforeEach(async () => {
  site = await makeApprovalSite();
  await site.begin();
  site.block(ANNA_BLOCKED);
  blocked = site.push(RITA, 'Anna is blocked');
  await site.muster('sync');
});
afterEach(() => site.remove());

/** A pass that writes nothing, and what it says. */
async function held(): Promise<string> {
  const before = site.directory();
  const { code, out } = await site.muster('sync');
  expect(code).toBe(1);
  expect(site.directory()).toBe(before);
  return out;
}

test('S3: taking the block back with "git revert" is giving back, which one person can’t', async () => {
  site.git(RITA, 'revert', '-S', '--no-edit', blocked);
  expect(await held()).toContain('needs the approval of 1 more');
}, 60_000);

test('S3: a good commit that somebody else puts elsewhere is not theirs to put', async () => {
  site.git(RITA, 'checkout', '-q', '-b', 'draft');
  site.block(ANNA_LIFTED);
  const draft = site.push(RITA, 'A thought');
  site.git(OTTO, 'commit', '-q', '-S', '--allow-empty', '-m', `Fine, but later\n\nApproves: ${draft}`);
  const approved = site.git(OTTO, 'rev-parse', 'HEAD');
  site.git(MALLORY, 'checkout', '-q', 'main');
  site.push(CARLA, 'Goes on otherwise');
  await site.muster('sync');

  site.git(MALLORY, 'cherry-pick', draft);
  expect(await held()).toContain('it is not signed.');
  site.git(MALLORY, 'reset', '-q', '--hard', 'HEAD^');
  site.git(MALLORY, 'merge', '-q', '--no-ff', '-m', 'Merge', approved);
  expect(await held()).toContain('it is not signed.');
}, 60_000);

test('S3: one approval does not reach what was built on before it by somebody else', async () => {
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  site.declare('users/cbs.yaml', site.read('users/cbs.yaml').replace('20 12 34 57', '20 12 34 58'));
  const phone = site.push(CARLA, 'A new phone for Bo');
  site.push(OTTO, `Looked at the phone\n\nApproves: ${lifted}..${phone}`);
  const out = await held();
  expect(out).toContain(`Commit ${lifted.slice(0, 10)} by Rita Service needs the approval`);
  expect(out).not.toContain(`Commit ${phone.slice(0, 10)}`);
}, 60_000);

test('S3: a file that is moved away, changed there and moved back holds what nobody approved', async () => {
  site.git(RITA, 'mv', 'users/cbs.yaml', 'users/x.yaml');
  const away = site.push(RITA, 'Tidied');
  site.declare('users/x.yaml', site.read('users/x.yaml').replace('20 12 34 57', '20 99 99 99'));
  const phone = site.push(RITA, 'A phone');
  site.git(RITA, 'mv', 'users/x.yaml', 'users/cbs.yaml');
  const back = site.push(RITA, 'As it was');
  site.push(OTTO, `Only moved\n\nApproves: ${away}\nApproves: ${back}`);
  expect(await held()).toContain(`Commit ${phone.slice(0, 10)} by Rita Service needs the approval of 1 more`);
}, 60_000);

test('S3: an entry that is moved into a list, changed there and moved back holds what nobody approved', async () => {
  const users = site.read('users/cbs.yaml');
  const entries = users.split(/^(?=- )/m);
  const bo = entries.find((entry) => entry.includes('bmadsen')) ?? '';
  expect(bo).toContain('20 12 34 57');
  const without = entries.filter((entry) => entry !== bo).join('');
  site.declare('users/cbs.yaml', without);
  site.declare('users/list.yaml', bo);
  const away = site.push(RITA, 'Bo moves');
  site.declare('users/list.yaml', bo.replace('20 12 34 57', '20 99 99 99'));
  const phone = site.push(RITA, 'A phone');
  site.declare('users/list.yaml', '# Nobody yet.\n[]\n');
  site.declare('users/cbs.yaml', users.replace('20 12 34 57', '20 99 99 99'));
  const back = site.push(RITA, 'Bo moves back');
  site.push(OTTO, `Only moved\n\nApproves: ${away}\nApproves: ${back}`);
  expect(await held()).toContain(`Commit ${phone.slice(0, 10)} by Rita Service needs the approval of 1 more`);
}, 60_000);

test('S3: an approval in a commit that somebody else wrote, or that nobody signed, is none', async () => {
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  const said = `Fine\n\nApproves: ${lifted}`;
  site.push(OTTO, said, '-S', `--author=${RITA.name} <${RITA.email}>`);
  const told = await held();
  expect(told).toContain('needs the approval of 1 more');
  expect(told).toContain('which does not count');
  site.git(OTTO, 'reset', '-q', '--hard', lifted);
  site.push(RITA, said, '-S', `--author=${OTTO.name} <${OTTO.email}>`);
  expect(await held()).toContain('needs the approval of 1 more');
  site.git(OTTO, 'reset', '-q', '--hard', lifted);
  site.push(OTTO, said, '--no-gpg-sign');
  expect(await held()).toContain('it is not signed.');
}, 60_000);

test('S3: approving the block does not approve lifting it, nor does approving a draft approve what came of it', async () => {
  site.block(`${ANNA_BLOCKED}  until: 2099-01-01\n`);
  const draft = site.push(RITA, 'Until later');
  site.push(OTTO, `Fine\n\nApproves: ${draft}`);
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  expect(await held()).toContain(`Commit ${lifted.slice(0, 10)} by Rita Service needs the approval`);
}, 60_000);

test('S3: moved to another file, taken out, and declared anew as somebody else, each needs two', async () => {
  rmSync(join(site.folder, 'repository/blocked-users.yaml'));
  site.push(RITA, 'Tidied');
  expect(await held()).toContain('needs the approval of 1 more');
  site.git(RITA, 'reset', '-q', '--hard', blocked);
  const anna = site.read('users/cbs.yaml');
  site.declare('users/cbs.yaml', anna.replace('username: ajensen', 'username: ajensen2'));
  site.push(RITA, 'Another name');
  expect(await held()).toContain('needs the approval of 1 more');
}, 60_000);

test('S3: a signature by the author after a rebase or a squash of somebody else makes two authors, and no approval', async () => {
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  site.git(OTTO, 'commit', '-q', '-S', '--amend', '--no-edit');
  expect(await held()).toMatch(/by (Otto Operator and Rita Service|Rita Service and Otto Operator) needs the approval/);
  site.git(OTTO, 'reset', '-q', '--hard', blocked);
  site.git(OTTO, 'merge', '-q', '--squash', lifted);
  site.push(OTTO, 'All in one');
  expect(await held()).toContain('by Otto Operator needs the approval of 1 more');
  const squashed = site.git(OTTO, 'rev-parse', 'HEAD');
  site.push(CARLA, `Fine\n\nApproves: ${squashed}`);
  expect((await site.muster('sync')).out).toContain('1 person got access back');
}, 60_000);

test('S3: history that was rewritten is let in by an operator alone, however well it is signed and approved', async () => {
  site.git(RITA, 'reset', '-q', '--hard', 'HEAD^');
  site.declare('blocked-users.yaml', '[]\n');
  const other = site.push(RITA, 'Nobody is blocked');
  site.push(OTTO, `Fine\n\nApproves: ${other}`);
  expect(await held()).toContain('history was rewritten or rolled back');
}, 60_000);

test('S3: keys and a policy in the repository itself are read by nobody', async () => {
  const mine = site.git(MALLORY, 'config', 'user.signingkey');
  expect(mine).not.toBe('');
  site.declare('allowed-signers', '* ssh-ed25519 AAAA\n');
  site.declare('muster-policy.yaml', 'approvals: { revisions: { people: [], rules: [{ people: 1 }] } }\n');
  site.declare('.gitattributes', '* merge=union\n');
  site.block(ANNA_LIFTED);
  site.push(RITA, 'Anna is back');
  expect(await held()).toContain('needs the approval of 1 more');
}, 60_000);

test('S3: a mirror that lacks the beginning of the history says so, however well the rest is approved', async () => {
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  site.push(OTTO, `Fine\n\nApproves: ${lifted}`);
  writeFileSync(join(site.folder, 'mirror.git', 'shallow'), `${blocked}\n`);
  expect(await held()).toContain('holds only the latest part of its history');
  rmSync(join(site.folder, 'mirror.git', 'shallow'));
  expect((await site.muster('sync')).out).toContain('1 person got access back');
}, 60_000);
