/** The control file: its text, and what it makes of what people do to it. */
import { execFileSync } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controlFile } from '../../../src/reconcilers/mail-blocks/control-file/adapter.ts';
import { controlFileExaminer } from '../../../src/reconcilers/mail-blocks/control-file/examiner.ts';
import { problemOfLine } from '../../../src/reconcilers/mail-blocks/control-file/settings.ts';
import type { BlockList } from '../../../src/reconcilers/mail-blocks/port.ts';
import { listFileContract } from '../../contracts/list-file.contract.ts';
import { refusal } from '../../support/refusal.ts';
import { missingForSmallDisk, onSmallDisk } from '../../support/small-disk.ts';
import { makeTestDirectory, type TestDirectory } from '../../support/test-directory.ts';

const NOON = Date.UTC(2026, 5, 15, 12);
const SITE = { instance: 'research-service', clock: () => NOON };

listFileContract('the control file', { open: (path) => controlFile({ path, line: '{username}' }, SITE) });

let home: TestDirectory;
let path: string;
beforeEach(async () => {
  home = await makeTestDirectory('control-file');
  path = join(home.path, 'blocked.txt');
});
afterEach(() => home.remove());

const opened = (line = '{username}', at = path): Promise<BlockList> => controlFile({ path: at, line }, SITE).connect();
const put = (list: BlockList, key: string) =>
  list.write({ key, address: null, listed: true, was: false, revision: 'abc' });
const written = async (...keys: readonly string[]) => {
  const list = await opened();
  for (const key of keys) await put(list, key);
  return await readFile(path, 'utf8');
};
const nowListed = async () => [...(await (await opened()).read()).listed];
const completeness = async () => (await (await opened()).read()).completeness;

describe('its text', () => {
  test('says in the first line whose it is, of which revision and when, and then names one person a line, in order', async () => {
    const [first, ...rest] = (await written('berit', 'anna')).split('\n');
    expect(first).toMatch(
      /^# muster research-service revision abc written 2026-06-15T12:00:00\.000Z lines 2 seal [0-9a-f]{16}$/,
    );
    expect(rest).toEqual(['anna', 'berit', '']);
  });

  test('has the line that the site’s mailer reads', async () => {
    const list = await opened('{username}@example.org REJECT');
    await put(list, 'anna');
    expect(await readFile(path, 'utf8')).toContain('\nanna@example.org REJECT\n');
    expect([...(await list.read()).listed]).toEqual(['anna']);
  });

  test.each([
    ['', 'exactly once'],
    ['{username} {username}', 'exactly once'],
    ['{username} of {institution.name}', 'nothing else'],
    ['# {username}', 'begin with #'],
    ['{username}\nanna', 'one line'],
  ])('can’t be made of %j', (line, problem) => {
    expect(problemOfLine(line)).toContain(problem);
  });

  test('keeps the rights that the file has', async () => {
    await written('anna');
    await chmod(path, 0o640);
    await written('berit');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });
});

describe('a list that was there before', () => {
  test('is read however people wrote it, and kept with its remarks and with what nobody can read', async () => {
    const bytes = Buffer.concat([Buffer.from('# by hand\r\n  Anna \r\nof nobody at all\n'), Buffer.from([0xff, 0x0a])]);
    await writeFile(path, bytes);
    const list = await opened();
    const { listed, unread, completeness: state } = await list.read();
    expect([...listed]).toEqual(['anna', '\ufffd']);
    expect(unread).toEqual(['of nobody at all']);
    expect(state).toBe('bare');
    await put(list, 'berit');
    const now = await readFile(path);
    for (const line of ['# by hand\r\n', '  Anna \r\n', 'of nobody at all\n', 'berit\n'])
      expect(now.includes(line)).toBe(true);
    expect(now.includes(Buffer.from([0x0a, 0xff, 0x0a]))).toBe(true);
  });

  test('of another Muster is not touched', async () => {
    await written('anna');
    const other = controlFile({ path, line: '{username}' }, { ...SITE, instance: 'library' });
    expect(await refusal(other.connect())).toMatchObject({ what: expect.stringContaining('research-service') });
  });
});

describe('M6: a list that somebody touched', () => {
  test('is known as short wherever it was cut off, as bare where its first line is not whole, and as empty', async () => {
    const text = await written('anna', 'berit', 'carl');
    const first = text.indexOf('\n') + 1;
    for (let end = 0; end < text.length; end += 1) {
      await writeFile(path, text.slice(0, end));
      const expected = end === 0 ? 'empty' : end < first - 1 ? 'bare' : 'short';
      expect([end, await completeness()]).toEqual([end, expected]);
    }
    await writeFile(path, text);
    expect(await completeness()).toBe('whole');
  });

  test('is known as added to where a name was added or replaced', async () => {
    const text = await written('anna', 'berit');
    await writeFile(path, `${text}carl\n`);
    expect(await completeness()).toBe('added');
    await writeFile(path, text.replace('berit', 'carl'));
    expect(await completeness()).toBe('added');
    expect(await nowListed()).toEqual(['anna', 'carl']);
  });
});

test.skipIf(missingForSmallDisk().length > 0)('M6: a full disk leaves the list as it was', async () => {
  await onSmallDisk(64, async (folder) => {
    const at = join(folder, 'blocked.txt');
    const list = await opened('{username}', at);
    await put(list, 'anna');
    const before = await readFile(at, 'utf8');
    await writeFile(join(folder, 'filler'), Buffer.alloc(2 ** 20)).catch(() => undefined);
    expect(await refusal(put(list, 'berit'))).toMatchObject({ what: expect.stringContaining('ENOSPC') });
    expect(await readFile(at, 'utf8')).toBe(before);
  });
});

describe('an examination', () => {
  const findings = async () => controlFileExaminer({ path, line: '{username}' }, SITE).examine(NOON);
  const said = async () => (await findings()).map(({ status, text }) => `${status}: ${text}`).join('\n');

  test('says how the file stands, and that it can be replaced', async () => {
    expect(await said()).toContain('warn: There is no such file yet');
    await written('anna');
    expect(await said()).toMatch(
      /^ok: The control file can be replaced .*\nok: As Muster wrote it; 1 person stands on it\.$/,
    );
    await writeFile(path, 'berit\n');
    expect(await said()).toContain('warn: Muster did not write it; 1 person stands on it');
  });

  test('warns where the mailer may not read it, and fails where it is no file', async () => {
    await written('anna');
    await chmod(path, 0o600);
    expect(await said()).toContain('warn: Nobody but its owner may read it.');
    path = home.path;
    expect(await said()).toContain('It is no ordinary file.');
  });

  test('fails at once where a pipe stands in its place', async () => {
    execFileSync('mkfifo', [path]);
    expect(await said()).toContain('fail: ');
  });
});
