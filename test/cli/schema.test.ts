/** `muster schema`: one printed, or all of them written into a repository. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { call } from './site-folder.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-schema-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('schema KIND prints one schema, and needs no configuration', async () => {
  const { code, out } = await call(['schema', 'user', '--config', join(folder, 'nowhere.yaml')]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ definitions: { entry: { required: expect.arrayContaining(['username']) } } });
});

test('a kind that does not exist is refused with those that do', async () => {
  const { code, err } = await call(['schema', 'person']);
  expect(code).toBe(1);
  expect(err).toContain('blocked-institution');
});

test('without a kind or a folder, or with both, it says what to write', async () => {
  for (const args of [[], ['user', '--write', folder]]) {
    const { code, err } = await call(['schema', ...args]);
    expect([code, err.includes('muster schema --write FOLDER')]).toEqual([1, true]);
  }
  expect(readdirSync(folder)).toEqual([]);
});

test('schema --write adds to the settings of the editor and keeps the others', async () => {
  mkdirSync(join(folder, '.vscode'));
  writeFileSync(join(folder, '.vscode/settings.json'), '{ "editor.rulers": [120] }\n');
  const { code, out } = await call(['schema', '--write', folder]);
  expect([code, out.includes('.muster/schema/user.json')]).toEqual([0, true]);
  const settings: unknown = JSON.parse(readFileSync(join(folder, '.vscode/settings.json'), 'utf8'));
  expect(settings).toMatchObject({
    'editor.rulers': [120],
    'yaml.schemas': { './.muster/schema/user.json': ['users/**/*.yaml'] },
  });
});

test('settings with remarks are left alone, nothing is written, and the lines to add are shown', async () => {
  mkdirSync(join(folder, '.vscode'));
  const text = '{\n  // ours\n  "editor.rulers": [120]\n}\n';
  writeFileSync(join(folder, '.vscode/settings.json'), text);
  const { code, err } = await call(['schema', '--write', folder]);
  expect([code, err.includes('"yaml.schemas"')]).toEqual([1, true]);
  expect(readFileSync(join(folder, '.vscode/settings.json'), 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['.vscode']);
});

test.each([
  ['is a file', (home: string) => join(home, 'notes.txt')],
  ['lies below a file', (home: string) => join(home, 'notes.txt', 'below')],
  ['can’t be made, and whose parent says that it is not there', () => '/proc/muster-site/below'],
])('a folder that %s is refused by name', async (_what, folderIn) => {
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const place = folderIn(folder);
  const { code, err } = await call(['schema', '--write', place]);
  expect(code).toBe(1);
  expect(err).toContain(place);
  expect(err).toMatch(/It can't be (read|written) \(E[A-Z]+\)\./);
  expect(err).toContain('Name the folder of the repository');
  expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
});
