/** A secret shows itself nowhere but to who calls reveal(). */
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MusterError, troubleOf } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';

const canary = 'canary-7Tfn4cMxd';
const secret = new Secret(canary);

describe('K1: a secret never prints', () => {
  const printed: Readonly<Record<string, () => string>> = {
    'String()': () => String(secret),
    'a template string': () => `${secret}`,
    concatenation: () => `${[secret, 'x'].join(' ')}`,
    'JSON.stringify, alone': () => JSON.stringify(secret),
    'JSON.stringify, inside': () => JSON.stringify({ bind: { password: secret }, list: [secret] }),
    'util.inspect': () => inspect({ password: secret }, { showHidden: true, depth: null, getters: true }),
    'util.format': () => format('%s %o %O %j', secret, secret, secret, secret),
    'an error message': () => inspect(new Error(`bind failed with ${secret}`, { cause: secret })),
  };

  test.each(Object.entries(printed))('in %s', (_, print) => {
    expect(print()).toContain('[redacted]');
    expect(print()).not.toContain(canary);
  });

  test('in a pino log line, as a value, inside an object, as an argument or in an error', () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const log = pino({ level: 'trace' }, sink);
    log.info({ secret, deep: { secret } }, 'value');
    log.info('argument %s %j %o', secret, secret, secret);
    log.error(new MusterError({ remedy: 'person', where: 'bind', what: `${secret}`, next: '.' }, { cause: secret }));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toContain('[redacted]');
      expect(line).not.toContain(canary);
    }
  });

  test('in the message of a test that compares it', () => {
    const compare = () => expect({ password: secret }).toEqual({ password: 'something else' });
    expect(compare).toThrow();
    try {
      compare();
    } catch (error) {
      expect(inspect(error, { showHidden: true, depth: null })).not.toContain(canary);
    }
  });

  test('by copying its fields, cloning or serialising it', () => {
    expect(Object.getOwnPropertyNames(secret)).toEqual([]);
    expect(JSON.stringify({ ...secret })).toBe('{}');
    expect(inspect(structuredClone(secret))).not.toContain(canary);
    expect(serialize(secret).toString('latin1')).not.toContain(canary);
  });

  test('and still gives the text to who asks', () => {
    expect(secret.reveal()).toBe(canary);
  });
});

describe('a secret from a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-secret-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, content: string | Uint8Array, mode = 0o600): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    await chmod(path, mode);
    return path;
  }

  test.each([
    ['text alone', 'pass word', 'pass word'],
    ['one line end', 'password\n', 'password'],
    ['a Windows line end', 'password\r\n', 'password'],
    ['two line ends, of which one belongs to it', 'password\n\n', 'password\n'],
    ['blanks around it, which belong to it', ' password ', ' password '],
    ['a byte-order mark', '\uFEFFpassword\n', 'password'],
  ])('%s', async (name, content, expected) => {
    expect((await Secret.fromFile(await file(name, content))).reveal()).toBe(expected);
  });

  test.each([0o600, 0o400, 0o440, 0o444, 0o644])('mode %o, as platforms mount secrets, is read', async (mode) => {
    expect((await Secret.fromFile(await file(`mode-${mode}`, 'password', mode))).reveal()).toBe('password');
  });

  test.each([0o620, 0o602, 0o666, 0o777])('mode %o, which others may write, is refused', async (mode) => {
    const path = await file(`mode-${mode}`, 'password', mode);
    await expect(troubleWith(path)).resolves.toMatchObject({ remedy: 'person', next: `Run: chmod 600 ${path}` });
  });

  test('a link to it, as Kubernetes makes, is followed', async () => {
    const path = join(folder, 'link');
    await symlink(await file('target', 'password'), path);
    expect((await Secret.fromFile(path)).reveal()).toBe('password');
  });

  test.each([
    ['missing', async () => join(folder, 'absent'), 'The file does not exist.'],
    ['empty', () => file('empty', ''), 'The file is empty.'],
    ['only a line end', () => file('line', '\n'), 'The file is empty.'],
    ['a folder', async () => folder, 'This is not a regular file.'],
    ['not text', () => file('bytes', new Uint8Array([0xff, 0xfe, 0x00])), 'The file is not UTF-8 text.'],
    ['too large', () => file('large', 'x'.repeat(65_537)), 'The file has more than 65536 bytes.'],
  ])('%s: refused, naming the path', async (_, make, what) => {
    const path = await make();
    await expect(troubleWith(path)).resolves.toMatchObject({ remedy: 'person', where: `secret file ${path}`, what });
  });
});

async function troubleWith(path: string): Promise<unknown> {
  return Secret.fromFile(path).then(
    () => 'it was read',
    (error: unknown) => troubleOf(error),
  );
}
