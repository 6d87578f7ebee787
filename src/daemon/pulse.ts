/** The pulse of the loop: a few numbers in memory that the thread of the page can see even while the loop's own thread is busy or hangs. */
import type { LoopParts } from './loop.ts';

const TURNED = 0;
const BEAT = 1;
const PASSING_SINCE = 2;
const NEXT_SCHEDULED = 3;
const NOT_BEGUN = 4;
const FIELDS = 5;

/** Stands for null. */
const NONE = -1;

/** Past this without a sign of life, in milliseconds, the loop counts as hanging: it turns every second, and a step of work in slices takes less. */
const SILENCE_MS = 60_000;

/** No pass takes this long, in milliseconds: a first run that makes 100,000 accounts takes minutes, and every step has its own time limit. */
const PASS_MS_MAX = 2 * 60 * 60_000;

/** The side of the loop. All moments are milliseconds of the machine's steady clock where nothing else is said. */
export interface Pulse {
  /** To hand to the thread of the page. */
  readonly shared: SharedArrayBuffer;
  /** The thread lives. */
  beat(): void;
  /** The loop went round. */
  turn(): void;
  /** A pass begins at this moment since 1970, or (null) has ended. */
  passing(since: number | null): void;
  /** When the schedule comes round next, since 1970. */
  scheduled(next: number | null): void;
  /** A pass could not begin. */
  notBegun(): void;
}

/** What is seen of it. */
export interface Seen {
  readonly alive: boolean;
  /** Since 1970. */
  readonly passingSince: number | null;
  readonly nextScheduled: number | null;
  readonly notBegun: number;
}

/** @param steady milliseconds that only go forward, the same in every thread of the process. */
export function startPulse(steady: () => number): Pulse {
  const shared = new SharedArrayBuffer(FIELDS * Float64Array.BYTES_PER_ELEMENT);
  const numbers = new Float64Array(shared);
  numbers.fill(NONE);
  numbers[NOT_BEGUN] = 0;
  numbers[TURNED] = steady();
  numbers[BEAT] = steady();
  return {
    shared,
    beat: () => {
      numbers[BEAT] = steady();
    },
    turn: () => {
      numbers[TURNED] = steady();
    },
    passing: (since) => {
      numbers[PASSING_SINCE] = since ?? NONE;
      numbers[TURNED] = steady();
    },
    scheduled: (next) => {
      numbers[NEXT_SCHEDULED] = next ?? NONE;
    },
    notBegun: () => {
      numbers[NOT_BEGUN] = (numbers[NOT_BEGUN] ?? 0) + 1;
    },
  };
}

/** Between passes the loop has to go round; while one runs, its thread has to beat, and the pass has to end some time. */
export function seenOf(shared: SharedArrayBuffer, steadyNow: number): Seen {
  const numbers = new Float64Array(shared);
  const of = (field: number) => {
    const value = numbers[field];
    return value === undefined || value === NONE ? null : value;
  };
  const age = (field: number) => steadyNow - (of(field) ?? 0);
  const passingSince = of(PASSING_SINCE);
  const turns = passingSince === null ? age(TURNED) <= SILENCE_MS : age(TURNED) <= PASS_MS_MAX;
  return {
    alive: turns && age(BEAT) <= SILENCE_MS,
    passingSince,
    nextScheduled: of(NEXT_SCHEDULED),
    notBegun: of(NOT_BEGUN) ?? 0,
  };
}

/** The machine's steady clock in milliseconds, which every thread reads alike (clock_gettime(2), CLOCK_MONOTONIC). */
export function steadyClock(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** The same loop, which shows its pulse: whenever it looks at the clock it went round. */
export function withPulse(parts: LoopParts, pulse: Pulse): LoopParts {
  return {
    ...parts,
    clock: () => {
      pulse.turn();
      return parts.clock();
    },
    pass: async (...asked) => {
      pulse.passing(parts.clock());
      try {
        return await parts.pass(...asked);
      } finally {
        pulse.passing(null);
      }
    },
    onTrouble: (trouble) => {
      pulse.notBegun();
      parts.onTrouble(trouble);
    },
  };
}
