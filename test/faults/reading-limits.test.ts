/** Limits of time and memory for one file: who exceeds them is told, and nobody else notices. */
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../../src/model/loaded.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';
import { READING_LIMITS, type ReadingLimits, ReadingPool } from '../../src/sources/reading-pool.ts';
import {
  diagnosticsOf,
  type Files,
  INSTANCE,
  inFolder,
  MUSTER_YAML,
  memoryCache,
  writeFiles,
} from '../sources/loading.ts';
import { userYaml } from '../sources/real-git.ts';

const PATIENCE_MS = 300_000;
const SMALL_COUNT = 300;
/** A good file as large as the reader takes one: some two thousand people. */
const LARGE = Array.from(
  { length: 2_000 },
  (_, index) => `- ${userYaml(`large${index}`).trimEnd().replaceAll('\n', '\n  ')}\n`,
).join('');

/** Within every limit of size, and the dearest mistake there is: half a second, where a small file takes a thousandth. */
const SLOW = 'a: {b\n'.repeat(19_900);
const SHORT: ReadingLimits = { fileMs: 50, heapMb: READING_LIMITS.heapMb };
/** Enough for the program and small files, not for what a large one is taken apart into. */
const NARROW: ReadingLimits = { fileMs: 60_000, heapMb: 28 };

/** Three hundred small files around the large one, so that it shares its batch with many. */
function among(large: string): Files {
  const small = Array.from({ length: SMALL_COUNT }, (_, index) => [`users/u${index}.yaml`, userYaml(`u${index}`)]);
  return { 'users/large.yaml': large, ...Object.fromEntries(small) };
}

async function loadWithin(readingLimits: ReadingLimits, files: Files, blobs = memoryCache()): Promise<Loaded> {
  return await inFolder(async (folder) => {
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, ...files });
    const goodText = () => Promise.resolve(null);
    return await load({ source: folderSource(folder), blobs, goodText, instance: INSTANCE, readingLimits });
  });
}

function expectOnlyLargeHeld(loaded: Loaded, words: string): void {
  const { files } = loaded;
  const large = files.find(({ path }) => path === 'users/large.yaml');
  expect(large).toMatchObject({ unreadable: true, entries: [], broken: [] });
  expect(diagnosticsOf(loaded)).toEqual([
    { severity: 'error', file: 'users/large.yaml', line: 1, column: 1, message: words, holds: 'file' },
  ]);
  expect(files.filter((file) => file !== large).map(({ entries }) => entries.length)).toEqual(
    Array.from({ length: SMALL_COUNT }, () => 1),
  );
}

describe('Y2: limits for one file', () => {
  test(
    'Y2: a file that takes too long is held and told, and all others are read',
    async () => {
      const loaded = await loadWithin(SHORT, among(SLOW));
      expectOnlyLargeHeld(loaded, 'This file takes too long to read. Split it into several files.');
    },
    PATIENCE_MS,
  );

  test(
    'Y2: a file that needs too much memory is held and told, and all others are read',
    async () => {
      const loaded = await loadWithin(NARROW, among(LARGE));
      expectOnlyLargeHeld(loaded, 'This file needs too much memory to be read. Split it into several files.');
    },
    PATIENCE_MS,
  );

  test(
    'Y2: such a file is not remembered as unreadable: with more time it is read',
    async () => {
      const cache = memoryCache();
      const files = { 'users/large.yaml': LARGE };
      expect(diagnosticsOf(await loadWithin({ ...SHORT, fileMs: 3 }, files, cache))).toHaveLength(1);
      const loaded = await loadWithin({ ...SHORT, fileMs: 60_000 }, files, cache);
      expect(diagnosticsOf(loaded)).toEqual([]);
      expect(loaded.files.find(({ path }) => path === 'users/large.yaml')?.entries).toHaveLength(2_000);
    },
    PATIENCE_MS,
  );

  test(
    'the largest good file keeps the limit of memory with room to spare',
    async () => {
      const pool = new ReadingPool('a test', { ...SHORT, fileMs: 60_000 });
      try {
        const [outcome] = await pool.read([{ kind: 'user', bytes: Buffer.from(LARGE) }]);
        expect(outcome).toMatchObject({ text: LARGE });
      } finally {
        await pool.close();
      }
    },
    PATIENCE_MS,
  );

  test(
    'files come back in their order, whichever of them had to be read alone',
    async () => {
      const pool = new ReadingPool('a test', SHORT);
      const contents = ['a', 'b', SLOW, 'c', SLOW, 'd'].map((text) => ({
        kind: 'user' as const,
        bytes: Buffer.from(text),
      }));
      try {
        const outcomes = await pool.read(contents);
        expect(outcomes.map((one) => (typeof one === 'string' ? one : one.text))).toEqual([
          'a',
          'b',
          'time',
          'c',
          'time',
          'd',
        ]);
      } finally {
        await pool.close();
      }
    },
    PATIENCE_MS,
  );
});
