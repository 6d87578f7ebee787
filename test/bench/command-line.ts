/** What `script/bench` can be told. */
import { parseArgs } from 'node:util';

export interface Wish {
  /** Keys of figures; null: all, and time and memory over the number of people. */
  readonly only: readonly string[] | null;
  readonly users: number;
  readonly quick: boolean;
  /** File for every figure as JSON. */
  readonly json: string | null;
  /** Whether the documents are to quote this run. */
  readonly record: boolean;
}

export const USAGE = `Usage: script/bench [--only a,b,…] [--users N] [--quick] [--json FILE] [--record]

  --only a,b,…   these figures alone (a to l)
  --users N      people in the figures about a whole population; 100000
  --quick        5000 people and fewer runs: to see that everything works
  --json FILE    every figure with floor, ratio and goal
  --record       let README.md and docs/ quote this run (a whole run, not a quick one)
`;

const USERS = 100_000;
const QUICK_USERS = 5_000;
/** A hundredth of them must have room for ten who change. */
const USERS_MIN = 1000;

/** @throws Error with a sentence for whoever typed it. */
export function wishFrom(args: readonly string[], figures: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      users: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',').map((key) => key.trim()) ?? null;
  const unknown = only?.find((key) => !figures.includes(key));
  if (unknown !== undefined) throw new Error(`There is no figure "${unknown}"; there are ${figures.join(', ')}.`);
  const users = Number(values.users ?? (values.quick ? QUICK_USERS : USERS));
  if (!Number.isInteger(users) || users < USERS_MIN) throw new Error(`--users takes a number from ${USERS_MIN}.`);
  const { quick, record } = values;
  if (record && (quick || only !== null)) {
    throw new Error('--record quotes whole runs alone: leave --quick and --only out.');
  }
  return { only, users, quick, json: values.json ?? null, record };
}
