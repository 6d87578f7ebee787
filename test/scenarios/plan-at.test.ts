/** Plans for a moment to come, and approvals in advance: what dates bring about is looked at before it comes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approveAhead, rejectHeld } from '../../src/core/operations/approval.ts';
import { lookAhead } from '../../src/core/operations/look-ahead.ts';
import { type Ahead, planAt } from '../../src/core/operations/plan-at.ts';
import { pass } from '../../src/core/pass.ts';
import { exitCodeOf } from '../../src/core/report.ts';
import { aheadPage } from '../../src/views/plan-at.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { makeScene, OPERATOR, type Scene, takeOffline } from '../support/scene.ts';
import { sorted, story } from '../support/story.ts';

/** The first moment of 1 July 2026 in Copenhagen, two weeks after the scene begins. */
const JULY = Date.UTC(2026, 5, 30, 22);
const HOUR_MS = 3_600_000;
const LEAVING = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'];
const STAYING = ['s1', 's2', 's3', 's4'];

let scene: Scene;

beforeEach(async () => {
  scene = await makeScene();
  await scene.declare({
    ...institution('cbs', 'CBS'),
    ...people(LEAVING, { ends: '2026-06-30' }),
    ...people(STAYING),
  });
  await scene.settle();
  // What was approved for these people so far is done, and over.
  scene.clock.now += HOUR_MS;
});

afterEach(() => scene.close());

function look(at = JULY): Promise<Ahead> {
  return planAt(scene.parts(), at, '2026-07-01');
}

function namesOf({ report }: Ahead): readonly string[] {
  return report.plan.changes.map(({ kind, address }) => `${kind} ${address.key}`);
}

async function approveJuly(): Promise<void> {
  const { report } = await look();
  for (const { digest } of report.holds) {
    const when = { at: JULY, dateText: '2026-07-01', expireHours: 72 };
    await approveAhead(scene.parts(), digest ?? '', OPERATOR, when);
  }
}

describe('plan --at', () => {
  test('shows who loses access by then, as due, and holds what is over the limit', async () => {
    const ahead = await look();
    expect(namesOf(ahead)).toEqual(LEAVING.map((name) => `disable ${name}`));
    const [hold, ...others] = ahead.report.holds;
    expect(others).toEqual([]);
    expect([hold?.rule, hold?.because]).toEqual(['due', '8 people of 12 accounts; the limit of "due" is 20 %.']);
    expect(hold?.release).toMatch(/"muster approve [0-9a-f]{12} --at 2026-07-01 --reason …"/);
    expect(exitCodeOf(ahead.report)).toBe(2);
  });

  test('a moment before that shows nothing', async () => {
    const ahead = await look(JULY - 1);
    expect([namesOf(ahead), ahead.report.holds, exitCodeOf(ahead.report)]).toEqual([[], [], 0]);
  });

  test('writes nothing, in the directory or the database', async () => {
    const [directory, entries, latest] = [
      await scene.directory.bytes(),
      await scene.store.memory.entries(),
      await scene.store.reports.latest(),
    ];
    await look();
    expect(await scene.directory.bytes()).toEqual(directory);
    expect(await scene.store.memory.entries()).toEqual(entries);
    expect(await scene.store.reports.latest()).toEqual(latest);
  });

  test('leaves out what is due now, and counts what no pass has taken in yet as known by then', async () => {
    await scene.declare({ ...person('s1', { phone: '+45 28 11 11 11' }), ...person('s2', { ends: '2026-06-20' }) });
    const ahead = await look();
    expect(sorted(namesOf(ahead))).toEqual([...LEAVING, 's2'].map((name) => `disable ${name}`));
    expect(ahead.dueNow).toBeGreaterThan(0);
    expect(ahead.report.plan.changes.map(({ classes }) => classes)).toEqual([...LEAVING, 's2'].map(() => ['due']));
  });

  test('shows blocks that begin and end, and accounts that are made, at their dates', async () => {
    await scene.declare({
      ...blocks('user', [{ target: 's1', from: '2026-06-25' }]),
      ...person('new', { starts: '2026-06-28' }),
      ...person('late', { starts: '2026-07-02' }),
    });
    const shown = sorted(namesOf(await look())).filter((one) => !one.includes(' a'));
    expect(shown).toEqual(['create new', 'disable s1']);
  });

  test('refuses a moment that has gone by', async () => {
    await expect(planAt(scene.parts(), scene.clock.now, '2026-06-15')).rejects.toThrow('has gone by');
  });

  test('says so where the servers cannot be read', async () => {
    await takeOffline(scene.directory);
    const { report } = await look();
    expect([report.plan.unread.length, exitCodeOf(report)]).toEqual([1, 1]);
  });
});

describe('the page of plan --at', () => {
  test('says whom the dates reach, what would be held, and how to approve it now', async () => {
    const page = pageAsText(aheadPage(await look(), { timeZone: 'Europe/Copenhagen', all: false }), plainStyle);
    expect(page).toContain('Plan for 2026-07-01 00:00 (Europe/Copenhagen)');
    expect(page).toContain('Held, unless approved before: 8 people lose access.');
    expect(page).toMatch(/run "muster approve [0-9a-f]{12} --at 2026-07-01 --reason …"/);
    expect(page).toContain('the last day with access was 2026-06-30 (users/cbs/a1.yaml:7)');
  });
});

describe('an approval in advance', () => {
  test('lets exactly this through when the day comes, without a hold', async () => {
    await approveJuly();
    scene.clock.now = JULY - HOUR_MS;
    expect(story(await scene.sync('schedule'))).toEqual([]);
    scene.clock.now = JULY + HOUR_MS;
    const report = await scene.sync('schedule');
    expect(sorted(story(report))).toEqual(LEAVING.map((name) => `disable ${name}`));
    expect(report.applied.every(({ approved }) => approved)).toBe(true);
    expect(await scene.directory.enabled()).toEqual(STAYING);
  });

  test('without it the day is held', async () => {
    scene.clock.now = JULY + HOUR_MS;
    expect(story(await scene.sync('schedule'))).toEqual(['held due: 8']);
  });

  test('holds what differs by then, and lets the others through', async () => {
    await approveJuly();
    await scene.declare(person('a8', { ends: '2026-06-29' }));
    await scene.sync();
    scene.clock.now = JULY + HOUR_MS;
    const report = await scene.sync('schedule');
    const approved = report.applied.flatMap((one) => (one.approved ? [one.change.address.key] : []));
    expect(sorted(approved)).toEqual(LEAVING.slice(0, 7));
    expect(report.holds.map(({ rule, changes }) => [rule, changes.map(({ person: { key } }) => key)])).toEqual([
      ['differs', ['a8']],
    ]);
  });

  test('keeps nobody from anything else before its day', async () => {
    await approveJuly();
    await scene.declare(person('a1', { ends: '2026-06-30', phone: '+45 28 22 22 22' }));
    expect(story(await scene.sync())).toEqual(['update a1']);
  });

  test('does not count once the day is long over', async () => {
    await approveJuly();
    scene.clock.now = JULY + 73 * HOUR_MS;
    expect(story(await scene.sync('schedule'))).toEqual(['held due: 8']);
  });

  test('can be taken back before its day', async () => {
    const { report } = await look();
    await approveJuly();
    await rejectHeld(scene.parts(), report.holds[0]?.digest ?? '', OPERATOR);
    scene.clock.now = JULY + HOUR_MS;
    expect(story(await scene.sync('schedule'))).toEqual(['held due: 8']);
  });

  test('of a digest that names nothing of that day is refused', async () => {
    const when = { at: JULY, dateText: '2026-07-01', expireHours: 72 };
    const refused = approveAhead(scene.parts(), '0123456789ab', OPERATOR, when);
    await expect(refused).rejects.toThrow('names nothing that would be held then');
  });

  test('over two days counts from the first of them', async () => {
    await scene.declare(people(['a7', 'a8'], { ends: '2026-07-01' }));
    await scene.sync();
    const at = JULY + 24 * HOUR_MS;
    const [hold] = (await planAt(scene.parts(), at, '2026-07-02')).report.holds;
    const when = { at, dateText: '2026-07-02', expireHours: 72 };
    await approveAhead(scene.parts(), hold?.digest ?? '', OPERATOR, when);
    scene.clock.now = JULY;
    expect(sorted(story(await scene.sync('due')))).toEqual(LEAVING.slice(0, 6).map((name) => `disable ${name}`));
    scene.clock.now = at;
    expect(sorted(story(await scene.sync('due')))).toEqual(['disable a7', 'disable a8']);
  });
});

describe('a look ahead', () => {
  test('is the same from what is remembered as from a plan, and asks neither repository nor directory', async () => {
    const planned = await pass(scene.parts(), { trigger: 'command', dryRun: true, forecastDays: 20 });
    await takeOffline(scene.directory);
    const nobody = { load: () => Promise.reject(new Error('asked')), descends: () => Promise.resolve(true) };
    const looked = await lookAhead({ ...scene.parts(), repository: nobody }, 20);
    expect(looked).toEqual(planned.forecast);
    expect(looked.days.map(({ day, coming }) => [day, coming.length])).toEqual([['2026-07-01', 8]]);
  });

  test('is not part of a pass that nobody asked to look', async () => {
    expect((await scene.sync()).forecast).toBeUndefined();
  });
});
