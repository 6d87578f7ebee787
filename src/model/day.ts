/** Calendar days and where they begin: ISO 8601 dates in a time zone of the IANA database. */
import { Temporal } from 'temporal-polyfill';
import type { Day, Instant } from './document.ts';
import type { Look } from './look.ts';
import { bad, good, type Reading } from './reading.ts';
import { shown } from './wording.ts';

/** Nobody's access began before this; an earlier year is a slip of the finger (0206, 1202). */
const YEAR_MIN = 1990;
/** Later than any career; a later year is a slip (2206 for 2026), and `none` says "no end". Active Directory itself could hold more. */
const YEAR_MAX = 2199;

/** The years from YEAR_MIN to YEAR_MAX; how long a month is, a pattern does not know. */
export const DAY_LOOK: Look = {
  pattern: '(?:199\\d|20\\d\\d|21\\d\\d)-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])',
  hint: 'A day is written year-month-day, as in 2027-12-31.',
  example: '2027-12-31',
};

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const YEAR_FIRST = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})\.?$/;
const YEAR_LAST = /^(\d{1,2})[-/. ] ?(\d{1,2})[-/. ] ?(\d{4})$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const WITH_TIME = /^(\d{4}-\d{2}-\d{2})[T ]\d/;
const HOW = DAY_LOOK.hint;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** A text as a day. Anything but `YYYY-MM-DD` is refused; the reading that can only be meant is offered. */
export function readDay(text: string): Reading<Day> {
  const iso = ISO_DAY.exec(text);
  if (iso !== null) return readIso(text, Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const timed = WITH_TIME.exec(text);
  if (timed !== null) return bad(`\`${shown(text)}\` has a time of day. ${HOW}`, timed[1]);
  const yearFirst = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (yearFirst !== null) return offer(text, [format(yearFirst[1], yearFirst[2], yearFirst[3])]);
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast !== null) {
    const dayFirst = format(yearLast[3], yearLast[2], yearLast[1]);
    const monthFirst = format(yearLast[3], yearLast[1], yearLast[2]);
    return offer(text, dayFirst === monthFirst ? [dayFirst] : [dayFirst, monthFirst]);
  }
  return bad(`\`${shown(text)}\` is not a day. ${HOW}`);
}

/** The days that a differently written text may mean: one is offered, two are both named. */
function offer(text: string, readings: readonly string[]): Reading<never> {
  const possible = readings.filter((reading) => readDay(reading).ok);
  const [first, second] = possible;
  const start = `\`${shown(text)}\` is not written as a day here.`;
  if (first === undefined) return bad(`${start} ${HOW}`);
  if (second === undefined) return bad(`${start} ${HOW}`, first);
  return bad(`${start} It may mean ${inWords(first)} or ${inWords(second)}: write ${first} or ${second}.`);
}

function readIso(text: string, year: number, month: number, day: number): Reading<Day> {
  if (month < 1 || month > 12) return bad(`\`${text}\` is not a day: there is no month ${month}. ${HOW}`);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate(); // day 0 of the next month
  if (day < 1 || day > days) {
    return bad(`\`${text}\` is not a day: ${MONTHS[month - 1] ?? ''} ${year} has ${days} days.`);
  }
  if (year < YEAR_MIN || year > YEAR_MAX) {
    return bad(`The year ${year} can hardly be meant. Years from ${YEAR_MIN} to ${YEAR_MAX} are accepted.`);
  }
  return good(text as Day); // the brand is given here and nowhere else: the text was just parsed
}

function format(year = '', month = '', day = ''): string {
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function inWords(iso: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
}

/** At most one number per zone and day within the accepted years: some 77,000 for one zone, were every day asked for. */
const starts = new Map<string, Instant>();

/**
 * The first moment of a day in a time zone. Usually 00:00; where the clocks skip midnight, the first moment after the gap; for a
 * day that the zone skipped altogether, the first moment of the next. Where midnight comes twice, the earlier one.
 */
export function startOfDay(day: Day, timeZone: string): Instant {
  const key = `${timeZone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const instant = Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds;
  starts.set(key, instant);
  return instant;
}

/** The first moment after a day: when something that lasts through that day is over. */
export function startOfNextDay(day: Day, timeZone: string): Instant {
  return startOfDay(nextDay(day), timeZone);
}

/** The day on which a moment falls in a time zone. */
export function dayOf(instant: Instant, timeZone: string): Day {
  const date = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate();
  return date.toString() as Day; // Temporal writes ISO 8601
}

/** What the clock on the wall shows at a moment in a time zone, as in `2026-03-01 14:00`. */
export function clockTime(instant: Instant, timeZone: string): string {
  const time = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return time.toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

/** An end in words: `2026-03-01 inclusive` where it is the end of that day, else the minute, as in `2026-03-01 14:00`. */
export function endInWords(instant: Instant, timeZone: string): string {
  const day = dayOf(instant - 1, timeZone);
  return startOfNextDay(day, timeZone) === instant ? `${day} inclusive` : clockTime(instant, timeZone);
}

/** Whether the name is a time zone of the IANA database, as in `Europe/Copenhagen`. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** The day so many days later. */
export function dayAfter(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString() as Day; // Temporal writes ISO 8601
}

/** How many days lie between two days; negative where the second comes first. */
export function daysBetween(from: Day, to: Day): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'day' }).days;
}

function nextDay(day: Day): Day {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString() as Day; // Temporal writes ISO 8601
}
