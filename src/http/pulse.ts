/** The pulse of the daemon: a few numbers in memory that the thread of the page sees even while the daemon's own thread is busy or hangs. */
import type { Trigger } from '../daemon/loop.ts';
import type { DaemonState } from '../daemon/service.ts';

const BEAT = 0;
const TURNED = 1;
const RUNNING_SINCE = 2;
const NEXT_AT = 3;
const NEXT_TRIGGER = 4;
const NOT_BEGUN = 5;
const FIELDS = 6;

/** Stands for null. */
const NONE = -1;

/** By their place here they go into the numbers. */
const TRIGGERS: readonly Trigger[] = ['start', 'schedule', 'push', 'files', 'operator', 'signal', 'due', 'retry'];

/** Past this without a sign of life, in milliseconds, the daemon counts as hanging: it gives one every second, and works in short slices. */
const SILENCE_MS = 60_000;

/** No pass takes this long, in milliseconds: a first run that makes 100,000 accounts takes minutes, and every step has its own time limit. */
const PASS_MS_MAX = 2 * 60 * 60_000;

/** The side of the daemon. */
export interface Pulse {
  /** To hand to the thread of the page. */
  readonly shared: SharedArrayBuffer;
  /** Once a second. @param now in milliseconds since 1970. */
  beat(state: DaemonState, now: number): void;
  /** A pass could not begin. */
  notBegun(): void;
}

/** What is seen of it. Moments in milliseconds since 1970. */
export interface Seen {
  readonly alive: boolean;
  readonly passingSince: number | null;
  readonly next: { readonly at: number; readonly trigger: Trigger } | null;
  /** How often a pass could not begin. */
  readonly notBegun: number;
}

/** @param steady milliseconds that only go forward, the same in every thread of the process. */
export function startPulse(steady: () => number): Pulse {
  const shared = new SharedArrayBuffer(FIELDS * Float64Array.BYTES_PER_ELEMENT);
  const numbers = new Float64Array(shared).fill(NONE);
  numbers[NOT_BEGUN] = 0;
  numbers[TURNED] = steady();
  numbers[BEAT] = steady();
  return {
    shared,
    beat: ({ running, next }, now) => {
      numbers[BEAT] = steady();
      if (turns(running, next, now)) numbers[TURNED] = steady();
      numbers[RUNNING_SINCE] = running?.since ?? NONE;
      numbers[NEXT_AT] = next?.at ?? NONE;
      numbers[NEXT_TRIGGER] = next === null ? NONE : TRIGGERS.indexOf(next.trigger);
    },
    notBegun: () => {
      numbers[NOT_BEGUN] = (numbers[NOT_BEGUN] ?? 0) + 1;
    },
  };
}

/** Whether the loop does what it has to: ends its pass some time, and begins the one that is due. */
function turns(running: DaemonState['running'], next: DaemonState['next'], now: number): boolean {
  if (running !== null) return now - running.since <= PASS_MS_MAX;
  return next === null || next.at > now;
}

/** What the numbers say to whoever looks at them at this moment of the steady clock. */
export function seenOf(shared: SharedArrayBuffer, steadyNow: number): Seen {
  const numbers = new Float64Array(shared);
  const of = (field: number) => {
    const value = numbers[field];
    return value === undefined || value === NONE ? null : value;
  };
  const isFresh = (field: number) => steadyNow - (of(field) ?? 0) <= SILENCE_MS;
  const at = of(NEXT_AT);
  const trigger = TRIGGERS[of(NEXT_TRIGGER) ?? NONE];
  return {
    alive: isFresh(BEAT) && isFresh(TURNED),
    passingSince: of(RUNNING_SINCE),
    next: at === null || trigger === undefined ? null : { at, trigger },
    notBegun: of(NOT_BEGUN) ?? 0,
  };
}

/** The machine's steady clock in milliseconds, which every thread reads alike (clock_gettime(2), CLOCK_MONOTONIC). */
export function steadyClock(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
