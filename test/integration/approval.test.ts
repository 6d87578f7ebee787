/** The approval policy end to end: real signed pushes, and what Muster then writes, holds, says and records. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ANNA_BLOCKED,
  ANNA_LIFTED,
  type ApprovalSite,
  BO_BLOCKED,
  makeApprovalSite,
} from '../support/approval-site.ts';
import { MALLORY, OTTO, RITA } from '../support/signed-history.ts';

let site: ApprovalSite;

beforeEach(async () => {
  site = await makeApprovalSite();
});
afterEach(() => site.remove());

test('S3: the first revision of all, whoever signed it, waits for an operator and writes nothing', async () => {
  const first = site.push(RITA, 'Begin');
  const before = site.directory();
  const { code, out } = await site.muster('sync');
  expect(code).toBe(1);
  expect(out).toContain(`muster approve-revision none..${first} --reason`);
  expect(site.directory()).toBe(before);
  await site.muster('approve-revision', `none..${first}`, '--reason', 'our first one');
  expect((await site.muster('sync')).out).toContain('2 people got an account');
}, 60_000);

test('S3: a block by one listed person goes at once; lifting it alone writes nothing until somebody else approved', async () => {
  await site.begin();
  site.block(ANNA_BLOCKED);
  const blocked = site.push(RITA, 'Anna is blocked');
  expect((await site.muster('sync')).out).toContain('1 person lost access');
  const before = site.directory();

  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  const held = await site.muster('sync');
  expect(held.code).toBe(1);
  expect(held.out).toContain(`revision ${lifted.slice(0, 12)} is not approved`);
  expect(held.out).toContain(
    'by Rita Service needs the approval of 1 more of the people on the list, not by Rita Service',
  );
  expect(site.directory()).toBe(before);
  const line = /"(Approves: [^"]+)"/.exec(held.out.replace(/\s+/g, ' '))?.[1];
  expect(line).toBe(`Approves: ${blocked}..${lifted}`);

  site.push(OTTO, `Looked at it\n\n${line}`);
  const done = await site.muster('sync');
  expect(done.out).toContain('1 person got access back');
  expect(site.directory()).not.toBe(before);
  const said = /signed by Otto Operator and Rita Service, approved by Otto Operator/;
  expect((await site.muster('audit', 'show', '--user', 'ajensen')).out).toMatch(said);
  const why = await site.muster('why', 'ajensen');
  expect(why.out).toContain('signed by Rita Service, approved by Otto Operator');
}, 60_000);

test('S3: nobody approves what they wrote, whichever address they use', async () => {
  await site.begin();
  site.block(ANNA_BLOCKED);
  site.push(RITA, 'Anna is blocked');
  await site.muster('sync');
  site.block(ANNA_LIFTED);
  const lifted = site.push(RITA, 'Anna is back');
  site.push(RITA, `Looked at it\n\nApproves: ${lifted}`);
  expect((await site.muster('sync')).out).toContain('needs the approval of 1 more');
}, 60_000);

test('S3: what somebody pushes who is on no list holds everything after it; orders and blocks in force go on', async () => {
  const first = await site.begin();
  site.block(ANNA_BLOCKED);
  const foreign = site.push(MALLORY, 'Anna is blocked', '--no-gpg-sign');
  site.block(ANNA_BLOCKED, BO_BLOCKED);
  site.push(RITA, 'Bo is blocked');
  const before = site.directory();
  const held = await site.muster('sync');
  expect(held.code).toBe(1);
  expect(held.out).toContain(`Commit ${foreign.slice(0, 10)}: it is not signed.`);
  expect(held.out).toContain('It holds a block of bmadsen');
  expect(held.out).toContain(`Set the branch back to the last revision applied (${first})`);
  expect(site.directory()).toBe(before);
  expect((await site.muster('block', 'bmadsen', '--reason', 'lost laptop')).out).toContain('1 person lost access');
  expect(site.directory()).not.toBe(before);

  site.git(RITA, 'reset', '-q', '--hard', first);
  site.block(ANNA_BLOCKED);
  site.push(RITA, 'Anna is blocked, as Mallory meant');
  expect((await site.muster('sync')).out).toContain('1 person lost access');
}, 60_000);

test('doctor says whose key is missing, and that others may write where the keys are', async () => {
  await site.begin();
  expect((await site.muster('doctor')).out).toContain(
    'ok   approvals: Keys are listed for everybody who may approve; people: 3.',
  );
  const signers = join(site.folder, 'allowed-signers');
  writeFileSync(signers, readFileSync(signers, 'utf8').replace('carla@example.org', 'nobody@example.org'));
  expect((await site.muster('doctor')).out).toContain('No key is listed for Carla Chief');
  chmodSync(signers, 0o666);
  expect((await site.muster('doctor')).out).toContain('FAIL approvals: Others than its owner may write into');
  rmSync(signers);
  expect((await site.muster('doctor')).out).toMatch(/FAIL approvals: .*can't be read \(ENOENT\)/);
}, 60_000);

test('an operator lets a held revision in with a reason, and is named for it', async () => {
  const first = await site.begin();
  site.block(ANNA_BLOCKED);
  const foreign = site.push(MALLORY, 'Anna is blocked', '--no-gpg-sign');
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
  const first = await site.begin();
  site.git(MALLORY, 'checkout', '-q', '-b', 'theirs');
  site.declare('users/new.yaml', '[]\n');
  const foreign = site.push(MALLORY, 'Harmless', '--no-gpg-sign');
  site.git(OTTO, 'checkout', '-q', 'main');
  site.git(OTTO, 'merge', '-q', '--no-ff', '-S', '-m', `Merge\n\nApproves: ${first}..${foreign}`, 'theirs');
  expect((await site.muster('plan')).out).toContain(`Commit ${foreign.slice(0, 10)}: it is not signed.`);
}, 60_000);

test('S3: what a merge adds by itself is by whoever merged, and does not count as approved with what they approved', async () => {
  const first = await site.begin();
  site.git(RITA, 'checkout', '-q', '-b', 'phones');
  const users = site.read('users/cbs.yaml');
  site.declare('users/cbs.yaml', users.replace('20 12 34 56', '20 12 34 99'));
  const change = site.push(RITA, 'A new phone');
  site.git(OTTO, 'checkout', '-q', 'main');
  site.git(OTTO, 'merge', '-q', '--no-ff', '--no-commit', 'phones');
  site.declare('users/cbs.yaml', users.replace('20 12 34 56', '20 12 34 99').replace('20 12 34 57', '20 99 99 99'));
  site.push(OTTO, `Merge\n\nApproves: ${first}..${change}`);
  expect((await site.muster('plan')).out).toMatch(/by Otto Operator needs the approval of 1 more/);

  site.git(OTTO, 'reset', '-q', '--hard', first);
  site.git(OTTO, 'merge', '-q', '--no-ff', '-S', '-m', `Merge\n\nApproves: ${first}..${change}`, 'phones');
  expect((await site.muster('sync')).out).toContain('1 phone number changed');
}, 60_000);

test('S3: a signed block that somebody broke and somebody else mended as lifted gives nothing back on one word', async () => {
  await site.begin();
  site.block(ANNA_BLOCKED);
  site.push(RITA, 'Anna is blocked');
  await site.muster('sync');
  site.block('- user: [ajensen\n');
  const broken = site.push(RITA, 'A slip');
  site.push(OTTO, `Fine\n\nApproves: ${broken}`);
  await site.muster('sync');
  site.block(ANNA_LIFTED);
  site.push(RITA, 'Mended');
  const { out } = await site.muster('plan');
  expect(out).toContain('needs the approval of 1 more');
}, 60_000);
