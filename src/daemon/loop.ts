/** The loop of the daemon: one pass at a time; whatever asks for one only sets a flag. */
import type { Clock } from '../core/ports.ts';
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';

/** What can ask for a pass. */
export type Trigger = 'start' | 'schedule' | 'push' | 'files' | 'operator' | 'signal' | 'due' | 'retry';

/** What the loop takes from a pass. */
export interface Passed {
  /** The next moment at which a date in the repository changes anything; null: none does. */
  readonly nextDue: Instant | null;
  /** Whether something was away that may be back soon. */
  readonly retry: boolean;
}

export interface LoopParts {
  /** One pass. Throws MusterError where it may not begin. */
  pass(trigger: Trigger): Promise<Passed>;
  readonly clock: Clock;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Told of a pass that could not begin. */
  onTrouble(trouble: Trouble): void;
}

export interface Loop {
  /** Asks for a pass; while one runs, for one more after it, however often it is asked. */
  ask(trigger: Trigger): void;
  /** No further pass begins; resolves when the running one has ended. */
  stop(): Promise<void>;
  /** Rejects with what a pass threw that is no MusterError: a bug, after which the process should end and begin anew. */
  readonly ended: Promise<void>;
}

/**
 * Due moments are compared with the clock this often, rather than slept towards: a machine that was asleep, or whose clock
 * was set, is noticed within this time.
 */
const TICK_MS = 1_000;
/** Least time from the beginning of one pass to that of the next: what a flood of requests comes to. */
const SPACING_MS = 1_000;
/** Waits before something that was away is looked for again: doubled each time, up to the most. */
const RETRY_FIRST_MS = 15_000;
const RETRY_MOST_MS = 15 * 60_000;

export function startLoop(parts: LoopParts): Loop {
  const stopping = new AbortController();
  let asked: Trigger | null = 'start';
  let awake = new AbortController();
  const ask = (trigger: Trigger) => {
    asked ??= trigger;
    awake.abort();
  };
  const take = (): Trigger | null => {
    const taken = asked;
    asked = null;
    return taken;
  };
  const nap = async (ms: number) => {
    awake = new AbortController();
    if (asked === null) await parts.sleep(ms, AbortSignal.any([awake.signal, stopping.signal]));
  };
  const ended = run(parts, { stopping: stopping.signal, take, nap });
  return {
    ask,
    ended,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

interface Control {
  readonly stopping: AbortSignal;
  take(): Trigger | null;
  /** Sleeps until somebody asks for a pass, or for so long. */
  nap(ms: number): Promise<void>;
}

async function run(parts: LoopParts, { stopping, take, nap }: Control): Promise<void> {
  let due: Instant | null = null;
  let retryAt: Instant | null = null;
  let failures = 0;
  while (!stopping.aborted) {
    const now = parts.clock();
    const trigger = take() ?? (reached(due, now) ? 'due' : reached(retryAt, now) ? 'retry' : null);
    if (trigger === null) {
      await nap(TICK_MS);
      continue;
    }
    const passed = await attempt(parts, trigger);
    // A pass that could not begin has not acted on the due moment either.
    if (passed !== null) due = passed.nextDue;
    failures = passed === null || passed.retry ? failures + 1 : 0;
    retryAt = failures === 0 ? null : parts.clock() + retryAfter(failures);
    if (passed === null) due = laterOf(due, retryAt);
    if (!stopping.aborted) await parts.sleep(SPACING_MS, stopping);
  }
}

function reached(moment: Instant | null, now: Instant): boolean {
  return moment !== null && moment <= now;
}

function laterOf(moment: Instant | null, other: Instant | null): Instant | null {
  return moment === null || other === null ? moment : Math.max(moment, other);
}

/** Milliseconds to wait after so many failures in a row. */
export function retryAfter(failures: number): number {
  return Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures - 1, 10));
}

async function attempt(parts: LoopParts, trigger: Trigger): Promise<Passed | null> {
  try {
    return await parts.pass(trigger);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    parts.onTrouble(troubleOf(error));
    return null;
  }
}
