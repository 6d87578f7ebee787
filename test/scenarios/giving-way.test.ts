/** Passes that give way in the middle: to an operator's block in another process, and to a stop. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Interruption } from '../../src/core/interruptions.ts';
import { blockByOrder } from '../../src/core/operations/block.ts';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Reconciler, Session } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import { watchBlocks } from '../../src/daemon/decisions.ts';
import { institution, people } from '../support/desired-state.ts';
import { type Faults, noFaults, withFaults } from '../support/faulty-reconciler.ts';
import { makeScene, OPERATOR, type Scene } from '../support/scene.ts';
import { story } from '../support/story.ts';

const FIRST = ['anna', 'berit', 'carl'];
const NEW = Array.from({ length: 16 }, (_, nth) => `p${String(nth + 10)}`);
/** Long enough also where much else runs. */
const TEST_MS = 120_000;
const NO_LIMITS = { always: 1_000 };

let scene: Scene;
let faults: Faults;
afterEach(() => scene.close());

/** Three people have accounts, and sixteen are to get one. */
async function growing(): Promise<void> {
  faults = noFaults();
  scene = await makeScene({ limits: NO_LIMITS, around: (reconciler) => withFaults(reconciler, faults) });
  await scene.declare({ ...institution('cbs', 'CBS'), ...people(FIRST) });
  await scene.settle();
  await scene.declare(people(NEW));
  faults.written.length = 0;
}

function outcomes({ applied }: Report): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of applied) counts[outcome.status] = (counts[outcome.status] ?? 0) + 1;
  return counts;
}

const PATIENCE = { tries: 400, pause: () => wait(25) };
const watched = (parts: PassParts, noticed: () => void = () => undefined): PassParts => ({
  ...parts,
  interruptions: (call) =>
    watchBlocks(parts.store, () => {
      call('block');
      noticed();
    }),
});
/** Far longer than an order takes to be noticed; a pass that never notices one goes on after it, in milliseconds. */
const UNNOTICED_MS = 10_000;

describe('an operator’s block while another process writes', { timeout: TEST_MS }, () => {
  test('is in force before the rest is written, which the next pass does, and nothing is written twice', async () => {
    await growing();
    const other = await scene.second();
    let blocking: Promise<Report> | null = null;
    const order = Promise.withResolvers<void>();
    faults.write = async (_change, real) => {
      if (faults.written.length >= 5) {
        blocking ??= blockByOrder(other.parts, { ...OPERATOR, target: 'anna', scope: 'user', until: null }, PATIENCE);
        await Promise.race([order.promise, wait(UNNOTICED_MS, undefined, { ref: false })]);
      }
      return real();
    };
    const first = await pass(watched(scene.parts(), order.resolve), { trigger: 'schedule', dryRun: false });
    expect(first.interrupted).toBe('block');
    expect(outcomes(first).applied).toBeLessThan(NEW.length);
    const blocked = await blocking;
    expect(blocked === null ? [] : story(blocked)).toEqual(['disable anna', '(operator-block)']);
    expect(faults.written.at(-1)).toBe('disable anna');
    await other.close();

    faults.write = (_change, real) => real();
    const second = await pass(watched(scene.parts()), { trigger: 'operator', dryRun: false });
    expect(second.interrupted).toBeUndefined();
    expect(faults.written).toHaveLength(NEW.length + 1);
    expect(new Set(faults.written).size).toBe(NEW.length + 1);
    expect((await scene.plan()).plan.changes).toEqual([]);
  });

  test('S1: breaks off a repository that hangs, and is carried out by the very pass that waited for it', async () => {
    await growing();
    let asked = false;
    const repository: PassParts['repository'] = {
      load: (signal) =>
        new Promise((_, reject) => {
          asked = true;
          signal?.addEventListener('abort', () => reject(new Error('broken off')));
        }),
      descends: () => Promise.resolve(true),
    };
    const waiting = pass(watched({ ...scene.parts(), repository }), { trigger: 'schedule', dryRun: false });
    while (!asked) await wait(5);
    const other = await scene.second();
    const report = await blockByOrder(
      other.parts,
      { ...OPERATOR, target: 'anna', scope: 'user', until: null },
      PATIENCE,
    );
    await other.close();
    const reports = [await waiting, report];
    expect(reports.flatMap(({ applied }) => applied.map(({ change }) => change.person.key))).toEqual(['anna']);
    expect(faults.written).toEqual(['disable anna']);
  });

  test('does not wait for a reading that takes long', async () => {
    await growing();
    const real = scene.parts();
    let reads = false;
    const reconcilers = real.reconcilers.map((one) =>
      readingNever(one, () => {
        reads = true;
      }),
    );
    const reading = pass(watched({ ...real, reconcilers }), { trigger: 'schedule', dryRun: false });
    while (!reads) await wait(5);
    // By then the pass knows which blocks there are.
    await wait(500);
    const other = await scene.second();
    const report = await blockByOrder(
      other.parts,
      { ...OPERATOR, target: 'anna', scope: 'user', until: null },
      PATIENCE,
    );
    await other.close();
    expect(story(report)).toEqual(['disable anna', '(operator-block)']);
    const { interrupted, trouble, applied } = await reading;
    expect([interrupted, applied, trouble.map(({ what }) => what)]).toEqual([
      'block',
      [],
      ['It was not read to the end: an operator’s block comes first, and the next pass goes on.'],
    ]);
    expect(faults.open).toBe(0);
  });
});

/** Connects and looks people up, but never reads to the end. */
function readingNever(reconciler: Reconciler, reads: () => void): Reconciler {
  const slow = (session: Session): Session => ({
    writer: session.writer,
    reader: {
      server: session.reader.server,
      position: () => session.reader.position(),
      now: () => session.reader.now(),
      observe: () => {
        reads();
        return new Promise(() => undefined);
      },
      lookup: (wanted, known) => session.reader.lookup(wanted, known),
      close: () => session.reader.close(),
    },
  });
  return { ...reconciler, connect: async (suits) => slow(await reconciler.connect(suits)) };
}

describe('a stop in the middle', { timeout: TEST_MS }, () => {
  test.each([0, 1, 7, 15])(
    'after %i writes have begun: no more do, and the next start makes the rest',
    async (after) => {
      await growing();
      let stop: (one: Interruption) => void = () => undefined;
      let begun = 0;
      faults.write = async (_change, real) => {
        begun += 1;
        if (begun > after) stop('stop');
        return real();
      };
      const parts: PassParts = {
        ...scene.parts(),
        interruptions: (call) => {
          stop = call;
          return () => undefined;
        },
      };
      const stopped = await pass(parts, { trigger: 'schedule', dryRun: false });
      expect(stopped.interrupted).toBe('stop');
      // Those in flight are finished.
      expect(faults.written.length).toBeLessThanOrEqual(after + parts.settings.concurrency);
      expect(faults.written.length).toBeGreaterThan(0);
      faults.write = (_change, real) => real();
      await scene.sync();
      expect(faults.written).toHaveLength(NEW.length);
      expect(new Set(faults.written).size).toBe(NEW.length);
    },
  );

  test('leaves a server that never answers', async () => {
    await growing();
    const [real] = scene.parts().reconcilers;
    if (real === undefined) throw new Error('no system');
    let stop: (one: Interruption) => void = () => undefined;
    const hanging: Reconciler = { ...real, connect: () => new Promise(() => undefined) };
    const parts: PassParts = {
      ...scene.parts(),
      reconcilers: [hanging],
      interruptions: (call) => {
        stop = call;
        return () => undefined;
      },
    };
    const passing = pass(parts, { trigger: 'schedule', dryRun: false });
    await wait(100);
    stop('stop');
    expect((await passing).interrupted).toBe('stop');
  });
});
