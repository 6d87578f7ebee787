/** Which merge requests are looked at next, and which rest: by what was found of each before. */
import type { Trouble } from '../errors.ts';
import type { MergeRequest } from '../forges/port.ts';
import type { Instant } from '../model/document.ts';
import { retryAfter } from './loop.ts';

/** What the systems hold changes without anybody's saying so: a review that is older, in milliseconds, is made anew. */
const REFRESH_MS = 15 * 60_000;
/** Reviews that are only made anew, in one round: new commits do not wait behind them. */
const REFRESHES_MAX = 3;

export interface Known {
  readonly request: MergeRequest;
  readonly headline: string | null;
  readonly target: string | null;
  readonly at: Instant | null;
  readonly trouble: Trouble | null;
  /** In a row. */
  readonly failures: number;
  /** Not before that; 0: whenever. */
  readonly notBefore: Instant;
}

/** Each open one with what is known of it. A new commit makes what was known of the old one void. */
export function asKnown(open: readonly MergeRequest[], before: ReadonlyMap<number, Known>): ReadonlyMap<number, Known> {
  const blank = { headline: null, target: null, at: null, trouble: null, failures: 0, notBefore: 0 };
  return new Map(
    open.map((request) => {
      const old = before.get(request.number);
      return [request.number, old?.request.head === request.head ? { ...old, request } : { request, ...blank }];
    }),
  );
}

/**
 * New commits first, those of people who wait for a plan before all others; of the rest the longest ago, and not all at once.
 * @param isPlanned whether more than its mistakes is looked for
 */
export function inTurn(
  all: readonly Known[],
  now: Instant,
  isPlanned: (request: MergeRequest) => boolean,
): readonly Known[] {
  const due = all.filter((one) => isDue(one, now));
  const fresh = due.filter(({ at }) => at === null);
  const again = due.filter(({ at }) => at !== null).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return [
    ...fresh.filter(({ request }) => isPlanned(request)),
    ...fresh.filter(({ request }) => !isPlanned(request)),
    ...again.slice(0, REFRESHES_MAX),
  ];
}

function isDue({ at, target, notBefore }: Known, now: Instant): boolean {
  if (notBefore > now) return false;
  return at === null || target === null || Math.abs(now - at) >= REFRESH_MS;
}

/** It is looked at again after a while, which grows. */
export function putOff(one: Known, trouble: Trouble | null, now: Instant): Known {
  const failures = one.failures + 1;
  return { ...one, trouble, failures, target: null, notBefore: now + retryAfter(failures) };
}
