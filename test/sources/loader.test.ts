/** Loading: what is new is read, what is not is remembered, and a file cut short takes nothing away and gives nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TypedEntry } from '../../src/model/loaded.ts';
import type { BlobCache } from '../../src/sources/blob-cache.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';
import { kindAt } from '../../src/sources/places.ts';
import {
  diagnosticsOf,
  type Files,
  INSTANCE,
  inFolder,
  loadFiles,
  MUSTER_YAML,
  memoryCache,
  writeFiles,
} from './loading.ts';
import { userYaml } from './real-git.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'desired-state');
const BLOCKS = '- user: ajensen\n  reason: Left\n  from: 2026-03-01\n';

async function loadWith(
  folder: string,
  blobs: BlobCache,
  goodText = (_path: string): Promise<string | null> => Promise.resolve(null),
) {
  return await load({ source: folderSource(folder), blobs, goodText, instance: INSTANCE });
}

function example(): Files {
  const paths = readdirSync(EXAMPLE, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  return Object.fromEntries(
    paths.map((item) => {
      const path = join(item.parentPath, item.name).slice(EXAMPLE.length + 1);
      return [path, readFileSync(join(EXAMPLE, path), 'utf8')];
    }),
  );
}

describe('the example repository', () => {
  test('is without a mistake and has every kind of entry but confirmations of tasks', async () => {
    const loaded = await loadWith(EXAMPLE, memoryCache());
    expect(diagnosticsOf(loaded)).toEqual([]);
    expect(loaded.trusted).toBe(true);
    const kinds = new Set(loaded.files.flatMap(({ entries }) => entries.map(({ kind }) => kind)));
    const blocks = ['blocked-institution', 'blocked-user', 'mail-block'];
    expect([...kinds].sort()).toEqual([...blocks, 'institution', 'server', 'user'].sort());
  });

  test('each entry knows its line', async () => {
    const files = example();
    for (const { path, entries } of (await loadFiles(files)).files) {
      const lines = String(files[path]).split('\n');
      for (const { line } of entries) expect(lines[line - 1]).toMatch(/^(- )?(username|id|user|institution): /);
    }
  });
});

describe('the cache', () => {
  test('a second load reads nothing anew and says the same', async () => {
    await inFolder(async (folder) => {
      const wrong = { 'users/b.yaml': userYaml('b').replace('active', 'Closed'), 'mail-blocks.yaml': 'user: a\n' };
      await writeFiles(folder, { ...example(), ...wrong });
      const cache = memoryCache();
      const first = await loadWith(folder, cache);
      const put = cache.keys.length;
      expect(put).toBe(new Set(cache.keys.map(({ blob, kind }) => kind + blob)).size);
      const second = await loadWith(folder, cache);
      expect(cache.keys).toHaveLength(put);
      expect(second).toEqual(first);
      expect(diagnosticsOf(second).length).toBeGreaterThan(1);
    });
  });

  test('only what changed is read', async () => {
    await inFolder(async (folder) => {
      await writeFiles(folder, example());
      const cache = memoryCache();
      await loadWith(folder, cache);
      const put = cache.keys.length;
      await writeFiles(folder, { 'users/northlake/new.yaml': userYaml('new') });
      const loaded = await loadWith(folder, cache);
      expect(cache.keys).toHaveLength(put + 1);
      expect(loaded.files.flatMap(({ entries }) => entries.map(({ key }) => key))).toContain('new');
    });
  });

  test('one content in several files is read once, and each file has its own diagnostics', async () => {
    await inFolder(async (folder) => {
      const text = userYaml('a').replace('active', 'Closed');
      await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': text, 'users/b.yaml': text });
      const cache = memoryCache();
      const loaded = await loadWith(folder, cache);
      expect(cache.keys).toHaveLength(1);
      expect(diagnosticsOf(loaded).map(({ file }) => file)).toEqual(['users/a.yaml', 'users/b.yaml']);
    });
  });

  test('one content is another thing in another place', async () => {
    const loaded = await loadFiles({
      'blocked-users.yaml': BLOCKS,
      'mail-blocks.yaml': BLOCKS,
      'blocked-institutions.yaml': BLOCKS,
    });
    expect(loaded.files.map(({ kind, entries }) => [kind, entries.length])).toEqual([
      ['blocked-institution', 0],
      ['blocked-user', 1],
      ['mail-block', 1],
    ]);
  });

  test('the order of files in the folder does not matter', async () => {
    const files = example();
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect(await loadFiles(reversed)).toEqual(await loadFiles(files));
  });
});

describe('one mistake holds no more than it must', () => {
  test('Y6: a syntax error holds its file, any other error its entry, and the rest go on', async () => {
    const loaded = await loadFiles({
      'users/a.yaml': userYaml('a'),
      'users/b.yaml': userYaml('b').replace('state: ', 'state:'),
      'blocked-users.yaml': `${BLOCKS}- user: bholm\n  reason: Left\n  from: 2026-13-01\n- user: cholm\n  reason: Left\n  from: 2026-03-01\n`,
    });
    expect(loaded.files.map(({ unreadable }) => unreadable)).toEqual([false, false, true]);
    expect(loaded.files[0]?.entries.map(({ key }) => key)).toEqual(['ajensen@2026-03-01', 'cholm@2026-03-01']);
    expect(loaded.files[0]?.broken).toEqual([{ kind: 'blocked-user', key: null, line: 4 }]);
    expect(diagnosticsOf(loaded).map(({ file, line, holds }) => [file, line, holds])).toEqual([
      ['blocked-users.yaml', 6, 'entry'],
      ['users/b.yaml', 6, 'file'],
    ]);
  });

  test('a broken entry keeps its key where that can be read', async () => {
    const loaded = await loadFiles({ 'users/a.yaml': userYaml('AJensen').replace('active', 'Closed') });
    expect(loaded.files[0]?.broken).toMatchObject([{ kind: 'user', key: 'ajensen', line: 1 }]);
  });

  test('`none` is told from nothing', async () => {
    const loaded = await loadFiles({ 'users/a.yaml': userYaml('a', 'ends: none\n'), 'users/b.yaml': userYaml('b') });
    expect(loaded.files.flatMap(({ entries }) => entries.map(({ none }) => none))).toEqual([['ends'], []]);
  });
});

describe('Y1: a file that was cut off', () => {
  const files = example();
  const paths = Object.keys(files).filter((path) => kindAt(path) !== null);

  test.each(paths)(
    'Y1: no beginning of %s says anything else than the whole',
    async (path) => {
      const good = Buffer.from(String(files[path]));
      await inFolder(async (folder) => {
        await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, [path]: good });
        const whole = await loadWith(folder, memoryCache());
        const documents = new Map(whole.files.flatMap(({ entries }) => entries.map((entry) => [entry.key, entry])));
        for (let length = 0; length < good.length; length++) {
          await writeFiles(folder, { [path]: good.subarray(0, length) });
          const loaded = await loadWith(folder, memoryCache(), () => Promise.resolve(good.toString()));
          for (const entry of loaded.files.flatMap(({ entries }) => entries))
            expectPart(entry, documents.get(entry.key));
          // Cut within a line: the whole file is held, whatever the beginning of that line may say.
          const within = length > 0 && good[length - 1] !== 0x0a && good[length] !== 0x0a;
          if (within) expect(loaded.files[0]?.unreadable, good.subarray(0, length).toString()).toBe(true);
        }
      });
    },
    60_000,
  );

  /** A part of the whole may lack optional fields (which are held for that by the model) and later contacts, and nothing else. */
  function expectPart(entry: TypedEntry, whole: TypedEntry | undefined): void {
    const optional = new Set(['starts', 'ends', 'until', 'lifted', 'partOf', 'purpose', 'contact', 'cancelled']);
    expect(whole).toBeDefined();
    for (const [field, value] of Object.entries(entry.document)) {
      const wanted: unknown = Object.entries(whole?.document ?? {}).find(([name]) => name === field)?.[1];
      const fewer =
        Array.isArray(value) && Array.isArray(wanted) && wanted.slice(0, value.length).join() === value.join();
      if (field === 'steps') {
        const days = Object.entries(value as Record<string, string | null>).filter(([, day]) => day !== null);
        expect(wanted).toMatchObject(Object.fromEntries(days));
      } else if (!fewer && (value !== null || !optional.has(field)))
        expect([entry.key, field, value]).toEqual([entry.key, field, wanted]);
    }
  }

  test('Y1: every beginning of muster.yaml leaves the repository ours or makes it nobody’s', async () => {
    await inFolder(async (folder) => {
      for (let length = 0; length < MUSTER_YAML.length - 1; length++) {
        await writeFiles(folder, { 'muster.yaml': MUSTER_YAML.slice(0, length) });
        expect((await loadWith(folder, memoryCache())).trusted).toBe(false);
      }
    });
  });

  test('also when the cut-off content is known to the cache', async () => {
    await inFolder(async (folder) => {
      const cut = userYaml('ajensen', 'ends: 2027-12-31\n').slice(0, -2).replace('+45 20 12 34 56', '+45 20 12 34 56');
      const cache = memoryCache();
      const text = userYaml('ajensen')
        .replace(/^phone.*\n/m, '')
        .concat('phone: +358 40 1234567\n');
      await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': text.slice(0, -4) });
      expect((await loadWith(folder, cache)).files[0]?.entries[0]?.document).toMatchObject({ phone: '+358401234' });
      const later = await loadWith(folder, cache, () => Promise.resolve(text));
      expect(later.files[0]).toMatchObject({ unreadable: true, entries: [] });
      expect(later.files[0]?.diagnostics[0]).toMatchObject({ line: 6, fix: 'phone: +358 40 1234567', holds: 'file' });
      expect(cut).not.toBe(text);
    });
  });

  test('a file that ends without a newline for good is not held for that', async () => {
    await inFolder(async (folder) => {
      const text = userYaml('ajensen').trimEnd();
      await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': text.replace('active', 'closed') });
      const loaded = await loadWith(folder, memoryCache(), () => Promise.resolve(text));
      expect(loaded.files[0]?.entries[0]?.document).toMatchObject({ state: 'closed' });
    });
  });

  test('the last newline alone is nothing that was cut off', async () => {
    await inFolder(async (folder) => {
      await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, 'users/a.yaml': userYaml('ajensen').trimEnd() });
      const loaded = await loadWith(folder, memoryCache(), () => Promise.resolve(userYaml('ajensen')));
      expect(loaded.files[0]?.entries).toHaveLength(1);
    });
  });
});

describe('places', () => {
  test.each([
    ['README.md', null],
    ['docs/notes.txt', null],
    ['.gitlab-ci.yml', null],
    ['.github/workflows/check.yaml', null],
    ['users/README.md', null],
    ['users/.gitkeep', null],
    ['mailboxes/x.yaml', 'warning'],
    ['notes.yaml', 'warning'],
    ['users/x.yml', 'error'],
    ['users/x.YAML', 'error'],
    ['users/x.yaml.txt', 'error'],
    ['users/x.txt', 'warning'],
    ['users/.x/y.yaml', 'error'],
    ['user/x.yaml', 'error'],
    ['USERS/x.yaml', 'error'],
    ['institution/x.yml', 'error'],
    ['blocked-users.yml', 'error'],
    ['blocked-institution.yaml', 'error'],
    ['Blocked-Users.yaml', 'error'],
    ['mailblocks.yaml', 'error'],
    ['muster.yml', 'error'],
  ])('%s: %s', async (path, severity) => {
    const told = diagnosticsOf(await loadFiles({ [path]: userYaml('x') }));
    expect(told.map((diagnostic) => [diagnostic.file, diagnostic.severity])).toEqual(
      severity === null ? [] : [[path, severity]],
    );
  });
});

test('S4: a renamed folder is one mistake, said in a few lines, and none of its people counts as read', async () => {
  const people = Array.from({ length: 40 }, (_, index) => [`people/u${index}.yaml`, userYaml(`u${index}`)] as const);
  const loaded = await loadFiles(Object.fromEntries(people));
  expect(loaded.files).toEqual([]);
  expect(loaded.trusted).toBe(true);
  const told = diagnosticsOf(loaded);
  expect(told).toHaveLength(6);
  expect(told.map(({ message }) => message)).toContain(
    '35 more files under `people/` are not read, for reasons like those above.',
  );
});

test('timers get their turn while many files are read', async () => {
  await inFolder(async (folder) => {
    const people = Array.from(
      { length: 1_500 },
      (_, index) => [`users/u${index}.yaml`, userYaml(`u${index}`)] as const,
    );
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, ...Object.fromEntries(people) });
    const source = folderSource(folder);
    const snapshot = await source.snapshot();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const loaded = await load({
      source: { ...source, snapshot: () => Promise.resolve(snapshot) },
      blobs: memoryCache(),
      goodText: () => Promise.resolve(null),
      instance: INSTANCE,
    });
    clearInterval(timer);
    expect(loaded.files).toHaveLength(1_500);
    expect(turns).toBeGreaterThan(3);
  });
});
