/** The embedded directory: the contract of every directory, and what only a file can suffer. */
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { embedded, usnOf, verifyPassword } from '../../../src/reconcilers/directory/embedded/adapter.ts';
import { createEmbeddedDirectory, DirectoryFile } from '../../../src/reconcilers/directory/embedded/directory-file.ts';
import type { DirectorySite, NewAccount } from '../../../src/reconcilers/directory/port.ts';
import { Secret } from '../../../src/secret.ts';
import { directoryContract } from '../../contracts/directory.contract.ts';
import type { DirectoryFixture } from '../../contracts/directory-bench.ts';
import { refusal } from '../../support/refusal.ts';

const BASE = 'DC=example,DC=org';
const UNIT = `OU=Researchers,${BASE}`;
const INNER = `OU=CBS,${UNIT}`;
const EMPTY = `OU=DTU,${UNIT}`;
const FOREIGN = `OU=Elsewhere,${BASE}`;

directoryContract('The embedded directory', async (): Promise<DirectoryFixture> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-embedded-'));
  const path = join(folder, 'directory.json');
  await createEmbeddedDirectory(path, [UNIT, INNER, EMPTY, FOREIGN]);
  // Another view of the file than the adapter's, as an administrator has.
  const byHand = new DirectoryFile(path);
  const edited = (guid: string, change: (dn: string, values: Record<string, string>) => { dn: string }) =>
    byHand.write((contents) => {
      const stored = contents.get(guid);
      if (stored === undefined) throw new Error(`There is no account ${guid}.`);
      const values = { ...stored.values };
      return [{ put: { ...stored, ...change(stored.dn, values), values } }];
    });
  return {
    unit: UNIT,
    innerUnit: INNER,
    emptyUnit: EMPTY,
    foreignUnit: FOREIGN,
    connect: (site) => embedded({ file: path }, site).connect(),
    add: async (username, unit, more = {}) => {
      const guid = randomUUID();
      const values = {
        sAMAccountName: username,
        sAMAccountType: '805306368',
        userAccountControl: '512',
        objectSid: 'S-1-5-21-1-2-3-999999',
        accountExpires: '9223372036854775807',
        ...more,
      };
      await byHand.write(() => [{ put: { guid, dn: `CN=${username},${unit}`, values, password: null } }]);
      return guid;
    },
    set: (guid, attribute, value) =>
      edited(guid, (dn, values) => {
        if (value === null) delete values[attribute];
        else values[attribute] = value;
        return { dn };
      }),
    move: (guid, unit) => edited(guid, (dn) => ({ dn: `${dn.split(',')[0]},${unit}` })),
    remove: (guid) => byHand.write(() => [{ gone: guid }]),
    passwordIs: (username, password) => verifyPassword(path, username, password),
    lastWrite: () => usnOf(path),
    stop: () => rm(folder, { recursive: true }),
  };
});

describe('The file of an embedded directory', () => {
  const site: DirectorySite = {
    read: [UNIT],
    markAttribute: 'adminDescription',
    mappedAttributes: ['mobile'],
    protected: [],
  };
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-embedded-'));
    path = join(folder, 'directory.json');
    await createEmbeddedDirectory(path, [UNIT]);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const account = (username: string): NewAccount => ({
    dn: `CN=${username},${UNIT}`,
    username,
    upn: `${username}@example.org`,
    mark: `muster:test:${username}:1`,
    password: new Secret('Kar-Lil-Mose-42'),
    mustChangePassword: false,
    accountExpires: 'never',
    attributes: { mobile: null },
  });

  test('is private to its owner, and never holds a password', async () => {
    const { writer } = await embedded({ file: path }, site).connect();
    await writer.create(account('ajensen'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain('Kar-Lil-Mose-42');
  });

  test('is not made over an existing one, and is not made by reading', async () => {
    expect(await refusal(createEmbeddedDirectory(path, [UNIT]))).toMatchObject({ remedy: 'person' });
    const missing = join(folder, 'missing.json');
    expect(await refusal(embedded({ file: missing }, site).connect())).toMatchObject({ remedy: 'person' });
    await expect(stat(missing)).rejects.toThrow('ENOENT');
  });

  test('loses nothing but the unfinished last line after a crash, and goes on', async () => {
    const before = await embedded({ file: path }, site).connect();
    await before.writer.create(account('ajensen'));
    const half = (await readFile(path, 'utf8')).split('\n')[1]?.slice(0, 50) ?? '';
    await appendFile(path, half);
    const after = await embedded({ file: path }, site).connect();
    expect((await after.reader.readAll(new Set())).accounts).toHaveLength(1);
    await after.writer.create(account('bholm'));
    const again = await embedded({ file: path }, site).connect();
    expect((await again.reader.readAll(new Set())).accounts.map(({ username }) => username).sort()).toEqual([
      'ajensen',
      'bholm',
    ]);
    expect(await usnOf(path)).toBe(2);
  });

  test('names the line that is damaged', async () => {
    const { writer } = await embedded({ file: path }, site).connect();
    await writer.create(account('ajensen'));
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, [lines[0], '{"usn":1,"put":{}}', ...lines.slice(1)].join('\n'));
    const error = await refusal(embedded({ file: path }, site).connect());
    expect(error).toMatchObject({ remedy: 'person', what: 'Line 2 of the file is damaged.' });
  });

  test('D1: an empty file is an error, not an empty directory', async () => {
    await writeFile(path, '');
    expect(await refusal(embedded({ file: path }, site).connect())).toMatchObject({ remedy: 'person' });
  });

  test.each([
    ['of the same length', '514'],
    ['of another length', '66050'],
  ])(
    'D9: an edit in place %s, at whatever moment, is seen by a process that had read the file, and outlives its writes',
    async (_length, flags) => {
      const { reader, writer } = await embedded({ file: path }, site).connect();
      for (const name of ['ajensen', 'bholm']) await writer.create(account(name));
      for (let round = 1; round <= 30; round += 1) {
        const everybody = (await reader.readAll(new Set())).accounts;
        const [a, b] = everybody.toSorted((one, other) => one.username.localeCompare(other.username));
        if (a === undefined || b === undefined) throw new Error('An account is missing.');
        await writer.modify({ guid: b.guid, dn: b.dn, raw: b.raw, set: { mobile: `+45${round}` } });
        await replaceInPlace('"userAccountControl":"512"', `"userAccountControl":"${flags}"`);
        // Judged by what was read before the edit: refused, as with a server.
        expect(await refusal(writer.modify({ guid: a.guid, dn: a.dn, raw: a.raw, enabled: false }))).toMatchObject({
          remedy: 'retry',
        });
        expect((await reader.find({ usernames: ['ajensen'] }))[0]?.raw.userAccountControl).toBe(flags);
        const [now] = await reader.find({ usernames: ['bholm'] });
        if (now === undefined) throw new Error('An account is missing.');
        await writer.modify({ guid: now.guid, dn: now.dn, raw: now.raw, set: { mobile: `+46${round}` } });
        expect((await new DirectoryFile(path).read()).byUsername('ajensen')?.values.userAccountControl).toBe(flags);
        await replaceInPlace(`"userAccountControl":"${flags}"`, '"userAccountControl":"512"');
      }
    },
  );

  async function replaceInPlace(from: string, to: string): Promise<void> {
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(from, to));
  }

  test('stays small under many changes to few accounts, and keeps counting writes', async () => {
    const { reader, writer } = await embedded({ file: path }, site).connect();
    const { guid } = await writer.create(account('ajensen'));
    for (let round = 1; round <= 1100; round += 1) {
      const [now] = await reader.find({ guids: [guid] });
      if (now === undefined) throw new Error('The account is missing.');
      await writer.modify({ guid, dn: now.dn, raw: now.raw, set: { mobile: `+45${round}` } });
    }
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(1000);
    expect(await usnOf(path)).toBe(1101);
    expect((await reader.find({ guids: [guid] }))[0]?.attributes.mobile).toBe('+451100');
  });
});
