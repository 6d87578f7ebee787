/** A process that loads again and again: what did not change is the very same object, and a short way gives what the long way gives. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../../src/model/loaded.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { gitSource } from '../../src/sources/git.ts';
import { loaderOf } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { ANNA, inWorld, MUSTER } from './git-world.ts';
import { INSTANCE, inFolder, MUSTER_YAML, memoryCache, writeFiles } from './loading.ts';
import { file, folder, type TreeItem, userYaml } from './real-git.ts';

function residentLoader(source: Source, good: Readonly<Record<string, string>> = {}): () => Promise<Loaded> {
  const goodText = (path: string) => Promise.resolve(good[path] ?? null);
  return loaderOf({ source, blobs: memoryCache(), goodText, instance: INSTANCE, resident: true });
}

function onceLoaded(source: Source): Promise<Loaded> {
  const goodText = () => Promise.resolve(null);
  return loaderOf({ source, blobs: memoryCache(), goodText, instance: INSTANCE })();
}

function fileAt(loaded: Loaded, path: string) {
  return loaded.files.find((one) => one.path === path);
}

describe('a resident loader', () => {
  test('gives the very same object while nothing changes', async () => {
    await inWorld(async ({ origin, source, folder: parent }) => {
      origin.commit([MUSTER, folder('users', ANNA)]);
      const resident = gitSource(
        { url: origin.folder, branch: 'main' },
        { mirror: join(parent, 'resident'), resident: true },
      );
      const load = residentLoader(resident);
      const first = await load();
      expect(await load()).toBe(first);
      expect(await resident.snapshot()).toBe(await resident.snapshot());
      expect(first).toEqual(await onceLoaded(source));
    });
  });

  test('gives the same files for what did not change, and new ones for what did', async () => {
    await inFolder(async (path) => {
      const files = { 'users/a.yaml': userYaml('a'), 'users/b.yaml': userYaml('b'), 'users/c.yaml': 'c: [\n' };
      await writeFiles(path, { 'muster.yaml': MUSTER_YAML, ...files });
      const load = residentLoader(folderSource(path));
      const first = await load();
      await writeFiles(path, { 'users/b.yaml': userYaml('b').replace('active', 'closed') });
      const second = await load();
      expect(fileAt(second, 'users/a.yaml')).toBe(fileAt(first, 'users/a.yaml'));
      expect(fileAt(second, 'users/c.yaml')).toBe(fileAt(first, 'users/c.yaml'));
      expect(fileAt(second, 'users/b.yaml')).not.toBe(fileAt(first, 'users/b.yaml'));
      expect(second).toEqual(await onceLoaded(folderSource(path)));
    });
  });

  test('looks again at a file without a last newline, for its last good version may be another by now', async () => {
    await inFolder(async (path) => {
      const whole = userYaml('ajensen', 'ends: 2027-12-31\n');
      const cut = userYaml('ajensen').trimEnd();
      await writeFiles(path, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': cut, 'users/b.yaml': userYaml('b') });
      const good: Record<string, string> = {};
      const load = residentLoader(folderSource(path), good);
      const first = await load();
      const second = await load();
      expect(second).toEqual(first);
      expect(fileAt(second, 'users/a.yaml')).toBe(fileAt(first, 'users/a.yaml'));
      good['users/a.yaml'] = whole;
      const third = await load();
      expect(fileAt(third, 'users/a.yaml')).toMatchObject({ unreadable: true, entries: [] });
      expect(fileAt(third, 'users/b.yaml')).toBe(fileAt(first, 'users/b.yaml'));
    });
  });

  test('notices what is no file of entries, too', async () => {
    await inFolder(async (path) => {
      await writeFiles(path, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': userYaml('a') });
      const load = residentLoader(folderSource(path));
      expect((await load()).diagnostics).toEqual([]);
      await writeFiles(path, { 'users/A.txt': 'x', 'users/-b.yaml': 'x' });
      const told = (await load()).diagnostics.map((one) => one.file);
      expect(told).toEqual(['users/A.txt']);
      expect((await load()).files.map((one) => [one.path, one.unreadable])).toEqual([
        ['users/-b.yaml', true],
        ['users/a.yaml', false],
      ]);
    });
  });
});

test('a resident Git source lists what was added, changed and taken out since', async () => {
  await inWorld(async ({ origin, source, folder: parent }) => {
    const address = { url: origin.folder, branch: 'main' };
    const resident = gitSource(address, { mirror: join(parent, 'resident'), resident: true });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => file(`${name}.yaml`, userYaml(name)));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three files');
    for (const people of [[a, b], [b, c], [a, file('c.yaml', userYaml('c', 'ends: none\n'))], [c]]) {
      origin.commit([MUSTER, folder('users', ...people)]);
      expect((await resident.snapshot()).files).toEqual((await source.snapshot()).files);
    }
  });
});

/** Names that are fit, that are twins of each other by case or Unicode form, and that are not fit. */
const NAMES = [
  'a.yaml',
  'b.yaml',
  'A.yaml',
  'B.yaml',
  'caf\u00e9.yaml',
  'cafe\u0301.yaml',
  'CAF\u00c9.yaml',
  '-x.yaml',
  ' y.yaml',
  'line\nbreak.yaml',
  'bidi\u202e.yaml',
  '.hidden.yaml',
  'README.md',
  'a@b.yaml',
  'a',
  'z_1.yaml',
] as const;
const CONTENTS = [userYaml('a'), userYaml('b'), 'a: [\n', ''];

/** One entry under a name: a file of either mode, a link, a submodule, or a folder with a file or two in it. */
const item = fc.oneof(
  fc.record({ mode: fc.constantFrom('100644', '100644', '100755', '120000'), content: fc.constantFrom(...CONTENTS) }),
  fc.record({ mode: fc.constant('160000'), content: fc.constant({ commit: 'a'.repeat(40) }) }),
  fc.record({
    mode: fc.constant('40000'),
    content: fc.constantFrom<readonly TreeItem[]>(
      [file('a.yaml', 'x\n')],
      [file('a.yaml', 'y\n'), file('A.yaml', 'x\n')],
    ),
  }),
);
const tree = fc.dictionary(fc.constantFrom(...NAMES), item, { minKeys: 1, maxKeys: 10 });

function itemsOf(entries: Readonly<Record<string, Omit<TreeItem, 'name'>>>): readonly TreeItem[] {
  return Object.entries(entries).map(([name, entry]) => ({ ...entry, name }));
}

test('the listing of what changed comes to what a whole listing says, whatever changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(tree, fc.boolean()), { minLength: 2, maxLength: 4 }), async (steps) => {
      await inWorld(async ({ origin, source, folder: parent }) => {
        const address = { url: origin.folder, branch: 'main' };
        const resident = gitSource(address, { mirror: join(parent, 'resident'), resident: true });
        for (const [entries, rewrites] of steps) {
          const items = itemsOf(entries);
          const parentOption = rewrites ? { parent: null } : {};
          origin.commit([MUSTER, folder('users', ...items), ...items], parentOption);
          expect(await resident.snapshot()).toEqual(await source.snapshot());
        }
      });
    }),
    { numRuns: 12 },
  );
}, 120_000);
