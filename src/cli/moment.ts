/** Moments as people type them: a day, a day and a time, or a time from now. */
import { MusterError } from '../errors.ts';
import { readDay, startOfDay, startOfNextDay } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import { moment } from '../views/words.ts';

const MINUTE_MS = 60_000;
const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 24 * 60 * MINUTE_MS };

/** `2026-03-01T14:00`, also with a space. */
const DAY_AND_TIME = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)$/;

/** `45m`, `4h`, `3d`. */
const FROM_NOW = /^([1-9]\d{0,4})([mhd])$/;

/**
 * @param text a day, which is meant to its end, `2026-03-01T14:00`, or `4h`.
 * @param timeZone IANA name, in which days and times are read.
 * @throws MusterError (`person`) where it is none of these, or over already.
 */
export function readMoment(text: string, timeZone: string, now: Instant): Instant {
  const at = momentOf(text, timeZone, now, startOfNextDay);
  if (at === null) throw wrong(`--until ${text}`, 'is no moment.', HOW);
  if (at <= now) throw wrong(`--until ${text}`, 'is over already.', 'Write a moment to come.');
  return at;
}

/**
 * The same for `--at`, where a day is meant from its beginning, when dated entries fall due. It may have gone by.
 * @throws MusterError (`person`) where it is no moment.
 */
export function readMomentAhead(text: string, timeZone: string, now: Instant): Instant {
  const at = momentOf(text, timeZone, now, startOfDay);
  if (at === null) throw wrong(`--at ${text}`, 'is no moment.', HOW);
  return at;
}

/**
 * The same for `--since`, where a day is meant from its beginning and `3d` is so long ago.
 * @throws MusterError (`person`) where it is no moment.
 */
export function readMomentPast(text: string, timeZone: string, now: Instant): Instant {
  const at = momentOf(text, timeZone, now, startOfDay);
  const how = 'Write a day (2026-03-01), a day and a time (2026-03-01T14:00), or how long ago (4h, 3d).';
  if (at === null) throw wrong(`--since ${text}`, 'is no moment.', how);
  return FROM_NOW.test(text) ? now - (at - now) : at;
}

const HOW = 'Write a day (2026-03-01), a day and a time (2026-03-01T14:00), or a time from now (4h, 3d).';

/** @param ofDay which moment a day is meant as */
function momentOf(text: string, timeZone: string, now: Instant, ofDay: typeof startOfDay): Instant | null {
  const [, amount, unit] = FROM_NOW.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return now + Number(amount) * (UNITS_MS[unit] ?? 0);
  const [, date = text, hour, minute] = DAY_AND_TIME.exec(text) ?? [];
  const day = readDay(date);
  if (!day.ok) return null;
  if (hour === undefined || minute === undefined) return ofDay(day.value, timeZone);
  const wanted = Number(hour) * 60 + Number(minute);
  const guess = startOfDay(day.value, timeZone) + wanted * MINUTE_MS;
  // On a day on which the clocks change, so many minutes after its start are not what the clock on the wall then shows.
  return guess + (wanted - minutesShown(guess, timeZone)) * MINUTE_MS;
}

function minutesShown(at: Instant, timeZone: string): number {
  const [hour, minute] = moment(at, timeZone).slice(-5).split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

function wrong(where: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where, what, next });
}
