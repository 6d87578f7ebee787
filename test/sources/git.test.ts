/** A Git repository as a source, against real repositories: what is read, what is refused, and that nothing in them ever runs. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { gitSource } from '../../src/sources/git.ts';
import { load } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { all, INSTANCE, inFolder, MUSTER_YAML, memoryCache } from './loading.ts';
import { file, folder, newRepository, type Repository, type TreeItem, userYaml } from './real-git.ts';

const MUSTER = file('muster.yaml', MUSTER_YAML);
const ANNA = file('ajensen.yaml', userYaml('ajensen'));

interface World {
  readonly folder: string;
  readonly origin: Repository;
  readonly source: Source;
}

async function inWorld(use: (world: World) => Promise<void>): Promise<void> {
  await inFolder(async (parent) => {
    const origin = newRepository(parent);
    const source = gitSource({ url: origin.folder, branch: 'main' }, { mirror: join(parent, 'mirror') });
    await use({ folder: parent, origin, source });
  });
}

async function read(source: Source) {
  return await load({ source, blobs: memoryCache(), goodText: () => Promise.resolve(null), instance: INSTANCE });
}

async function troubleFrom(source: Source): Promise<MusterError> {
  return await source.snapshot().then(
    () => {
      throw new Error('no trouble');
    },
    (error: unknown) => {
      if (error instanceof MusterError) return error;
      throw error;
    },
  );
}

describe('reading', () => {
  test('a commit is read with its id, its time and its files', async () => {
    await inWorld(async ({ origin, source }) => {
      const commit = origin.commit([MUSTER, folder('users', ANNA)], { at: 1_770_000_123 });
      const snapshot = await source.snapshot();
      expect(snapshot.revision).toBe(commit);
      expect(snapshot.committedAt).toBe(1_770_000_123_000);
      expect(snapshot.files.map(({ path, size }) => [path, size])).toEqual([
        ['muster.yaml', MUSTER_YAML.length],
        ['users/ajensen.yaml', userYaml('ajensen').length],
      ]);
      const contents = await all(source.texts(snapshot.files));
      expect(contents.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([MUSTER_YAML, userYaml('ajensen')]);
    });
  });

  test('contents of any bytes and sizes come back as they are', async () => {
    await inWorld(async ({ origin, source }) => {
      const contents = [
        Buffer.alloc(0),
        Buffer.from('\n'),
        Buffer.alloc(900_000, '\n'),
        Buffer.from([0, 255, 10, 13, 0]),
        Buffer.from('å'),
      ];
      origin.commit(contents.map((content, index) => file(`${index}.yaml`, content)));
      const { files } = await source.snapshot();
      const read = await all(source.texts(files));
      expect(read.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(
        contents.map((content) => content.toString('hex')),
      );
    });
  });

  test('S8: a push after the snapshot does not change what is read of it', async () => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      const { files } = await source.snapshot();
      origin.commit([MUSTER, folder('users', file('ajensen.yaml', userYaml('ajensen', 'ends: 2027-12-31\n')))]);
      const contents = await all(source.texts(files));
      expect(Buffer.from(contents[1]?.bytes ?? '').toString()).toBe(userYaml('ajensen'));
    });
  });

  test('a second snapshot sees what was pushed', async () => {
    await inWorld(async ({ origin, source }) => {
      const first = origin.commit([MUSTER]);
      expect((await source.snapshot()).revision).toBe(first);
      const second = origin.commit([MUSTER, folder('users', ANNA)]);
      expect((await source.snapshot()).revision).toBe(second);
    });
  });

  test('who last changed a line is known', async () => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, folder('users', ANNA)], { message: 'Add Anna' });
      const options = { message: 'Close Anna\n\nShe left.', author: 'Bo <b> Holm', at: 1_770_000_500 };
      const closed = userYaml('ajensen').replace('active', 'closed');
      const commit = origin.commit([MUSTER, folder('users', file('ajensen.yaml', closed))], options);
      const { revision } = await source.snapshot();
      expect(await source.blame({ file: 'users/ajensen.yaml', line: 6 }, revision)).toEqual({
        commit,
        author: 'Bo b Holm',
        email: 'anna@example.org',
        at: 1_770_000_500_000,
        summary: 'Close Anna',
      });
      expect((await source.blame({ file: 'users/ajensen.yaml', line: 1 }, revision))?.summary).toBe('Add Anna');
      expect(await source.blame({ file: 'users/ajensen.yaml', line: 99 }, revision)).toBeNull();
      expect(await source.blame({ file: 'users/nobody.yaml', line: 1 }, revision)).toBeNull();
      expect(await source.blame({ file: 'users/ajensen.yaml', line: 1 }, '--output=x')).toBeNull();
    });
  });
});

describe('S2: a rewritten history is recognised', () => {
  test('S2: after a force-push to each older commit, the older does not descend from the newer', async () => {
    await inWorld(async ({ origin, source }) => {
      const commits = Array.from({ length: 12 }, (_, index) => origin.commit([MUSTER, file('n.md', String(index))]));
      const newest = commits.at(-1) ?? '';
      expect((await source.snapshot()).revision).toBe(newest);
      for (const older of commits.slice(0, -1)) {
        origin.git(['update-ref', 'refs/heads/main', older]);
        const { revision } = await source.snapshot();
        expect(revision).toBe(older);
        expect(await source.descends(newest, revision)).toBe(false);
        expect(await source.descends(revision, newest)).toBe(true);
        expect(await source.descends(revision, revision)).toBe(true);
      }
    });
  });

  test('S2: an orphan history and an unknown revision are no descendants', async () => {
    await inWorld(async ({ origin, source }) => {
      const old = origin.commit([MUSTER]);
      await source.snapshot();
      const orphan = origin.commit([MUSTER], { parent: null, message: 'Begin anew' });
      expect((await source.snapshot()).revision).toBe(orphan);
      expect(await source.descends(old, orphan)).toBe(false);
      expect(await source.descends('0'.repeat(40), orphan)).toBe(false);
      expect(await source.descends('folder-abc', orphan)).toBe(false);
    });
  });

  test('S2: the former tip stays known after a force-push, so that the step can still be judged', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      const base = origin.commit([MUSTER]);
      const tip = origin.commit([MUSTER, file('a.md', 'a')]);
      await source.snapshot();
      origin.git(['update-ref', 'refs/heads/main', base]);
      await source.snapshot();
      const again = gitSource({ url: origin.folder, branch: 'main' }, { mirror: join(parent, 'mirror') });
      await again.snapshot();
      expect(await again.descends(base, tip)).toBe(true);
    });
  });
});

describe('S4: a repository that is not what it should be', () => {
  test('S4: an empty repository, a missing and a deleted branch, and no repository are trouble, never "nobody"', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      expect((await troubleFrom(source)).what).toBe('The repository is empty: it has no branch yet.');
      origin.commit([MUSTER]);
      const other = gitSource({ url: origin.folder, branch: 'release' }, { mirror: join(parent, 'mirror') });
      const trouble = await troubleFrom(other);
      expect(trouble.what).toBe('The repository has no such branch. It has main.');
      expect(trouble.next).toContain('source.git.branch');
      await source.snapshot();
      origin.commit([MUSTER], { branch: 'develop' });
      origin.git(['update-ref', '-d', 'refs/heads/main']);
      expect((await troubleFrom(source)).what).toBe('The repository has no such branch. It has develop.');
      const nowhere = gitSource({ url: join(parent, 'nowhere'), branch: 'main' }, { mirror: join(parent, 'mirror2') });
      expect((await troubleFrom(nowhere)).what).toBe('There is no Git repository at this address.');
    });
  });

  test.each<[string, readonly TreeItem[]]>([
    ['no muster.yaml', [folder('users', ANNA)]],
    ['muster.yaml in a folder', [folder('state', MUSTER), folder('users', ANNA)]],
    ['muster.yaml of another instance', [file('muster.yaml', 'format: 1\ninstance: other\n'), folder('users', ANNA)]],
    [
      'muster.yaml of another format',
      [file('muster.yaml', `format: 2\ninstance: ${INSTANCE}\n`), folder('users', ANNA)],
    ],
    ['an unreadable muster.yaml', [file('muster.yaml', 'format: 1\ninstance: "'), folder('users', ANNA)]],
    ['muster.yaml as a link', [{ mode: '120000', name: 'muster.yaml', content: 'other.yaml' }, folder('users', ANNA)]],
    ['an empty tree', []],
  ])('S4: %s: nothing counts', async (_name, items) => {
    await inWorld(async ({ origin, source }) => {
      origin.commit(items);
      const loaded = await read(source);
      expect(loaded.trusted).toBe(false);
      expect(loaded.diagnostics.filter((one) => one.holds === 'everything').map((one) => one.file)).toContain(
        'muster.yaml',
      );
    });
  });

  test('S4: with its own muster.yaml the repository counts', async () => {
    await inWorld(async ({ origin, source }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      const loaded = await read(source);
      expect(loaded.trusted).toBe(true);
      expect(loaded.files.map(({ entries }) => entries.map(({ key }) => key))).toEqual([['ajensen']]);
    });
  });
});

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

  test('S6: a pack with a flipped byte yields the right contents or trouble, never other contents', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      const { files } = await source.snapshot();
      const packs = join(parent, 'mirror', 'objects', 'pack');
      const pack = join(packs, readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '');
      const whole = readFileSync(pack);
      chmodSync(pack, 0o600);
      let troubles = 0;
      for (let position = 12; position < whole.length - 20; position += 23) {
        const damaged = Buffer.from(whole);
        damaged[position] = (damaged[position] ?? 0) ^ 0x10;
        writeFileSync(pack, damaged);
        const outcome = await all(source.texts(files)).catch((error: unknown) => error);
        if (outcome instanceof MusterError) troubles += 1;
        else
          expect(outcome).toMatchObject([
            { bytes: Buffer.from(MUSTER_YAML) },
            { bytes: Buffer.from(userYaml('ajensen')) },
          ]);
      }
      expect(troubles).toBeGreaterThan(0);
    });
  });
});

describe('a server that does not answer', () => {
  test('S1: a fetch that hangs ends at its deadline, and names server and step', async () => {
    await inFolder(async (parent) => {
      const server = createServer(() => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      try {
        const options = { mirror: join(parent, 'mirror'), fetchDeadlineMs: 400 };
        const trouble = await troubleFrom(
          gitSource({ url: `https://127.0.0.1:${port}/x.git`, branch: 'main' }, options),
        );
        expect(trouble.remedy).toBe('retry');
        expect(trouble.where).toContain(`https://127.0.0.1:${port}/x.git, branch main, fetching`);
        expect(trouble.what).toBe('The server did not deliver in time.');
      } finally {
        server.close();
      }
    });
  });

  test('S1: a server that refuses is trouble to try again, and the last state stays readable', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      const { files } = await source.snapshot();
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      await new Promise((resolve) => server.close(resolve));
      const gone = gitSource(
        { url: `https://127.0.0.1:${port}/x.git`, branch: 'main' },
        { mirror: join(parent, 'mirror') },
      );
      const trouble = await troubleFrom(gone);
      expect(trouble.remedy).toBe('retry');
      expect(trouble.what).toBe('The server cannot be reached.');
      expect(await all(source.texts(files))).toHaveLength(2);
    });
  });

  test('a lock left by a killed Git does not stand in the way for ever', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER]);
      await source.snapshot();
      const newest = origin.commit([MUSTER, folder('users', ANNA)]);
      writeFileSync(join(parent, 'mirror', 'refs', 'muster', 'source.lock'), '');
      expect((await source.snapshot()).revision).toBe(newest);
    });
  });
});

function treeId(origin: Repository, items: readonly TreeItem[]): string {
  const commit = origin.commit(items, { branch: 'scratch', parent: null });
  return origin.git(['rev-parse', `${commit}^{tree}`]);
}
