/** The crash certificate: a sync of forty writes, killed at any step of its database, its directory and its mails; the next one finishes it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPoints, differences, type Point, pointName, strikeAt, undisturbed } from '../support/crash-points.ts';
import { sampleOf } from '../support/fault-points.ts';
import { figure } from '../support/figures.ts';
import { type Bench, type Ending, makeBench, RECIPIENTS, removeBench, WRITES } from '../support/forty-changes.ts';
import { missingForSamba } from '../support/samba.ts';

/** Two cores, two controllers. */
const BENCHES = 2;
/** Some minutes on two idle cores. */
const PATIENCE_MS = 900_000;
/** Of each kind; `script/crash --only certificate` tries all. */
const TRIED = { write: 5, statement: 6, mail: 3, answer: 3 };

const SEED = Math.floor(Math.random() * 2 ** 31);

const missing = missingForSamba();

describe.skipIf(missing.length > 0)(`A1: a sync of forty writes (seed ${SEED})`, () => {
  let benches: readonly Bench[];
  let expected: Ending;
  let points: readonly Point[];
  beforeAll(async () => {
    benches = await Promise.all(Array.from({ length: BENCHES }, makeBench));
    const [first, second] = await Promise.all(benches.map(undisturbed));
    if (first === undefined || second === undefined) throw new RangeError('there are two benches');
    expected = first.ending;
    expect(differences(second.ending, expected)).toEqual([]);
    points = allPoints(Math.min(first.statements, second.statements));
  }, PATIENCE_MS);
  afterAll(async () => {
    await Promise.all((benches ?? []).map(removeBench));
  });

  test('undisturbed, writes forty times, and everything is told and recorded once', () => {
    expect([expected.usnSteps, expected.writes]).toEqual([WRITES, WRITES]);
    expect([expected.told, expected.audit]).toEqual([[], []]);
    figure(`${points.length} points in all, of ${WRITES} writes and mails to ${RECIPIENTS.length}`);
  });

  test('the comparison would notice', () => {
    const noticed = (other: Partial<Ending>) => differences({ ...expected, ...other }, expected).length > 0;
    const [account] = expected.accounts.keys();
    expect(noticed({})).toBe(false);
    expect(noticed({ usnSteps: WRITES + 1 })).toBe(true);
    expect(noticed({ writes: WRITES - 1 })).toBe(true);
    expect(noticed({ open: 1 })).toBe(true);
    expect(noticed({ left: 1 })).toBe(true);
    expect(noticed({ exit: 2 })).toBe(true);
    expect(noticed({ passwords: expected.passwords.slice(1) })).toBe(true);
    expect(noticed({ ledger: expected.ledger.slice(1) })).toBe(true);
    expect(noticed({ told: ['a mail is missing'] })).toBe(true);
    expect(noticed({ audit: ['a row is missing'] })).toBe(true);
    expect(noticed({ accounts: new Map([...expected.accounts].filter(([dn]) => dn !== account)) })).toBe(true);
  });

  test.each([
    ['A1: killed with kill -9 before a write to the directory, or after it and before its answer', 'write'],
    ['A1: killed with kill -9 before a statement that writes to the database', 'statement'],
    ['A1: killed with kill -9 at a step of a mail', 'mail'],
    ['A1, D11: with an answer of the directory lost', 'answer'],
  ] as const)('%s', { timeout: PATIENCE_MS }, async (_title, at) => {
    const begin = performance.now();
    const chosen = sampleOf(
      points.filter((point) => point.at === at),
      TRIED[at],
      SEED,
    );
    expect(chosen).toHaveLength(TRIED[at]);
    const queue = chosen.values();
    const wrong: string[] = [];
    await Promise.all(
      benches.map(async (bench) => {
        for (const point of queue) {
          // One bench must not leave the others running into the next test.
          const found = await strikeAt(bench, expected, point).catch((error) => [String(error)]);
          wrong.push(...found.map((difference) => `${pointName(point)}: ${difference}`));
        }
      }),
    );
    expect(wrong).toEqual([]);
    figure(`${chosen.length} points (${at}), seed ${SEED}, ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  });
});
