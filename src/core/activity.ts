/** What went on in the days behind us: passes and changes, counted day by day for a chart and its table. */
import { dayOf } from '../model/day.ts';
import type { Day, Instant } from '../model/document.ts';
import type { Effect } from './change.ts';

/** So many of one kind at about one moment. */
export interface Counted<K> {
  /** The quarter of an hour in which they fell: no zone's day begins within one. */
  readonly at: Instant;
  readonly kind: K;
  readonly n: number;
}

export type RunResult = 'done' | 'waiting' | 'failed';

/** Passes by their result, and applied changes by their effect. */
export interface Counts {
  readonly runs: readonly Counted<RunResult>[];
  readonly changes: readonly Counted<Effect>[];
}

export interface DayActivity {
  readonly day: Day;
  readonly passes: number;
  /** Of these, passes that left something waiting, and passes that failed. */
  readonly waiting: number;
  readonly failed: number;
  /** Changes that took access, gave access, or neither. */
  readonly taken: number;
  readonly given: number;
  readonly others: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * One entry for each of the last days, today last, also for those on which nothing happened.
 * @param timeZone IANA name: what a day is.
 */
export function activityOf(
  { runs, changes }: Counts,
  { at, days, timeZone }: { readonly at: Instant; readonly days: number; readonly timeZone: string },
): readonly DayActivity[] {
  const ran = byDay(runs, timeZone);
  const changed = byDay(changes, timeZone);
  return lastDays(at, days, timeZone).map((day) => {
    const done = sum(ran.get(day), 'done');
    const waiting = sum(ran.get(day), 'waiting');
    const failed = sum(ran.get(day), 'failed');
    const of = (effect: Effect) => sum(changed.get(day), effect);
    return {
      day,
      passes: done + waiting + failed,
      waiting,
      failed,
      taken: of('takes'),
      given: of('gives'),
      others: of('neither'),
    };
  });
}

function byDay<K>(counted: readonly Counted<K>[], timeZone: string): ReadonlyMap<Day, readonly Counted<K>[]> {
  return Map.groupBy(counted, ({ at }) => dayOf(at, timeZone));
}

function sum<K>(counted: readonly Counted<K>[] | undefined, kind: K): number {
  return (counted ?? []).reduce((total, one) => (one.kind === kind ? total + one.n : total), 0);
}

/** Days of 23 and of 25 hours are both met by looking every twelve. */
function lastDays(at: Instant, days: number, timeZone: string): readonly Day[] {
  const found = new Set<Day>();
  for (let moment = at; found.size < days; moment -= DAY_MS / 2) found.add(dayOf(moment, timeZone));
  return [...found].reverse();
}
