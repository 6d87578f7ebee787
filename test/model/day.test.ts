/** Days: which texts are one, and where a day begins in a time zone. */
import { describe, expect, test } from 'vitest';
import { dayOf, isTimeZone, readDay, startOfDay, startOfNextDay } from '../../src/model/day.ts';
import type { Day } from '../../src/model/document.ts';

function day(text: string): Day {
  const reading = readDay(text);
  if (!reading.ok) throw new Error(reading.message);
  return reading.value;
}

function utc(instant: number): string {
  return new Date(instant).toISOString();
}

describe('texts', () => {
  test.each(['2026-03-01', '1990-01-01', '2199-12-31', '2028-02-29'])('%s is a day', (text) => {
    expect(readDay(text)).toEqual({ ok: true, value: text });
  });

  test.each([
    ['31-12-2027', '2027-12-31'],
    ['31.12.2027', '2027-12-31'],
    ['31/12/2027', '2027-12-31'],
    ['31. 12. 2027', '2027-12-31'],
    ['12/31/2027', '2027-12-31'],
    ['05-05-2027', '2027-05-05'],
    ['2027/12/31', '2027-12-31'],
    ['2027.12.31', '2027-12-31'],
    ['2027-6-1', '2027-06-01'],
    ['20271231', '2027-12-31'],
    ['2027-12-31T00:00:00Z', '2027-12-31'],
    ['2027-12-31 08:00', '2027-12-31'],
  ])('%s is refused, and %s offered', (text, better) => {
    expect(readDay(text)).toMatchObject({ ok: false, better });
  });

  test.each([
    '03-04-2027',
    '3/4/2027',
    '31-12-27',
    '31 December 2027',
    'tomorrow',
    '',
    '2027-02-30',
    '2027-13-01',
    '2027-00-10',
    '2027-04-31',
    '2027-02-29',
    '0206-01-01',
    '1989-12-31',
    '2200-01-01',
    '-2027-01-01',
    '+002027-01-01',
    '２０２７-01-01',
    '2027-01-01[u-ca=japanese]',
  ])('%j is refused without a guess', (text) => {
    const reading = readDay(text);
    expect(reading.ok).toBe(false);
    expect(reading).not.toHaveProperty('better');
  });
});

describe('Y9: where a day begins and ends', () => {
  test.each([
    ['2026-01-15', 'Europe/Copenhagen', '2026-01-14T23:00:00.000Z', '2026-01-15T23:00:00.000Z'],
    ['2026-07-15', 'Europe/Copenhagen', '2026-07-14T22:00:00.000Z', '2026-07-15T22:00:00.000Z'],
    // The clocks go forward at 02:00: the day has 23 hours.
    ['2026-03-29', 'Europe/Copenhagen', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    // They go back at 03:00: the day has 25.
    ['2026-10-25', 'Europe/Copenhagen', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    // Midnight itself is skipped: the day begins at 01:00.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z', '2026-04-24T21:00:00.000Z'],
    // Midnight comes twice: the day begins at the first.
    ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    // The day before, which the zone skipped altogether, begins and ends where this one begins.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
    ['2026-03-01', 'UTC', '2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
    ['2099-12-31', 'Asia/Kathmandu', '2099-12-30T18:15:00.000Z', '2099-12-31T18:15:00.000Z'],
  ])('%s in %s', (text, timeZone, start, end) => {
    expect(utc(startOfDay(day(text), timeZone))).toBe(start);
    expect(utc(startOfNextDay(day(text), timeZone))).toBe(end);
  });

  test('every day of two years begins on that day, and the moment before is the day before', () => {
    const zones = [
      'Europe/Copenhagen',
      'America/Havana',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Asia/Kolkata',
    ];
    for (const timeZone of zones) {
      let at = day('2025-12-31');
      for (let count = 0; count < 730; count++) {
        const next = dayOf(startOfNextDay(at, timeZone), timeZone);
        expect(next > at).toBe(true);
        expect(dayOf(startOfDay(next, timeZone), timeZone)).toBe(next);
        expect(dayOf(startOfDay(next, timeZone) - 1, timeZone)).toBe(at);
        at = next;
      }
    }
  });
});

test('time zones are known by their names in the IANA database, and only so', () => {
  expect(['Europe/Copenhagen', 'UTC', 'America/New_York'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['Europe/Kobenhavn', 'CEST+1', '+02:00', ''].map(isTimeZone)).toEqual([false, false, false, false]);
});
