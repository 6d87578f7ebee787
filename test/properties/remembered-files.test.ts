/** A file that is taken from the memory says what it says when it is read, over random histories of a folder and a real database. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolve } from '../../src/model/validate.ts';
import type { BlobCache } from '../../src/sources/blob-cache.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';
import { openFor } from '../contracts/store-world.ts';
import { INSTANCE, inFolder, MUSTER_YAML } from '../sources/loading.ts';
import { userYaml } from '../sources/real-git.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';

const RUNS = 60;
const STEPS = 8;

const institutionYaml = 'id: northlake\nname: Northlake University\ncontacts: [it@northlake.example.org]\n';

function listed(name: string): string {
  return `- ${userYaml(name).trimEnd().replaceAll('\n', '\n  ')}\n`;
}

/** Ways to say who somebody is, some of which nothing but reading the file can tell. */
const WRITTEN: readonly ((name: string) => string)[] = [
  (name) => userYaml(name),
  (name) => userYaml(name, 'ends: 2031-01-31\n'),
  (name) => userYaml(name, 'ends: none\n'),
  (name) => `# Came in spring.\n\n${userYaml(name)}`,
  (name) => userYaml(name.toUpperCase()),
  (name) => userYaml(name).trimEnd(),
  (name) => userYaml(name).replace('northlake', 'nowhere'),
  (name) => userYaml(name).replace('state: active', 'state: closed'),
  (name) => userYaml(name).replace('active', 'activ'),
  (name) => `${userYaml(name)}---\n${userYaml('dora')}`,
  (name) => listed(name) + listed('emil'),
  (name) => `${listed(name)}- username: ${name}2\n  name: { given: Anna }\n`,
  (name) => `username: ${name}\n  : [`,
  () => '',
];

const PATHS = ['users/1.yaml', 'users/2.yaml', 'users/north/3.yaml', 'users/north/4.yaml'];

const anyStep = fc.record({
  path: fc.constantFrom(...PATHS),
  /** Null: the file goes. */
  text: fc.option(
    fc
      .tuple(fc.constantFrom('anna', 'bo', 'carl'), fc.constantFrom(...WRITTEN))
      .map(([name, written]) => written(name)),
    { freq: 6 },
  ),
  /** The memory takes it in. */
  kept: fc.constantFrom(true, true, true, false),
});

test('the same files of the same folder, whatever was remembered of them', async () => {
  let taken = 0;
  const at = Date.parse('2026-06-10T12:00:00Z');
  const history = fc.array(anyStep, { minLength: STEPS, maxLength: STEPS });
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const store = await openFor(sqliteWorld);
      await store.lease.acquire('a test');
      await inFolder(async (folder) => {
        const put = async (path: string, text: string) => {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), text);
        };
        await put('muster.yaml', MUSTER_YAML);
        await put('institutions/northlake.yaml', institutionYaml);
        const asked = { count: 0 };
        const blobs = counting(store.blobs, asked);
        const { goodText } = store.blobs;
        const options = { source: folderSource(folder), blobs, goodText, instance: INSTANCE };
        for (const { path, text, kept } of steps) {
          if (text === null) await rm(join(folder, path), { force: true });
          else await put(path, text);
          const remembered = await store.memory.entries();
          const before = asked.count;
          const loaded = await load(options, remembered);
          taken += loaded.files.length - (asked.count - before);
          expect(loaded).toEqual(await load(options));
          const { remember } = resolve(loaded, remembered, { timeZone: 'Europe/Copenhagen', operatorBlocks: [], at });
          if (kept) await store.memory.remember({ ...remember, revision: loaded.revision, at });
        }
      });
      await store.close();
    }),
    { numRuns: RUNS },
  );
  // Where nothing were ever taken, nothing would have been compared.
  expect(taken).toBeGreaterThan(RUNS * STEPS);
});

function counting(blobs: BlobCache, asked: { count: number }): BlobCache {
  return {
    ...blobs,
    get: (kind, ids) => {
      asked.count += ids.length;
      return blobs.get(kind, ids);
    },
  };
}
