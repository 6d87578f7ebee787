/** Properties of whole passes over random histories: a real database and directory, and people who change things by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import type { Stored } from '../../src/reconcilers/directory/embedded/contents.ts';
import { ACTS, type Act } from '../support/hand-acts.ts';
import { OU } from '../support/hand-directory.ts';
import { anyRevision, filesOf, NAMES, type Name, Remembered, type Revision } from '../support/random-declarations.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { planned } from '../support/story.ts';

/** A history costs some tenths of a second: enough to meet every pair of steps, few enough for every check. */
const RUNS = 12;
const TIMEOUT_MS = 120_000;

const anyActs = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...(Object.keys(ACTS) as Act[]))), {
  maxLength: 4,
});

async function inScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await makeScene();
  try {
    await work(scene);
  } finally {
    await scene.close();
  }
}

/** Accounts that Muster never made: two nobody marked, one of another instance, two that bear declared names. */
async function withStrangers(scene: Scene): Promise<ReadonlyMap<string, Stored>> {
  await scene.directory.add('zoe');
  await scene.directory.add('yrsa', { adminDescription: 'muster:another:yrsa:a1' });
  await scene.directory.add('xenia', { adminCount: '1' }, OU.staff);
  await scene.directory.add('emil');
  return scene.directory.all();
}

async function byHand(scene: Scene, acts: readonly (readonly [Name, Act])[]): Promise<void> {
  for (const [name, act] of acts) {
    if ((await scene.directory.all()).has(name)) await ACTS[act](scene.directory, name);
  }
}

/** GUIDs of accounts that a report says it wrote to. */
function written({ applied }: Report): ReadonlySet<string> {
  return new Set(
    applied.flatMap(({ change, outcome }) =>
      outcome.status === 'applied' ? [change.handle ?? outcome.written.handle] : [],
    ),
  );
}

describe('a history without hands in the directory', () => {
  test(
    'plan, apply, plan: the second plan is empty, and exactly those who should can log in',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRevision, { minLength: 1, maxLength: 4 }), (history: readonly Revision[]) =>
          inScene(async (scene) => {
            const remembered = new Remembered();
            for (const revision of history) {
              remembered.take(revision);
              await scene.declare(filesOf(revision));
              await scene.settle();
              expect(planned(await scene.plan())).toEqual([]);
              const enabled = new Set(await scene.directory.enabled());
              for (const name of NAMES) {
                if (!remembered.mayLogIn(name)) expect([name, enabled.has(name)]).toEqual([name, false]);
                else if (remembered.isDeclared(name)) expect([name, enabled.has(name)]).toEqual([name, true]);
              }
            }
          }),
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

describe('a history with hands in the directory', () => {
  const anyHistory = fc.array(fc.tuple(anyRevision, anyActs), { minLength: 1, maxLength: 3 });

  test(
    'ends in an empty plan, touches no stranger and nothing protected, and lets nobody in who should be out',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyHistory, (history) =>
          inScene(async (scene) => {
            const strangers = await withStrangers(scene);
            const remembered = new Remembered();
            for (const [revision, acts] of history) {
              remembered.take(revision);
              await scene.declare(filesOf(revision));
              await scene.settle();
              await byHand(
                scene,
                acts.filter(([name]) => name !== 'emil'),
              );
              const before = await scene.directory.all();
              const first = await scene.sync();
              await scene.approve(first);
              const second = await scene.sync();
              expect(planned(await scene.plan())).toEqual([]);
              await check(scene, before, [first, second], remembered);
            }
            const after = await scene.directory.all();
            for (const [name, stored] of strangers) expect(after.get(name)).toEqual(stored);
          }),
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

async function check(
  scene: Scene,
  before: ReadonlyMap<string, Stored>,
  reports: readonly Report[],
  remembered: Remembered,
): Promise<void> {
  const after = await scene.directory.all();
  const touched = new Set(reports.flatMap((report) => [...written(report)]));
  for (const [name, stored] of before) {
    const now = after.get(name);
    if (JSON.stringify(now) !== JSON.stringify(stored)) expect(touched).toContain(stored.guid);
    if (stored.values.adminCount === '1') expect(now).toEqual(stored);
    // What bears no mark of ours may at most be disabled.
    if (!stored.values.adminDescription?.startsWith('muster:research-service:')) {
      expect({ ...now, values: { ...now?.values, userAccountControl: '' } }).toEqual({
        ...stored,
        values: { ...stored.values, userAccountControl: '' },
      });
    }
  }
  const rows = await scene.store.ledger.all('directory');
  for (const name of NAMES) {
    const now = after.get(name);
    const ours = rows.some(({ handle, goneAt }) => handle === now?.guid && goneAt === null);
    if (now === undefined || !ours || now.values.adminCount === '1' || remembered.mayLogIn(name)) continue;
    const inPlace =
      now.dn.endsWith(OU.researchers) && now.values.adminDescription?.startsWith('muster:research-service:');
    // Moved or without its mark, only a block or a closing reaches an account.
    if (inPlace === true) expect([name, await scene.directory.isEnabled(name)]).toEqual([name, false]);
  }
}

test(
  'who was disabled by hand is never enabled, whatever is declared',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRevision, { minLength: 2, maxLength: 4 }),
        fc.constantFrom(...NAMES),
        (history, name) =>
          inScene(async (scene) => {
            const [first, ...later] = history;
            if (first === undefined) return;
            await scene.declare(filesOf(first));
            await scene.settle();
            // Only an account that is on can be disabled by hand; one that Muster disabled is Muster's to give back.
            if (!(await scene.directory.enabled()).includes(name)) return;
            await scene.directory.disable(name);
            for (const revision of later) {
              await scene.declare(filesOf(revision));
              await scene.settle();
              expect(await scene.directory.isEnabled(name)).toBe(false);
            }
          }),
      ),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
