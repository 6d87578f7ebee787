/** A folder as a source: the same ids as Git's, links not followed, contents as of the snapshot. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderSource } from '../../src/sources/folder.ts';
import { gitSource } from '../../src/sources/git.ts';
import { load } from '../../src/sources/loader.ts';
import { all, diagnosticsOf, INSTANCE, inFolder, MUSTER_YAML, memoryCache, writeFiles } from './loading.ts';
import { userYaml } from './real-git.ts';

const FILES = { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': userYaml('a'), 'README.md': 'x' };

async function loadFolder(folder: string) {
  const source = folderSource(folder);
  return await load({ source, blobs: memoryCache(), goodText: () => Promise.resolve(null), instance: INSTANCE });
}

test('a folder and a commit of it load alike, blob ids included', async () => {
  await inFolder(async (parent) => {
    const folder = join(parent, 'state');
    await writeFiles(folder, FILES);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '-m', 'x');
    const source = gitSource({ url: folder, branch: 'main' }, { mirror: join(parent, 'mirror') });
    const fromGit = await load({
      source,
      blobs: memoryCache(),
      goodText: () => Promise.resolve(null),
      instance: INSTANCE,
    });
    const fromFolder = await loadFolder(folder);
    expect(fromFolder.files).toEqual(fromGit.files);
    expect(fromFolder.revision).toMatch(/^folder-[0-9a-f]{64}$/);
    expect(fromFolder.committedAt).toBeNull();
  });
});

test('the revision follows names and contents, and nothing else', async () => {
  await inFolder(async (folder) => {
    const revision = async () => (await folderSource(folder).snapshot()).revision;
    await writeFiles(folder, FILES);
    const first = await revision();
    utimesSync(join(folder, 'users/a.yaml'), 1, 1);
    expect(await revision()).toBe(first);
    await writeFiles(folder, { 'users/a.yaml': userYaml('b') });
    const second = await revision();
    expect(second).not.toBe(first);
    rmSync(join(folder, 'users/a.yaml'));
    await writeFiles(folder, { 'users/b.yaml': userYaml('b') });
    expect(await revision()).not.toBe(second);
  });
});

test('a folder always descends, and knows no authors', async () => {
  const source = folderSource('/nowhere');
  expect(await source.descends('a', 'b')).toBe(true);
  expect(await source.blame({ file: 'x', line: 1 }, 'folder-x')).toBeNull();
});

test('what changes after the snapshot does not mix with it', async () => {
  await inFolder(async (folder) => {
    await writeFiles(folder, FILES);
    const source = folderSource(folder);
    const { files } = await source.snapshot();
    await writeFiles(folder, { 'users/a.yaml': userYaml('b') });
    rmSync(join(folder, 'muster.yaml'));
    const read = await all(source.texts(files.filter(({ path }) => path.endsWith('.yaml'))));
    expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([MUSTER_YAML, userYaml('a')]);
  });
});

test('a folder that is not there is trouble, never an empty repository', async () => {
  await expect(folderSource('/nowhere/at-all').snapshot()).rejects.toMatchObject({
    remedy: 'retry',
    where: 'folder /nowhere/at-all, reading files',
  });
});

describe('S5: in a folder, too, only regular files are read', () => {
  test('S5: links to files and folders, dangling ones and pipes are rejected by name, and their neighbours go on', async () => {
    await inFolder(async (parent) => {
      const folder = join(parent, 'state');
      await writeFiles(folder, FILES);
      await writeFiles(join(parent, 'outside'), { 'secret.yaml': userYaml('secret') });
      symlinkSync(join(parent, 'outside', 'secret.yaml'), join(folder, 'users', 'link.yaml'));
      symlinkSync(join(parent, 'outside'), join(folder, 'users', 'elsewhere'));
      symlinkSync('/nowhere', join(folder, 'users', 'dangling.yaml'));
      symlinkSync('..', join(folder, 'users', 'loop'));
      execFileSync('mkfifo', [join(folder, 'users', 'pipe.yaml')]);
      const loaded = await loadFolder(folder);
      expect(loaded.files.flatMap(({ entries }) => entries.map(({ key }) => key))).toEqual(['a']);
      const told = diagnosticsOf(loaded).map(({ file, severity }) => [file, severity]);
      expect(told.sort()).toEqual([
        ['users/dangling.yaml', 'error'],
        ['users/elsewhere', 'error'],
        ['users/link.yaml', 'error'],
        ['users/loop', 'error'],
        ['users/pipe.yaml', 'error'],
      ]);
    });
  });

  test('S5: the folder .git is no part of the state', async () => {
    await inFolder(async (folder) => {
      await writeFiles(folder, { ...FILES, '.git/users/x.yaml': userYaml('x') });
      mkdirSync(join(folder, 'users', '.git'));
      writeFileSync(join(folder, 'users', '.git', 'y.yaml'), userYaml('y'));
      const loaded = await loadFolder(folder);
      expect(loaded.files.map(({ path }) => path)).toEqual(['users/a.yaml']);
    });
  });

  test('S6: a file over 1 MB is held without being read', async () => {
    await inFolder(async (folder) => {
      await writeFiles(folder, { ...FILES, 'blocked-users.yaml': Buffer.alloc(1024 * 1024 + 1, '#') });
      const [large] = (await loadFolder(folder)).files;
      expect(large).toMatchObject({ path: 'blocked-users.yaml', unreadable: true, entries: [] });
    });
  });
});
