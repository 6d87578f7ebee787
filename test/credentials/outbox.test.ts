/** The outbox: one sealed file per attempt, durable before it is used, renamed but never overwritten. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { passwordIn, writeLetter } from '../../src/credentials/letter.ts';
import { type Outbox, openOutbox } from '../../src/credentials/outbox.ts';
import { generateKey, open } from '../../src/credentials/seal.ts';
import { troubleOf } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';

const at = Date.UTC(2026, 11, 1, 8, 15);
const anna = { username: 'ajensen', display: 'Anna Jensen', upn: 'ajensen@example.org', attempt: 'k7f2' };
const key = await generateKey();

let parent = '';
let folder = '';
let outbox: Outbox;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'muster-outbox-'));
  folder = join(parent, 'state', 'outbox');
  outbox = openOutbox({ folder, recipients: [key.recipient], instance: 'research-service', clock: () => at });
});
afterEach(() => rm(parent, { recursive: true }));

async function troubleFrom(action: () => Promise<unknown>): Promise<ReturnType<typeof troubleOf> | 'nothing'> {
  try {
    await action();
    return 'nothing';
  } catch (error) {
    return troubleOf(error);
  }
}

describe('preparing', () => {
  test('seals a letter with the password that it returns', async () => {
    const password = await outbox.prepare(anna);
    const letter = await open(await readFile(join(folder, 'ajensen.k7f2.pending.age'), 'utf8'), [key.identity]);
    expect(passwordIn(letter)).toBe(password.reveal());
    expect(letter.split('\n')).toEqual(
      expect.arrayContaining([
        'name:     Anna Jensen',
        'username: ajensen',
        'log-on:   ajensen@example.org',
        `password: ${password.reveal()}`,
        'instance: research-service',
        'attempt:  k7f2',
        'created:  2026-12-01 08:15:00 UTC',
      ]),
    );
  });

  test('K1: no file holds the password in clear', async () => {
    const password = await outbox.prepare(anna);
    await outbox.markReady('ajensen', 'k7f2');
    const names = await readdir(folder);
    expect(names).toEqual(['ajensen.k7f2.age']);
    for (const name of names) {
      const content = await readFile(join(folder, name));
      expect(content.includes(password.reveal())).toBe(false);
      expect(Buffer.from(content.toString(), 'base64').includes(password.reveal())).toBe(false);
    }
  });

  test('makes the folder for its own user alone, and the file likewise', async () => {
    await outbox.prepare(anna);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'ajensen.k7f2.pending.age'))).mode & 0o777).toBe(0o600);
  });

  test('leaves the mode of a folder that a site shares', async () => {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    await outbox.prepare(anna);
    expect((await stat(folder)).mode & 0o777).toBe(0o750);
  });

  test.each(['pending', 'ready', 'unused'] as const)(
    'never overwrites a %s file of the same attempt',
    async (state) => {
      await outbox.prepare(anna);
      if (state === 'ready') await outbox.markReady('ajensen', 'k7f2');
      if (state === 'unused') await outbox.markUnused('ajensen', 'k7f2');
      const [entry] = await outbox.list();
      const before = await readFile(entry?.path ?? '', 'utf8');
      expect(await troubleFrom(() => outbox.prepare(anna))).toMatchObject({ remedy: 'bug' });
      expect(await outbox.list()).toEqual([entry]);
      expect(await readFile(entry?.path ?? '', 'utf8')).toBe(before);
    },
  );

  test('of one attempt twice at once gives one password', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => outbox.prepare(anna)));
    const [made, ...others] = results.filter((result) => result.status === 'fulfilled');
    expect(others).toEqual([]);
    const letter = await open(await readFile(join(folder, 'ajensen.k7f2.pending.age'), 'utf8'), [key.identity]);
    expect(passwordIn(letter)).toBe(made?.value.reveal());
  });

  test('several attempts of one person stand side by side', async () => {
    await outbox.prepare(anna);
    await outbox.prepare({ ...anna, attempt: 'm3x9' });
    expect((await outbox.list()).map(({ attempt }) => attempt)).toEqual(['k7f2', 'm3x9']);
  });

  test('K2: without recipients nothing is made', async () => {
    const none = openOutbox({ folder, recipients: [], instance: 'research-service', clock: () => at });
    expect(await troubleFrom(() => none.prepare(anna))).toMatchObject({ where: 'credentials.recipients' });
    expect(await readdir(parent)).toEqual([]);
  });

  test('K2: where it can not write, it says so and leaves nothing behind', async () => {
    await writeFile(join(parent, 'state'), 'a file where the folder should be');
    const trouble = await troubleFrom(() => outbox.prepare(anna));
    expect(trouble).toMatchObject({ remedy: 'retry', where: expect.stringContaining(folder) });
    expect(await readdir(parent)).toEqual(['state']);
  });

  test('K2: where the outbox is a file, whoever asks what is in it hears so', async () => {
    await mkdir(join(parent, 'state'));
    await writeFile(folder, 'a file where the folder should be');
    const trouble = await troubleFrom(() => outbox.list());
    expect(trouble).toMatchObject({ remedy: 'person', what: "The outbox can't be read (ENOTDIR)." });
  });

  test('K2: where the file breaks off while it is written, no half of it stays', async () => {
    await mkdir(folder, { recursive: true });
    const settings = { folder, recipients: [key.recipient], instance: 'research-service' };
    const script = `
      const { openOutbox } = await import(${JSON.stringify(new URL('../../src/credentials/outbox.ts', import.meta.url).href)});
      const outbox = openOutbox({ ...${JSON.stringify(settings)}, clock: () => ${at} });
      await outbox.prepare(${JSON.stringify(anna)}).then(() => console.log('written'), (error) => console.log(error.message));`;
    // No file may grow beyond 0 bytes: what a full disk or a quota does, without needing one.
    const limited = 'trap "" XFSZ; ulimit -f 0; exec "$0" --input-type=module -e "$1"';
    const { stdout } = await promisify(execFile)('bash', ['-c', limited, process.execPath, script]);
    expect(stdout).toContain('could not be written (EFBIG), so the account was not made.');
    expect(await readdir(folder)).toEqual([]);
  });

  test('A1, K2: killed at any moment, every sealed file is whole, and what was begun goes with its attempt', async () => {
    const settings = { folder, recipients: [key.recipient], instance: 'research-service' };
    const script = `
      const { openOutbox } = await import(${JSON.stringify(new URL('../../src/credentials/outbox.ts', import.meta.url).href)});
      const fs = (await import('node:fs')).promises;
      const outbox = openOutbox({ ...${JSON.stringify(settings)}, clock: () => ${at} });
      await outbox.prepare(${JSON.stringify({ ...anna, attempt: 'before' })});
      const probe = await fs.open(process.execPath);
      // The moment at which a file has its name and not yet its text.
      Object.getPrototypeOf(probe).writeFile = () => process.kill(process.pid, 'SIGKILL');
      await outbox.prepare(${JSON.stringify(anna)});`;
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch(
      (error) => error,
    );
    expect(ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(folder)).toEqual(['.ajensen.k7f2.part', 'ajensen.before.pending.age']);
    expect((await outbox.list()).map(({ attempt }) => attempt)).toEqual(['before']);
    await outbox.markUnused('ajensen', 'k7f2');
    expect(await readdir(folder)).toEqual(['ajensen.before.pending.age']);
  });

  test.each([
    ['../../etc/passwd', 'a1'],
    ['a/b', 'a1'],
    ['..', 'a1'],
    ['.hidden', 'a1'],
    ['-rf', 'a1'],
    ['', 'a1'],
    ['a\0b', 'a1'],
    ['a\nb', 'a1'],
    ['ajensen', '../a1'],
    ['ajensen', 'a.b'],
    ['ajensen', 'pending'],
    ['ajensen', ''],
  ])('refuses to name a file after %j, attempt %j', async (username, attempt) => {
    expect(await troubleFrom(() => outbox.prepare({ ...anna, username, attempt }))).toMatchObject({ remedy: 'bug' });
    expect(await troubleFrom(() => outbox.markReady(username, attempt))).toMatchObject({ remedy: 'bug' });
    expect(await troubleFrom(() => outbox.markUnused(username, attempt))).toMatchObject({ remedy: 'bug' });
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('marking', () => {
  test.each([
    ['ready', () => outbox.markReady('ajensen', 'k7f2'), 'ajensen.k7f2.age'],
    ['unused', () => outbox.markUnused('ajensen', 'k7f2'), 'ajensen.k7f2.unused.age'],
  ] as const)('%s renames the file, keeps its content, and may be repeated', async (_, mark, name) => {
    await outbox.prepare(anna);
    const before = await readFile(join(folder, 'ajensen.k7f2.pending.age'), 'utf8');
    await mark();
    await mark();
    expect(await readdir(folder)).toEqual([name]);
    expect(await readFile(join(folder, name), 'utf8')).toBe(before);
  });

  test('ready without a file names the account, the attempt and what to do', async () => {
    await outbox.prepare({ ...anna, attempt: 'other' });
    expect(await troubleFrom(() => outbox.markReady('ajensen', 'k7f2'))).toEqual({
      remedy: 'person',
      where: `outbox ${folder}`,
      what: 'The sealed password for attempt k7f2 of ajensen is missing.',
      next: 'If nobody took it from there, make a new one: muster credentials reissue ajensen',
    });
  });

  test('unused without a file is fine: the crash came before it was written', async () => {
    await outbox.markUnused('ajensen', 'k7f2');
    expect(await readdir(parent)).toEqual([]);
  });

  test('D11: an attempt called unused whose account turned up after all becomes ready', async () => {
    const password = await outbox.prepare(anna);
    await outbox.markUnused('ajensen', 'k7f2');
    await outbox.markReady('ajensen', 'k7f2');
    const letter = await open(await readFile(join(folder, 'ajensen.k7f2.age'), 'utf8'), [key.identity]);
    expect(passwordIn(letter)).toBe(password.reveal());
  });

  test('a ready password is never called unused', async () => {
    await outbox.prepare(anna);
    await outbox.markReady('ajensen', 'k7f2');
    expect(await troubleFrom(() => outbox.markUnused('ajensen', 'k7f2'))).toMatchObject({ remedy: 'bug' });
    expect(await readdir(folder)).toEqual(['ajensen.k7f2.age']);
  });

  test('overwrites nothing where somebody put a second file of that attempt', async () => {
    await outbox.prepare(anna);
    await writeFile(join(folder, 'ajensen.k7f2.age'), 'put there by hand');
    expect(await troubleFrom(() => outbox.markReady('ajensen', 'k7f2'))).toMatchObject({ remedy: 'person' });
    expect(await readFile(join(folder, 'ajensen.k7f2.age'), 'utf8')).toBe('put there by hand');
    expect(await readdir(folder)).toHaveLength(2);
  });
});

describe('listing', () => {
  test('an outbox that was never used is empty', async () => {
    expect(await outbox.list()).toEqual([]);
  });

  test('shows each attempt with its state and time, whatever dots and words its username has', async () => {
    const names = ['a.b', 'x.pending', 'unused.age', 'ajensen'];
    for (const username of names) await outbox.prepare({ ...anna, username });
    await outbox.markReady('x.pending', 'k7f2');
    await outbox.markUnused('a.b', 'k7f2');
    const path = join(folder, 'ajensen.k7f2.pending.age');
    await utimes(path, at / 1000, at / 1000);
    const entries = await outbox.list();
    expect(entries.map(({ username, attempt, state }) => [username, attempt, state])).toEqual([
      ['a.b', 'k7f2', 'unused'],
      ['ajensen', 'k7f2', 'pending'],
      ['unused.age', 'k7f2', 'pending'],
      ['x.pending', 'k7f2', 'ready'],
    ]);
    expect(entries[1]).toMatchObject({ path, preparedAt: at });
  });

  test('leaves other files alone', async () => {
    await outbox.prepare(anna);
    for (const name of ['README.txt', 'ajensen.age', '.age', '.ajensen.k7f2.age.swp'])
      await writeFile(join(folder, name), '');
    expect(await outbox.list()).toHaveLength(1);
  });
});

describe('the letter', () => {
  test('refuses a name that could forge a line, and does not repeat it with the password', async () => {
    const facts = { ...anna, instance: 'research-service', at };
    for (const display of ['Anna\npassword: mine', 'Anna\u2028x', 'Anna\u0000', 'Anna\rx']) {
      const trouble = await troubleFrom(async () => writeLetter({ ...facts, display }, new Secret('canary')));
      expect(trouble).toMatchObject({ remedy: 'bug', what: 'The line "name" would hold a control character.' });
    }
    const trouble = await troubleFrom(async () => writeLetter(facts, new Secret('canary\n')));
    expect(JSON.stringify(trouble)).not.toContain('canary');
  });
});

test('a password that a new one has replaced is not called ready any more', async () => {
  for (const attempt of ['k7f2', 'm3q9']) {
    await outbox.prepare({ ...anna, attempt });
    await outbox.markReady('ajensen', attempt);
  }
  await outbox.prepare({ ...anna, username: 'bmadsen', attempt: 'p1' });
  await outbox.markReady('bmadsen', 'p1');
  await outbox.markReplaced('ajensen', 'm3q9');
  const states = (await outbox.list()).map(({ username, attempt, state }) => [username, attempt, state]);
  expect(states).toEqual([
    ['ajensen', 'k7f2', 'replaced'],
    ['ajensen', 'm3q9', 'ready'],
    ['bmadsen', 'p1', 'ready'],
  ]);
  expect((await readdir(folder)).toSorted()).toContain('ajensen.k7f2.replaced.age');
});
