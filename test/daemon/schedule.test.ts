/** The schedule by a clock that the test moves: each moment once, in the configured zone, across both changes of the clocks. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { scheduleProblem, startSchedule } from '../../src/daemon/schedule.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const HOUR_MS = 3_600_000;

/** The moments at which it called, in UTC, to the minute. */
async function moments(expression: string, zone: string, from: string, hours: number): Promise<readonly string[]> {
  vi.setSystemTime(new Date(from));
  const called: string[] = [];
  const { end } = startSchedule(expression, zone, () => called.push(new Date().toISOString().slice(0, 16)));
  await vi.advanceTimersByTimeAsync(hours * HOUR_MS);
  await end();
  await vi.advanceTimersByTimeAsync(HOUR_MS * 2);
  return called;
}

describe('the schedule', () => {
  test('S9: calls on the hour whether or not anybody pushed, until it is ended', async () => {
    expect(await moments('0 * * * *', 'Europe/Copenhagen', '2026-11-21T10:30:00Z', 3)).toEqual([
      '2026-11-21T11:00',
      '2026-11-21T12:00',
      '2026-11-21T13:00',
    ]);
  });

  test('is in the configured zone', async () => {
    expect(await moments('30 6 * * *', 'Europe/Copenhagen', '2026-07-01T00:00:00Z', 24)).toEqual(['2026-07-01T04:30']);
    expect(await moments('30 6 * * *', 'Europe/Copenhagen', '2026-12-01T00:00:00Z', 24)).toEqual(['2026-12-01T05:30']);
  });

  test.each([
    ['an hour is left out', '2027-03-27T22:30:00Z', '2027-03-27T23:00'],
    ['an hour comes twice', '2027-10-30T21:30:00Z', '2027-10-30T22:00'],
  ])('no hour is missed on the day when %s', async (_what, from, first) => {
    const called = await moments('0 * * * *', 'Europe/Copenhagen', from, 6);
    expect(called[0]).toBe(first);
    expect(called).toHaveLength(6);
  });
});

test.each([
  ['0 * * * *', null],
  ['*/15 6-18 * * mon-fri', null],
  ['* * * * * *', 'It needs five fields: minute, hour, day, month, weekday.'],
  ['hourly', 'It needs five fields: minute, hour, day, month, weekday.'],
])('what is wrong with "%s" is said', (expression, problem) => {
  expect(scheduleProblem(expression)).toBe(problem);
});

test.each(['61 * * * *', '* 25 * * *', '* * 0 * *', 'x * * * *'])('"%s" is refused', (expression) => {
  expect(scheduleProblem(expression)).toMatch(/./);
});
