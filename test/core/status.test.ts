/** What a page is told of a pass: the glance, the days, and the state as a whole. */
import { describe, expect, test } from 'vitest';
import { activityOf } from '../../src/core/activity.ts';
import { type Glance, glanceOf } from '../../src/core/glance.ts';
import { type LoopState, type StatusMemory, statusOf } from '../../src/core/status.ts';
import { donePass, emptyReport, fullPlan, sampleChanges } from '../views/sample-report.ts';

const ZONE = 'Europe/Copenhagen';
const NOW = Date.UTC(2026, 2, 1, 13, 30);
const LOOP: LoopState = { alive: true, passingSince: null, next: { at: NOW + 1, trigger: 'schedule' } };
const SITE = {
  instance: 'demo',
  mode: 'enforce',
  systems: ['directory', 'tokens'],
  channels: [],
  timeZone: ZONE,
} as const;

describe('a glance', () => {
  test('counts everybody and names the first twenty, however many a hold is about', () => {
    const [hold] = glanceOf(fullPlan()).holds;
    expect(hold).toMatchObject({ rule: 'disable', people: 120, tally: { takes: 120, creates: 0 } });
    expect([hold?.changes.count, hold?.changes.first.length]).toEqual([120, 20]);
  });

  test('stays small where a pass held a hundred thousand', () => {
    const report = fullPlan();
    const [hold] = report.holds;
    if (hold === undefined) throw new TypeError('the sample holds something');
    const many = Array.from({ length: 100_000 }, (_, n) => ({
      ...hold.changes[0],
      person: { key: `p${n}`, label: `P ${n}` },
    }));
    // Changes of one kind with other people, as the compiler can't see in a spread of a union.
    const large = { ...report, holds: [{ ...hold, changes: many as typeof hold.changes }] };
    expect(glanceOf(large).holds[0]?.people).toBe(100_000);
    expect(JSON.stringify(glanceOf(large)).length).toBeLessThan(20_000);
  });

  test('tells what was done from what was not, each change in the first group that fits', () => {
    const glance = glanceOf(donePass());
    expect(glance.done).toEqual({ takes: 1, creates: 1, gives: 0, phones: 0, adopts: 0, others: 0 });
    expect(glance.failed.first.map(({ person, status }) => [person.key, status])).toEqual([
      ['bmadsen', 'failed'],
      ['eholm', 'skipped'],
    ]);
    expect(glance.outcomes.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  test('puts urgent notices first, leaves out those that ask for nothing, and warnings', () => {
    const glance = glanceOf(fullPlan());
    expect(glance.notices.first.map(({ kind }) => kind)).toEqual(['protected', 'disabled-by-hand']);
    expect(glance.diagnostics.count).toBe(1);
    expect(sampleChanges.length).toBeGreaterThan(0);
  });
});

describe('the days', () => {
  test('are those of the zone, today last, also those on which nothing happened', () => {
    // Half past midnight in Copenhagen, the evening before in Greenwich.
    const late = Date.UTC(2026, 1, 28, 23, 30);
    const days = activityOf(
      {
        runs: [
          { at: late, kind: 'failed', n: 1 },
          { at: NOW, kind: 'waiting', n: 2 },
        ],
        changes: [
          { at: late, kind: 'takes', n: 3 },
          { at: late - 3_600_000, kind: 'gives', n: 4 },
        ],
      },
      { at: NOW, days: 3, timeZone: ZONE },
    );
    const none = { passes: 0, waiting: 0, failed: 0, taken: 0, given: 0, others: 0 };
    expect(days).toEqual([
      { ...none, day: '2026-02-27' },
      { ...none, day: '2026-02-28', given: 4 },
      { ...none, day: '2026-03-01', passes: 3, waiting: 2, failed: 1, taken: 3 },
    ]);
  });

  test('are as many as asked for over a change of the clock', () => {
    for (const at of [Date.UTC(2026, 2, 29, 22, 30), Date.UTC(2026, 9, 25, 23, 30)]) {
      const days = activityOf({ runs: [], changes: [] }, { at, days: 14, timeZone: ZONE });
      expect(new Set(days.map(({ day }) => day)).size).toBe(14);
    }
  });
});

function memoryOf(glance: Glance | null, paused = false): StatusMemory {
  const nobody = { by: 'rita', reason: 'maintenance', at: NOW };
  return {
    glances: () => Promise.resolve(glance === null ? [] : [{ seq: 1, glance }]),
    proven: () =>
      Promise.resolve({
        systems: new Map([['directory', NOW - 60_000]]),
        repositoryAt: NOW - 60_000,
        committedAt: null,
        passedAt: NOW - 60_000,
      }),
    agreement: () => Promise.resolve([]),
    orders: { blocks: () => Promise.resolve([]), paused: () => Promise.resolve(paused ? nobody : null) },
    approvals: { valid: () => Promise.resolve([]) },
    people: {
      find: () => Promise.resolve([]),
      revision: () => Promise.resolve(null),
      entriesAbout: () => Promise.resolve([]),
      ledgerOf: () => Promise.resolve([]),
      shutOuts: { of: () => Promise.resolve([]) },
      tasks: { of: () => Promise.resolve([]) },
      changes: { of: () => Promise.resolve([]) },
      orders: { blocks: () => Promise.resolve([]) },
    },
    past: { happenings: () => Promise.resolve([]), counts: () => Promise.resolve({ runs: [], changes: [] }) },
    work: async () => ({ entries: [], tasks: [] }),
    mergeRequests: {
      standings: () => Promise.resolve({ open: [], at: null, answeredAt: null, trouble: null }),
      page: () => Promise.resolve(null),
    },
    bytes: () => 4096,
  };
}

describe('the state as a whole', () => {
  const judge = async (glance: Glance | null, loop = LOOP, paused = false) => {
    const { condition, because } = await statusOf(memoryOf(glance, paused), SITE, loop, NOW);
    return { condition, because };
  };

  test('is new before the first pass, and good after one without a wish', async () => {
    expect(await judge(null)).toEqual({ condition: 'new', because: [] });
    expect(await judge(glanceOf(emptyReport()))).toEqual({ condition: 'good', because: [] });
  });

  test('fails where the loop stands still, whatever the last pass says', async () => {
    expect(await judge(glanceOf(emptyReport()), { ...LOOP, alive: false })).toEqual({
      condition: 'failing',
      because: ['the loop stands still'],
    });
  });

  test('waits while it is paused', async () => {
    expect(await judge(glanceOf(emptyReport()), LOOP, true)).toEqual({ condition: 'waiting', because: ['paused'] });
  });

  test('says everything that is wrong, the gravest first', async () => {
    expect(await judge(glanceOf(fullPlan()))).toEqual({
      condition: 'failing',
      because: [
        '1 urgent notice',
        '120 people held',
        '1 mistake in the repository',
        '2 entries stand still',
        '1 thing needs somebody',
      ],
    });
  });

  test('keeps the last proven reading of a system that can not be read now', async () => {
    const trouble = { remedy: 'retry', where: 'ldaps://dc1', what: 'It is away.', next: 'Wait.' } as const;
    const report = emptyReport();
    const plan = { ...report.plan, read: [], unread: [{ system: 'directory', ...trouble }] };
    const { systems } = await statusOf(memoryOf(glanceOf({ ...report, plan })), SITE, LOOP, NOW);
    expect(systems).toEqual([
      { system: 'directory', state: 'unread', server: null, ours: null, provenAt: NOW - 60_000, trouble },
      { system: 'tokens', state: 'new', server: null, ours: null, provenAt: null, trouble: null },
    ]);
  });
});
