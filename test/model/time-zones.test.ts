/** Y9: a plain date is a day in the configured time zone, also where that day has 23 or 25 hours, no midnight, or never was. */
import { describe, expect, test } from 'vitest';
import { indexModel, standing } from '../../src/model/standing.ts';
import { block, institution, repository, resolved, startsAt, user } from '../support/model-builder.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Access from one day to another, by one person's own dates. */
function access(starts: string, ends: string, timeZone: string) {
  const files = { 'institutions/cbs.yaml': [institution('cbs')], 'users/a.yaml': [user('anna', { starts, ends })] };
  const index = indexModel(resolved(repository(files), { timeZone }).model);
  return (at: number) => standing(index, 'anna', at).mayLogIn.allowed;
}

/** What the platform itself says of moments in a zone: an oracle that shares nothing with the code under test. */
function civilClock(timeZone: string): {
  readonly date: (at: number) => string;
  readonly offset: (at: number) => number;
} {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', ...fields });
  return {
    date: (at) => clock.format(at).slice(0, 'YYYY-MM-DD'.length),
    offset: (at) => Date.parse(`${clock.format(at).replace(', ', 'T')}Z`) - at,
  };
}

function offsetChanges(timeZone: string, fromYear: number, toYear: number): readonly number[] {
  const { offset } = civilClock(timeZone);
  const changes: number[] = [];
  for (let at = Date.UTC(fromYear, 0, 1); at < Date.UTC(toYear, 0, 1); at += DAY_MS) {
    if (offset(at) !== offset(at + DAY_MS)) changes.push(at);
  }
  return changes;
}

function nextDate(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

describe.each([
  ['Europe/Copenhagen', 1996, 2037, 80],
  ['America/New_York', 1996, 2037, 80],
  ['America/Sao_Paulo', 1990, 2020, 50],
  ['Pacific/Apia', 2009, 2023, 20],
])('Y9: every change of the clocks in %s', (timeZone, fromYear, toYear, atLeast) => {
  const changes = offsetChanges(timeZone, fromYear, toYear);
  const { date } = civilClock(timeZone);

  test('there are such changes to walk through', () => {
    expect(changes.length).toBeGreaterThanOrEqual(atLeast);
  });

  test('access of one day is access at exactly the moments that bear its date', () => {
    const wrong: string[] = [];
    for (const change of changes) {
      const first = date(change - DAY_MS);
      for (const day of [first, nextDate(first), nextDate(nextDate(first))]) {
        const allowed = access(day, day, timeZone);
        for (let at = change - 2 * DAY_MS; at <= change + 3 * DAY_MS; at += HOUR_MS / 2) {
          if (allowed(at) !== (date(at) === day)) wrong.push(`${day} at ${new Date(at).toISOString()}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('Y9: single days that are unlike others', () => {
  test('a day that Samoa skipped gives no access, and what ends on it ends as if on the day before', () => {
    const allowed = access('2011-12-30', '2011-12-30', 'Pacific/Apia');
    const skipped = Date.UTC(2011, 11, 30, 10);
    expect([skipped - 1, skipped, skipped + 1].map(allowed)).toEqual([false, false, false]);
    expect(startsAt('2011-12-30', 'Pacific/Apia')).toBe(startsAt('2011-12-31', 'Pacific/Apia'));
  });

  test('a day without midnight begins when the clocks do', () => {
    const begins = Date.UTC(2018, 10, 4, 3);
    const allowed = access('2018-11-04', '2018-11-04', 'America/Sao_Paulo');
    expect([begins - 1, begins].map(allowed)).toEqual([false, true]);
  });

  test('a day of 23 hours and one of 25 are whole days', () => {
    const length = (from: string, to: string) => (startsAt(to) - startsAt(from)) / HOUR_MS;
    expect([length('2026-03-29', '2026-03-30'), length('2026-10-25', '2026-10-26')]).toEqual([23, 25]);
  });

  test.each([
    ['2026-03-28', '2026-03-29'],
    ['2026-10-24', '2026-10-25'],
    ['2026-12-31', '2027-01-01'],
    ['2028-02-29', '2028-03-01'],
    ['2099-12-31', '2100-01-01'],
    ['2199-12-30', '2199-12-31'],
  ])('`until: %s` and `lifted: %s` end at the same moment', (until, lifted) => {
    const files = {
      'institutions/cbs.yaml': [institution('cbs')],
      'users/a.yaml': [user('anna'), user('bo')],
      'blocked-users.yaml': [
        block('blocked-user', 'anna', { from: '2026-01-01', until }),
        block('blocked-user', 'bo', { from: '2026-01-01', lifted }),
      ],
    };
    const index = indexModel(resolved(repository(files)).model);
    const end = startsAt(lifted);
    const may = (at: number) => ['anna', 'bo'].map((key) => standing(index, key, at).mayLogIn.allowed);
    expect([may(end - 1), may(end)]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  test('an end in the past has ended, one in the next century has not', () => {
    const now = startsAt('2026-06-15');
    expect(access('1995-01-01', '1999-12-31', 'Europe/Copenhagen')(now)).toBe(false);
    expect(access('1995-01-01', '2126-12-31', 'Europe/Copenhagen')(now)).toBe(true);
  });
});
