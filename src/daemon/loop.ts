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
  /** What was away and may be back soon, by name: a system, the repository. */
  readonly away: readonly string[];
  /** Whether it ended early for an operator's block, so that another one follows soon. */
  readonly gaveWay: boolean;
}

export interface LoopParts {
  /** One pass. Throws MusterError where it may not begin. */
  pass(trigger: Trigger): Promise<Passed>;
  readonly clock: Clock;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Told of a pass that could not begin; never throws. */
  onTrouble(trouble: Trouble): Promise<void>;
}

export interface Loop {
  /** Asks for a pass; while one runs, for one more after it, however often it is asked. */
  ask(trigger: Trigger): void;
  /** What it will wake for by itself, and when; null: nothing. */
  next(): { readonly at: Instant; readonly trigger: Trigger } | null;
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
/** Least time after a pass that gave way: the operator's command, which looks every quarter of a second, has the lease by then. */
const WAY_MS = 3_000;
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
  const waiting = new Waiting();
  const ended = run(parts, waiting, { stopping: stopping.signal, take, nap, again: ask });
  return {
    ask,
    ended,
    next: () => waiting.next(),
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

interface Control {
  readonly stopping: AbortSignal;
  take(): Trigger | null;
  again(trigger: Trigger): void;
  /** Sleeps until somebody asks for a pass, or for so long. */
  nap(ms: number): Promise<void>;
}

async function run(parts: LoopParts, waiting: Waiting, { stopping, take, nap, again }: Control): Promise<void> {
  while (!stopping.aborted) {
    const trigger = take() ?? waiting.reached(parts.clock());
    if (trigger === null) {
      await nap(TICK_MS);
      continue;
    }
    const passed = await attempt(parts, trigger);
    waiting.learn(passed, parts.clock());
    const gaveWay = passed?.gaveWay === true;
    if (gaveWay) again('operator');
    if (!stopping.aborted) await parts.sleep(gaveWay ? WAY_MS : SPACING_MS, stopping);
  }
}

/** What no pass could begin for: the same back-off as that of a system. */
const ANY_PASS = '';

/** What the loop wakes for by itself: the next due moment, and per system when it is looked for again. */
class Waiting {
  #due: Instant | null = null;
  /** Each has a back-off of its own: one that has been away for days does not make another's short absence long. */
  #away: ReadonlyMap<string, { readonly failures: number; readonly at: Instant }> = new Map();

  /** @param passed null: the pass could not begin, and so has not acted on the due moment either. */
  learn(passed: Passed | null, now: Instant): void {
    const names = passed === null ? [ANY_PASS] : passed.away;
    const kept = passed === null ? [...this.#away] : [];
    const counted = names.map((name) => {
      const failures = (this.#away.get(name)?.failures ?? 0) + 1;
      return [name, { failures, at: now + retryAfter(failures) }] as const;
    });
    this.#away = new Map([...kept, ...counted]);
    if (passed !== null) this.#due = passed.nextDue;
    else if (this.#due !== null) this.#due = Math.max(this.#due, this.#away.get(ANY_PASS)?.at ?? now);
  }

  reached(now: Instant): Trigger | null {
    const next = this.next();
    return next !== null && next.at <= now ? next.trigger : null;
  }

  next(): { readonly at: Instant; readonly trigger: Trigger } | null {
    const retryAt = Math.min(...[...this.#away.values()].map(({ at }) => at));
    if (this.#due !== null && this.#due <= retryAt) return { at: this.#due, trigger: 'due' };
    return retryAt === Number.POSITIVE_INFINITY ? null : { at: retryAt, trigger: 'retry' };
  }
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
    await parts.onTrouble(troubleOf(error));
    return null;
  }
}
