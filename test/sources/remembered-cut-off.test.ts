/** Y1 where files are taken from the memory: whether a file was cut off is found as if all of them had been read, however long ago that was. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Resolution, resolve } from '../../src/model/validate.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { type Load, load, loaderOf } from '../../src/sources/loader.ts';
import { DAY_MS, NOON } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { withRaw } from '../store/raw-database.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';
import { diagnosticsOf, INSTANCE, inFolder, MUSTER_YAML, memoryCache, writeFiles } from './loading.ts';

const NORTHLAKE = 'id: northlake\nname: Northlake University\ncontacts: [it@northlake.example.org]\n';

/** The e-mail address is the last line, so that a part of it may be an address of somebody else. */
function person(username: string): string {
  return `- username: ${username}
  name: { given: Anna, family: Jensen }
  institution: northlake
  state: active
  phone: +45 20 12 34 56
  email: ${username}@northlake.example.org
`;
}

/** Her file, and a part of it that is as well formed. */
const ANNA = person('anna');
const ANNA_CUT = ANNA.slice(0, -'.org\n'.length);
const PATH = 'users/anna.yaml';

interface World {
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** As a review does: what is read is kept, and nothing is taken in. */
  look(): Promise<void>;
  /** A pass of a process of its own. */
  pass(): Promise<Resolution>;
  /** A pass of a process that stays. */
  passOfOneThatStays(): Promise<Resolution>;
  wait(days: number): void;
  /** As when the database lost its cache. */
  loseTexts(): void;
}

async function inWorld(use: (world: World) => Promise<void>): Promise<void> {
  let now = NOON;
  const place = sqliteWorld.newPlace();
  const store = await openFor(sqliteWorld, place, () => now);
  await inFolder(async (folder) => {
    const { blobs, memory } = store;
    const options = { source: folderSource(folder), blobs, goodText: blobs.goodText, instance: INSTANCE };
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, 'institutions/northlake.yaml': NORTHLAKE });
    const pass = async (loader: Load) => {
      const remembered = await memory.entries();
      const loaded = await loader(undefined, remembered);
      const resolution = resolve(loaded, remembered, { timeZone: 'Europe/Copenhagen', operatorBlocks: [], at: now });
      await memory.remember({ ...resolution.remember, revision: loaded.revision, at: now });
      return resolution;
    };
    const staying = loaderOf({ ...options, resident: true });
    await use({
      write: (path, text) => writeFiles(folder, { [path]: text }),
      remove: (path) => rm(join(folder, path)),
      look: async () => {
        await load(options);
      },
      pass: () => pass(loaderOf(options)),
      passOfOneThatStays: () => pass(staying),
      wait: (days) => {
        now += days * DAY_MS;
      },
      loseTexts: () => withRaw(place, (raw) => raw.exec('delete from parsedBlobs; delete from blobTexts')),
    });
  });
}

function expectHeld({ model, diagnostics }: Resolution): void {
  expect(model.users.get('anna')).toMatchObject({
    condition: 'held',
    document: { email: 'anna@northlake.example.org' },
  });
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  expect(mistakes).toEqual([
    expect.objectContaining({ file: PATH, message: expect.stringContaining('This file seems to be cut off') }),
  ]);
}

describe('Y1: a file that was cut off', () => {
  test('Y1: after its entry was taken from the memory', async () => {
    await inWorld(async ({ write, pass }) => {
      await write(PATH, ANNA);
      await pass();
      await pass();
      await write(PATH, ANNA_CUT);
      expectHeld(await pass());
    });
  });

  test('Y1: merged long after it was reviewed, while other contents are tidied away', async () => {
    await inWorld(async ({ write, remove, look, pass, wait }) => {
      await write('users/zoe.yaml', person('zoe'));
      await pass();
      await write(PATH, ANNA);
      await look();
      await remove(PATH);
      wait(35);
      await write(PATH, ANNA);
      await write('users/bo.yaml', person('bo'));
      await pass();
      wait(1);
      await write(PATH, ANNA_CUT);
      expectHeld(await pass());
    });
  });

  test('Y1: a file that had somebody else in it for months', async () => {
    await inWorld(async ({ write, pass, wait }) => {
      await write(PATH, ANNA);
      await pass();
      await write(PATH, ANNA + person('bo'));
      await pass();
      for (const name of ['carl', 'dora', 'emil']) {
        wait(20);
        await write('users/other.yaml', person(name));
        await pass();
      }
      await write(PATH, ANNA);
      await pass();
      await write(PATH, ANNA_CUT);
      expectHeld(await pass());
    });
  });

  test('Y1: back to a content without a last newline, which was good when it was all there was', async () => {
    await inWorld(async ({ write, pass }) => {
      await write(PATH, ANNA.trimEnd());
      expect((await pass()).model.users.get('anna')?.condition).toBe('declared');
      await write(PATH, ANNA + person('bo'));
      await pass();
      await write(PATH, ANNA.trimEnd());
      expectHeld(await pass());
    });
  });

  test('Y1: told in the same words by a process that stays, however long it is held', async () => {
    await inWorld(async ({ write, passOfOneThatStays, wait }) => {
      await write(PATH, ANNA);
      await passOfOneThatStays();
      await write(PATH, ANNA_CUT);
      for (const name of ['carl', 'dora', 'emil']) {
        expectHeld(await passOfOneThatStays());
        wait(20);
        await write('users/other.yaml', person(name));
      }
      expectHeld(await passOfOneThatStays());
    });
  });
});

test('a file without a last newline that is as it was is not held for it, although its text is lost', async () => {
  await inWorld(async ({ write, pass, loseTexts }) => {
    await write(PATH, ANNA.trimEnd());
    await pass();
    loseTexts();
    const { model, diagnostics } = await pass();
    expect(model.users.get('anna')?.condition).toBe('declared');
    expect(diagnostics).toEqual([]);
  });
});

test('Y1: a file without a last newline is held where it is lost what it said before', async () => {
  await inFolder(async (folder) => {
    const lost = () => Promise.resolve(undefined);
    const loadLost = () =>
      load({ source: folderSource(folder), blobs: memoryCache(), goodText: lost, instance: INSTANCE });
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, [PATH]: ANNA.trimEnd() });
    const loaded = await loadLost();
    expect(loaded.files[0]).toMatchObject({ unreadable: true, entries: [] });
    expect(diagnosticsOf(loaded)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('nobody can tell whether it was cut off') }),
    ]);
    await writeFiles(folder, { [PATH]: ANNA });
    expect(diagnosticsOf(await loadLost())).toEqual([]);
  });
});

test('an entry in a content that says the same in other words is remembered with the name of that content', async () => {
  await inWorld(async ({ write, pass }) => {
    await write(PATH, ANNA);
    const [first] = (await pass()).remember.entries.filter(({ key }) => key === 'anna');
    await write(PATH, `${ANNA}# Came in spring.\n`);
    const [second, ...others] = (await pass()).remember.entries;
    expect(others).toEqual([]);
    expect(second).toMatchObject({ key: 'anna', document: first?.document });
    expect(second?.soleContent).not.toBe(first?.soleContent);
    expect((await pass()).remember.entries).toEqual([]);
  });
});
