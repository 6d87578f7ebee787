/** When a block is in force: from the start of its first day to the start of the first day on which it no longer counts. */
import { startOfDay, startOfNextDay } from './day.ts';
import type { Block, Day, Instant } from './document.ts';

/** Days of one time zone as instants; each distinct day is worked out once. */
export interface Days {
  startOf(day: Day): Instant;
  startAfter(day: Day): Instant;
}

/** `timeZone` is an IANA name, as in `Europe/Copenhagen`. */
export function daysIn(timeZone: string): Days {
  const starts = new Map<Day, Instant>();
  const ends = new Map<Day, Instant>();
  return {
    startOf: (day) => remembered(starts, day, () => startOfDay(day, timeZone)),
    startAfter: (day) => remembered(ends, day, () => startOfNextDay(day, timeZone)),
  };
}

function remembered(known: Map<Day, Instant>, day: Day, work: () => Instant): Instant {
  const before = known.get(day);
  if (before !== undefined) return before;
  const instant = work();
  known.set(day, instant);
  return instant;
}

/** Half-open: in force at `from`, no longer at `to`; `to` null: without end. Where `to` is not after `from` it never is. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant | null;
}

/** `until` is the last day, `lifted` the first day on which it no longer counts; the earlier of the two ends it. */
export function windowOf(block: Block, days: Days): Window {
  const ends: Instant[] = [];
  if (block.until !== null) ends.push(days.startAfter(block.until));
  if (block.lifted !== null) ends.push(days.startOf(block.lifted));
  return { from: days.startOf(block.from), to: ends.length === 0 ? null : Math.min(...ends) };
}

/** Whether it has ended, or never is in force. */
export function isOver({ from, to }: Window, at: Instant): boolean {
  return to !== null && (to <= at || to <= from);
}
