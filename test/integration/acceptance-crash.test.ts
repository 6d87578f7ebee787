/** A sync of thirty writes, killed or deafened at every one of them: the next sync finishes it, and nothing is written twice. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { figure } from '../support/figures.ts';
import { missingForSamba } from '../support/samba.ts';
import { outcomeOf, sync, syncInChild } from '../support/site.ts';
import {
  type Bench,
  type Ending,
  endingOf,
  makeBench,
  PASSWORDS_IN_FORCE,
  removeBench,
  rewind,
  THIRTY,
  WRITES,
} from '../support/thirty-changes.ts';
import type { Strike } from '../support/write-tap.ts';

/** Two cores, two controllers. */
const BENCHES = 2;
/** A minute on two idle cores. */
const PATIENCE_MS = 900_000;
const POINTS = Array.from({ length: WRITES }, (_, n) => n + 1);

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
    expect(endings.flatMap(differences)).toEqual([]);
    figure(`undisturbed: ${WRITES} writes, ${usnSteps} steps of highestCommittedUSN`);
  });

  test('A1: killed with kill -9 before each write', { timeout: PATIENCE_MS }, () => atEachWrite('before', killed));

  test('A1: killed with kill -9 after each write, before its answer came', { timeout: PATIENCE_MS }, () =>
    atEachWrite('after', killed),
  );

  test('A1, D11: with each answer lost', { timeout: PATIENCE_MS }, () => atEachWrite('after', deafened));

  /** All points, shared among the benches; every difference is named with its point. */
  async function atEachWrite(
    when: Strike['when'],
    run: (bench: Bench, write: number, when: Strike['when']) => Promise<void>,
  ) {
    const begin = performance.now();
    const queue = POINTS.values();
    const wrong: string[] = [];
    await Promise.all(
      benches.map(async (bench) => {
        for (const write of queue) {
          // One bench must not leave the others running into the next test.
          const found = await differencesAt(bench, () => run(bench, write, when)).catch((error) => [String(error)]);
          wrong.push(...found.map((difference) => `write ${write}: ${difference}`));
        }
      }),
    );
    expect(wrong).toEqual([]);
    figure(`${POINTS.length} points, ${POINTS.length * WRITES} writes in all, ${seconds(begin)} s`);
  }

  async function differencesAt(bench: Bench, first: () => Promise<unknown>): Promise<readonly string[]> {
    await rewind(bench);
    return differences(await endingOf(bench, first));
  }

  function differences(ending: Ending): readonly string[] {
    const [undisturbed = ending] = endings;
    const counts = { writes: WRITES, answers: WRITES, open: 0, left: 0, exit: 0 };
    const expected = { ...undisturbed, ...counts, passwords: PASSWORDS_IN_FORCE };
    const keys = ['usnSteps', 'writes', 'answers', 'passwords', 'ledger', 'open', 'left', 'exit'] as const;
    const figures = keys
      .filter((key) => JSON.stringify(ending[key]) !== JSON.stringify(expected[key]))
      .map((key) => `${key} is ${JSON.stringify(ending[key])}, not ${JSON.stringify(expected[key])}`);
    const dns = new Set([...ending.accounts.keys(), ...expected.accounts.keys()]);
    const accounts = [...dns].filter(
      (dn) => JSON.stringify(ending.accounts.get(dn)) !== JSON.stringify(expected.accounts.get(dn)),
    );
    return [...figures, ...accounts.map((dn) => `${dn} ended as ${JSON.stringify(ending.accounts.get(dn))}`)];
  }
});

/** The process is frozen in the instant of the strike, and killed once the controller is done with what it had got. */
async function killed({ site, tap }: Bench, write: number, when: Strike['when']): Promise<void> {
  let fell = false;
  const child = syncInChild(site);
  const [ended, said] = [once(child, 'exit'), text(child.stderr)];
  tap.arm({
    write,
    when,
    act: () => {
      fell = child.kill('SIGSTOP');
    },
    done: () => !child.kill('SIGKILL'),
  });
  const [code, signal] = await ended;
  if (!fell || signal !== 'SIGKILL') throw new Error(`The sync was not killed: it ended with ${code}. ${await said}`);
}

async function deafened({ site, tap }: Bench, write: number, when: Strike['when']): Promise<void> {
  let fell = false;
  tap.arm({
    write,
    when,
    act: () => {
      fell = true;
    },
    done: () => true,
  });
  const report = await sync(site);
  if (!fell) throw new Error(`No answer was lost at write ${write}.`);
  // Whoever calls it must hear that something is missing.
  expect(outcomeOf(report).exit, `exit code with the answer to write ${write} lost`).not.toBe(0);
}

function seconds(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(0);
}
