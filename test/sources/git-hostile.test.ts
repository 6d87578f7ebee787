/** A Git source against what a repository should not hold: odd entries, things that would run, sizes without bound. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ANNA, inWorld, MUSTER, read, troubleFrom } from './git-world.ts';
import { file, folder, newRepository, type Repository, type TreeItem, userYaml } from './real-git.ts';

describe('S5: only regular files with plain paths are read', () => {
  const odd: readonly (readonly [what: string, item: TreeItem, said: RegExp, shown: string])[] = [
    ['a symlink', { mode: '120000', name: 'x.yaml', content: '/etc/passwd' }, /symbolic link/, 'users/x.yaml'],
    ['a submodule', { mode: '160000', name: 'x', content: { commit: 'a'.repeat(40) } }, /submodule/, 'users/x'],
    ['a mode of a socket', { mode: '140000', name: 'x.yaml', content: userYaml('x') }, /not read/, 'users/x.yaml'],
    ['a newline in its name', file('x\n.yaml', userYaml('x')), /U\+000A/, 'users/x<U+000A>.yaml'],
    ['an escape sequence in its name', file('\u001b[2Jx.yaml', userYaml('x')), /U\+001B/, 'users/<U+001B>[2Jx.yaml'],
    [
      'a character that turns text around',
      file('x\u202elmay.yaml', userYaml('x')),
      /U\+202E/,
      'users/x<U+202E>lmay.yaml',
    ],
    ['a leading hyphen', file('-x.yaml', userYaml('x')), /hyphen/, 'users/-x.yaml'],
    [
      'a folder with a leading hyphen',
      folder('--upload-pack=x', file('x.yaml', userYaml('x'))),
      /hyphen/,
      'users/--upload-pack=x/x.yaml',
    ],
    ['a folder named ..', folder('..', file('x.yaml', userYaml('x'))), /leads out/, 'users/../x.yaml'],
    ['a backslash', file('..\\x.yaml', userYaml('x')), /U\+005C/, 'users/..<U+005C>x.yaml'],
    [
      'bytes that are no UTF-8',
      file(Buffer.from('78ff2e79616d6c', 'hex'), userYaml('x')),
      /U\+FFFD/,
      'users/x<U+FFFD>.yaml',
    ],
    ['a trailing space in its folder', folder('cbs ', file('x.yaml', userYaml('x'))), /space/, 'users/cbs /x.yaml'],
  ];

  test.each(odd)('S5: %s is rejected by name and its neighbours go on', async (_what, item, said, shown) => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, folder('users', ANNA, item)]);
      const loaded = await read(source);
      const told = [...loaded.diagnostics, ...loaded.files.flatMap(({ diagnostics }) => diagnostics)];
      expect(told.map(({ file: path, severity }) => [path, severity])).toEqual([[shown, 'error']]);
      expect(told[0]?.message).toMatch(said);
      const keys = loaded.files.flatMap(({ entries }) => entries.map(({ key }) => key));
      expect(keys).toEqual(['ajensen']);
    });
  });

  // Git itself reads every mode of a regular file as one of the two: 100600 and 100666 arrive as 100644.
  test.each(['100755', '100600', '100666'])('S5: a regular file of mode %s is read as data', async (mode) => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, folder('users', { mode, name: 'x.yaml', content: userYaml('x') })]);
      expect((await read(source)).files.flatMap(({ entries }) => entries.map(({ key }) => key))).toEqual(['x']);
    });
  });

  test.each([
    ['case', 'ajensen.yaml', 'AJensen.yaml'],
    ['Unicode form', 's\u00f8ren\u00e9.yaml', 's\u00f8rene\u0301.yaml'],
  ])(
    'S5: twins by %s are both rejected, each naming the other, and their neighbours go on',
    async (_by, one, other) => {
      await inWorld(async ({ origin, source }) => {
        origin.commit([
          MUSTER,
          folder('users', file(one, userYaml('a')), file(other, userYaml('b')), file('c.yaml', userYaml('c'))),
        ]);
        const loaded = await read(source);
        const told = loaded.files.flatMap(({ diagnostics }) => diagnostics);
        expect(told.map(({ file: path }) => path).sort()).toEqual([`users/${one}`, `users/${other}`].sort());
        expect(told.every(({ message }) => message.includes(one) || message.includes(other))).toBe(true);
        expect(loaded.files.filter(({ unreadable }) => unreadable)).toHaveLength(2);
        expect(loaded.files.flatMap(({ entries }) => entries.map(({ key }) => key))).toEqual(['c']);
      });
    },
  );

  test('S5: a link in the place of a file holds that file, so that nobody in it counts as gone', async () => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, { mode: '120000', name: 'blocked-users.yaml', content: 'other.yaml' }]);
      const [held] = (await read(source)).files;
      expect(held).toMatchObject({ path: 'blocked-users.yaml', kind: 'blocked-user', unreadable: true });
    });
  });
});

describe('S6: nothing in a repository runs, and its size is bounded', () => {
  test('S6: filters, hooks, submodules and alternates are inert', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      const canary = join(parent, 'canary');
      const touch = `#!/bin/sh\ntouch ${canary}\n`;
      const hooks = [
        'post-checkout',
        'post-merge',
        'pre-auto-gc',
        'reference-transaction',
        'post-rewrite',
        'fsmonitor-watchman',
        'upload-pack',
      ];
      const plant = (hooksFolder: string) => {
        mkdirSync(hooksFolder, { recursive: true });
        for (const name of hooks) {
          writeFileSync(join(hooksFolder, name), touch);
          chmodSync(join(hooksFolder, name), 0o755);
        }
      };
      plant(join(parent, 'mirror', 'hooks'));
      const attributes =
        '* filter=evil diff=evil merge=evil ident\n*.yaml text eol=crlf working-tree-encoding=UTF-16\n';
      const modules = `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ${canary}"\n\tupdate = !touch ${canary}\n`;
      const config = `[filter "evil"]\n\tsmudge = touch ${canary}\n\tclean = touch ${canary}\n[core]\n\tfsmonitor = touch ${canary}\n`;
      // The mirror's own configuration and alternates are planted too: as if somebody had got at the folder.
      writeFileSync(
        join(parent, 'mirror', 'config'),
        `${config}\tsshCommand = touch ${canary}\n\thooksPath = ${join(parent, 'mirror', 'hooks')}\n`,
      );
      const lender = newRepository(parent, 'lender.git');
      mkdirSync(join(parent, 'mirror', 'objects', 'info'), { recursive: true });
      writeFileSync(join(parent, 'mirror', 'objects', 'info', 'alternates'), `${join(lender.folder, 'objects')}\n`);
      origin.commit([
        MUSTER,
        file('.gitattributes', attributes),
        file('.gitmodules', modules),
        { mode: '160000', name: 'x', content: { commit: 'b'.repeat(40) } },
        folder('.git', file('config', config)),
        folder('users', ANNA),
      ]);
      const loaded = await read(source);
      expect(loaded.files.flatMap(({ entries }) => entries.map(({ key }) => key))).toEqual(['ajensen']);
      await source.blame({ file: 'users/ajensen.yaml', line: 1 }, loaded.revision);
      await source.snapshot();
      expect(existsSync(canary)).toBe(false);
      expect(existsSync(join(parent, 'mirror', 'objects', 'info', 'alternates'))).toBe(false);
      expect(readdirSync(join(parent, 'mirror'))).not.toContain('users');
    });
  });

  test('S6: a file over 1 MB is named and held without being read', async () => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, file('blocked-users.yaml', Buffer.alloc(1024 * 1024 + 1, '#')), folder('users', ANNA)]);
      const loaded = await read(source);
      expect(loaded.files[0]).toMatchObject({ path: 'blocked-users.yaml', unreadable: true });
      expect(loaded.files[0]?.diagnostics[0]?.message).toContain('larger than 1 MB');
      expect(loaded.files[1]?.entries.map(({ key }) => key)).toEqual(['ajensen']);
    });
  });

  test('S6: a tree that folds onto itself is refused before it fills the memory', async () => {
    await inWorld(async ({ origin, source }) => {
      let level: readonly TreeItem[] = [ANNA];
      // Ten names for each of seven levels: ten million files out of eight trees.
      const trees = Array.from({ length: 7 }, () => {
        const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
        const id = treeId(origin, level);
        level = names.map((name) => ({ mode: '40000', name, content: { commit: id } }));
        return id;
      });
      expect(trees).toHaveLength(7);
      origin.commit([MUSTER, ...level]);
      const trouble = await troubleFrom(source);
      expect(trouble.remedy).toBe('person');
      expect(trouble.what).toBe('The repository has too many files to list.');
    });
  });
});

function treeId(origin: Repository, items: readonly TreeItem[]): string {
  const commit = origin.commit(items, { branch: 'scratch', parent: null });
  return origin.git(['rev-parse', `${commit}^{tree}`]);
}
