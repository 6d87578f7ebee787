/** A Git repository as a source, against real repositories: what is read, what is refused, and what a server's silence comes to. */
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitSource } from '../../src/sources/git.ts';
import { readCache } from '../../src/sources/read-cache.ts';
import { ANNA, inWorld, MUSTER, read, troubleFrom } from './git-world.ts';
import { all, INSTANCE, inFolder, MUSTER_YAML } from './loading.ts';
import { file, folder, type TreeItem, userYaml } from './real-git.ts';

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

  test('a lock left by a killed Git does not stand in the way for ever, and a fresh one is left to whom it belongs', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER]);
      await source.snapshot();
      const newest = origin.commit([MUSTER, folder('users', ANNA)]);
      const lock = join(parent, 'mirror', 'refs', 'muster', 'source.lock');
      writeFileSync(lock, '');
      expect(await troubleFrom(source)).toMatchObject({
        remedy: 'retry',
        what: expect.stringContaining('Another process is fetching'),
      });
      expect(existsSync(lock)).toBe(true);

      const longAgo = new Date(Date.now() - 10 * 60_000);
      utimesSync(lock, longAgo, longAgo);
      expect((await source.snapshot()).revision).toBe(newest);
    });
  });

  test('a lock that another process holds for a moment is waited for', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER]);
      await source.snapshot();
      const newest = origin.commit([MUSTER, folder('users', ANNA)]);
      const lock = join(parent, 'mirror', 'refs', 'muster', 'source.lock');
      writeFileSync(lock, '');
      const reading = source.snapshot();
      setTimeout(() => rmSync(lock), 300);
      expect((await reading).revision).toBe(newest);
    });
  });
});

describe('a mirror', () => {
  test.each([
    ['below a file', (home: string) => join(home, 'notes.txt', 'mirror'), 'ENOTDIR'],
    ['that is a file', (home: string) => join(home, 'notes.txt'), 'ENOTDIR'],
    ['where the parent of it says that it is not there', () => '/proc/muster-site/mirror', 'ENOENT'],
  ])('%s can’t be prepared, and is named', async (_where, placeIn, code) => {
    await inWorld(async ({ origin, folder: home }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      writeFileSync(join(home, 'notes.txt'), 'mine');
      const mirror = placeIn(home);
      const { what, remedy } = await troubleFrom(gitSource({ url: origin.folder, branch: 'main' }, { mirror }));
      expect([remedy, what]).toEqual([
        'person',
        expect.stringContaining(`The mirror folder ${mirror} cannot be prepared: ${code}`),
      ]);
    });
  });
});

test.each(['/proc/muster-site/below', '/dev/null/below'])(
  'what was read can’t be kept below %s, and that costs nothing but reading again',
  async (git) => {
    const key = { blob: 'a'.repeat(40), kind: 'user@1' };
    const { blobs, save } = readCache(git);
    await blobs.put([{ ...key, typed: '{}', text: '' }]);
    expect(await save()).toBeUndefined();
    expect(await readCache(git).blobs.get(key.kind, [key.blob])).toEqual(new Map());
  },
);
