/** Lines in commits by which somebody approves: what each reaches, and what is told of one that reaches nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rangeBetween } from '../../src/sources/evidence/range.ts';
import { signedRange } from '../../src/sources/evidence/signed.ts';
import { file, newRepository, type Repository } from '../sources/real-git.ts';
import {
  allowedSigners,
  COMMITTED_AT,
  moveBranch,
  OTTO,
  RITA,
  type SshKey,
  sshKey,
  type Written,
  writeCommit,
} from '../support/signed-history.ts';

const SIGNERS = [
  { name: 'Rita', emails: [RITA.email], gpg: [], forge: [] },
  { name: 'Otto', emails: [OTTO.email], gpg: [], forge: [] },
];

let folder: string;
let origin: Repository;
let rita: SshKey;
let otto: SshKey;
/** On the oldest, all others build; the range begins behind the second. */
let oldest: string;
let before: string;
let one: string;
let two: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lines-'));
  origin = newRepository(folder);
  rita = sshKey(folder, 'rita');
  otto = sshKey(folder, 'otto');
  oldest = writeCommit(origin, { tree: [file('a.yaml', 'a')], parents: [], by: RITA });
  before = commitOn(oldest, 'before');
  one = commitOn(before, 'one');
  two = commitOn(one, 'two');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function commitOn(parent: string, content: string, change: Partial<Written> = {}): string {
  return writeCommit(origin, {
    ...{ tree: [file('a.yaml', content)], parents: [parent], by: RITA, sign: rita.sign },
    ...change,
  });
}

/** Otto's commit with that line, on top of two of Rita's: which he approves by it, and what is told. */
async function said(line: string, change: Partial<Written> = {}) {
  const message = `Looked at it\n\n${line}\n`;
  const head = commitOn(two, 'two', { by: OTTO, sign: otto.sign, message, ...change });
  moveBranch(origin, head);
  const found = await rangeBetween({ mirror: origin.folder, where: 'here' }, before, head);
  const keys = { ssh: allowed(), sshRevoked: null, gpg: null };
  const { commits, astray } = await signedRange(found, keys, SIGNERS, { at: (COMMITTED_AT + 3_600) * 1000 });
  const approved = commits.filter(({ approvers }) => approvers.includes('Otto')).map(({ id }) => id);
  return { approved, astray, says: `Commit ${head.slice(0, 10)} by Otto says "${line}"` };
}

function allowed(): string {
  return allowedSigners(folder, [`${RITA.email} ${rita.public}`, `${OTTO.email} ${otto.public}`]);
}

test('a line reaches the one commit that it names', async () => {
  expect(await said(`Approves: ${one}`)).toMatchObject({ approved: [one], astray: [] });
});

test('a line reaches all from any earlier commit on which the last revision applied builds', async () => {
  for (const from of [before, oldest]) {
    expect(await said(`Approves: ${from}..${two}`)).toMatchObject({ approved: [one, two], astray: [] });
  }
});

test('S3: a line that begins at a commit on which nothing of it builds approves nothing', async () => {
  const elsewhere = commitOn(oldest, 'elsewhere');
  const { approved, astray, says } = await said(`Approves: ${elsewhere}..${two}`);
  expect(approved).toEqual([]);
  expect(astray).toEqual([`${says}, which names none of the commits that wait.`]);
});

test('a line that names none of the commits that wait is told of, also where ids are cut off or are none', async () => {
  for (const line of [`Approves: ${oldest}`, `Approves: ${one.slice(0, 12)}`, `approves: ${before}..HEAD`]) {
    const { approved, astray, says } = await said(line);
    expect(approved).toEqual([]);
    expect(astray).toEqual([`${says}, which names none of the commits that wait.`]);
  }
});

test('S3: a line in a commit that somebody else wrote approves nothing, and that is told', async () => {
  const { approved, astray, says } = await said(`Approves: ${one}`, { by: RITA, committer: OTTO });
  expect(approved).toEqual([]);
  expect(astray).toEqual([`${says}, which does not count, because the commit was written by ${RITA.email}.`]);
});
