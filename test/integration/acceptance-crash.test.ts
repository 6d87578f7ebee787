/** A sync of thirty writes, killed or deafened at every one of them: the next sync finishes it, and nothing is written twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { figure } from '../support/figures.ts';
import { missingForSamba } from '../support/samba.ts';
import { outcomeOf, sync } from '../support/site.ts';
import { differences, STRUCK_WRITES, type StruckWrite, strikeAt, strikeName } from '../support/struck-writes.ts';
import {
  type Bench,
  type Ending,
  endingOf,
  makeBench,
  removeBench,
  THIRTY,
  WRITES,
} from '../support/thirty-changes.ts';

/** Two cores, two controllers. */
const BENCHES = 2;
/** A minute on two idle cores. */
const PATIENCE_MS = 900_000;

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('A1: a sync of thirty writes', () => {
  let benches: readonly Bench[];
  let endings: readonly Ending[];
  beforeAll(async () => {
    benches = await Promise.all(Array.from({ length: BENCHES }, makeBench));
    endings = await Promise.all(
      benches.map((bench) =>
        endingOf(bench, async () => {
          expect(outcomeOf(await sync(bench.site))).toEqual({ applied: THIRTY, held: {}, exit: 0 });
        }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all((benches ?? []).map(removeBench));
  });

  test('undisturbed, writes thirty times and leaves nothing to do', () => {
    const [{ usnSteps } = { usnSteps: Number.NaN }] = endings;
    expect(usnSteps).toBe(WRITES);
    expect(endings.flatMap((ending) => differences(ending, endings[0] ?? ending))).toEqual([]);
    figure(`undisturbed: ${WRITES} writes, ${usnSteps} steps of highestCommittedUSN`);
  });

  test('A1: killed with kill -9 before each write', { timeout: PATIENCE_MS }, () =>
    atEachWrite({ when: 'before', how: 'kill' }),
  );

  test('A1: killed with kill -9 after each write, before its answer came', { timeout: PATIENCE_MS }, () =>
    atEachWrite({ when: 'after', how: 'kill' }),
  );

  test('A1, D11: with each answer lost', { timeout: PATIENCE_MS }, () => atEachWrite({ when: 'after', how: 'deafen' }));

  /** All points, shared among the benches; every difference is named with its point. */
  async function atEachWrite({ when, how }: Omit<StruckWrite, 'write'>) {
    const begin = performance.now();
    const points = STRUCK_WRITES.filter((point) => point.when === when && point.how === how);
    const queue = points.values();
    const wrong: string[] = [];
    const [undisturbed] = endings;
    await Promise.all(
      benches.map(async (bench) => {
        for (const point of queue) {
          if (undisturbed === undefined) return;
          // One bench must not leave the others running into the next test.
          const found = await strikeAt(bench, undisturbed, point).catch((error) => [String(error)]);
          wrong.push(...found.map((difference) => `${strikeName(point)}: ${difference}`));
        }
      }),
    );
    expect(wrong).toEqual([]);
    figure(`${points.length} points, ${points.length * WRITES} writes in all, ${seconds(begin)} s`);
  }
});

function seconds(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(0);
}
