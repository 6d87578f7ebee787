/** Files written to break a reader: none does, none keeps this process from its other work, and none costs another file anything. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { Loaded } from '../../src/model/loaded.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { openStore } from '../../src/store/store.ts';
import { inWorld } from '../sources/git-world.ts';
import { HOSTILE_DOCUMENTS } from '../sources/hostile-documents.ts';
import { INSTANCE, inFolder, MUSTER_YAML, writeFiles } from '../sources/loading.ts';
import { userYaml } from '../sources/real-git.ts';

/** The lease of this process is renewed by a timer; whatever stands still for longer may lose it to somebody else. */
const STALL_MS_MAX = 1_000;
/** As often as it takes to notice. */
const SIGN_EVERY_MS = 20;
const PATIENCE_MS = 300_000;

const GOOD = Array.from({ length: 50 }, (_, index) => ({
  name: `good${index}.yaml`,
  bytes: Buffer.from(userYaml(`good${index}`)),
}));
const HUNDRED_MB = { name: 'hundred-mb.yaml', bytes: Buffer.alloc(100 * 1024 * 1024, 'a: b\n') };

function fileName(index: number): string {
  return `hostile${String(index).padStart(3, '0')}.yaml`;
}

const HOSTILE = HOSTILE_DOCUMENTS.map(({ bytes }, index) => ({ name: fileName(index), bytes }));

/** One commit with all of them, in the words of git-fast-import(1). */
function commitOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const added = (path: string, bytes: Uint8Array) => [
    Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`),
    bytes,
    Buffer.from('\n'),
  ];
  return Buffer.concat([
    Buffer.from('commit refs/heads/main\ncommitter Anna Jensen <anna@example.org> 1770000000 +0000\ndata 1\nx\n'),
    ...added('muster.yaml', Buffer.from(MUSTER_YAML)),
    ...files.flatMap(({ name, bytes }) => added(`users/${name}`, bytes)),
  ]);
}

interface Watched {
  readonly loaded: Loaded;
  /** Longest time without a turn of the event loop, by its own measure and by the gaps between signs. */
  readonly stalledMs: number;
  readonly gapMs: number;
  readonly signs: number;
}

/** Loads beside other work of the same process: a lease that is taken, renewed all the time, and still held at the end. */
async function loadWatched(source: Source): Promise<Watched> {
  const store = await openStore({ sqlite: ':memory:' }, Date.now);
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const signs: number[] = [performance.now()];
  let renewals = Promise.resolve();
  try {
    expect(await store.lease.acquire('a pass')).toEqual({ held: true });
    const timer = setInterval(() => {
      signs.push(performance.now());
      renewals = renewals.then(() => store.lease.renew());
    }, SIGN_EVERY_MS);
    delay.enable();
    const loaded = await load({ source, blobs: store.blobs, goodText: store.blobs.goodText, instance: INSTANCE });
    delay.disable();
    signs.push(performance.now());
    clearInterval(timer);
    await renewals;
    const gaps = signs.map((at, index) => at - (signs[index - 1] ?? at));
    return { loaded, stalledMs: delay.max / 1e6, gapMs: Math.max(...gaps), signs: signs.length };
  } finally {
    await store.close();
  }
}

function expectGoodOnes(loaded: Loaded): void {
  const good = loaded.files.filter(({ path }) => path.startsWith('users/good'));
  expect(good.map(({ entries }) => entries.length)).toEqual(GOOD.map(() => 1));
  expect(good.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
}

function expectOthersToldOrEmpty(loaded: Loaded): void {
  const hostile = loaded.files.filter(({ path }) => !path.startsWith('users/good'));
  for (const { path, entries, diagnostics } of hostile) {
    const name = HOSTILE_DOCUMENTS[Number(/\d+/.exec(path)?.[0] ?? -1)]?.name ?? path;
    // Each says something that counts, word for word, or is told; none goes by in silence.
    if (entries.length === 0) expect(diagnostics.length, name).toBeGreaterThan(0);
    for (const { document } of entries) expect(document, name).toMatchObject({ username: 'ajensen', state: 'active' });
    for (const { message } of diagnostics) expect(message, name).toMatch(/^[`A-Z].{0,400}[.?]$/su);
  }
}

test('Y2: there are two hundred hostile files', () => {
  expect(HOSTILE_DOCUMENTS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(HOSTILE_DOCUMENTS.map(({ name }) => name)).size).toBe(HOSTILE_DOCUMENTS.length);
});

test(
  'Y2: from a folder, hostile files neither stop this process for a second nor cost another file anything',
  async () => {
    await inFolder(async (path) => {
      const files = [...GOOD, ...HOSTILE, HUNDRED_MB].map(({ name, bytes }) => [`users/${name}`, bytes] as const);
      await writeFiles(path, { 'muster.yaml': MUSTER_YAML, ...Object.fromEntries(files) });
      const { loaded, stalledMs, gapMs, signs } = await loadWatched(folderSource(path));
      expect(stalledMs).toBeLessThan(STALL_MS_MAX);
      expect(gapMs).toBeLessThan(STALL_MS_MAX);
      expect(signs).toBeGreaterThan(10);
      expect(loaded.files).toHaveLength(files.length);
      expectGoodOnes(loaded);
      expectOthersToldOrEmpty(loaded);
    });
  },
  PATIENCE_MS,
);

test(
  'Y2: from Git, hostile files neither stop this process for a second nor cost another file anything',
  async () => {
    await inWorld(async ({ origin, source }) => {
      // What is read is the same as from a folder, where all of them are.
      const some = HOSTILE.filter((_, nth) => nth % 4 === 0);
      const files = [...GOOD, ...some, HUNDRED_MB];
      origin.git(['fast-import', '--quiet'], commitOf(files));
      const { loaded, stalledMs, gapMs, signs } = await loadWatched(source);
      expect(stalledMs).toBeLessThan(STALL_MS_MAX);
      expect(gapMs).toBeLessThan(STALL_MS_MAX);
      expect(signs).toBeGreaterThan(10);
      expect(loaded.files).toHaveLength(files.length);
      expectGoodOnes(loaded);
      expectOthersToldOrEmpty(loaded);
    });
  },
  PATIENCE_MS,
);
