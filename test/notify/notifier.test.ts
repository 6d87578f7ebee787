/** What is told when: once it has lasted, again where that is promised, when it is over, and nothing twice. */
import { describe, expect, test } from 'vitest';
import type { Hold } from '../../src/core/plan.ts';
import { restoredNotice } from '../../src/core/restored.ts';
import type { Day } from '../../src/model/document.ts';
import { NOON, sampleCreate, sampleDisable, sampleOrder } from '../contracts/store-samples.ts';
import {
  begun,
  comingDays,
  HOLD,
  HOUR_MS,
  headings,
  notice,
  notifierScene,
  OPS,
  reportWith,
  TEAM,
} from './notifier-scene.ts';

const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

const AWAY = { remedy: 'retry', where: 'ldaps://dc1', what: 'It does not answer.', next: 'Look at it.' } as const;
const UNREAD = { unread: [{ system: 'directory', ...AWAY }] };

describe('what lasts', () => {
  test('is told after the set time, also where no pass looks again, and then not until it is over', async () => {
    const { tell, clock, fresh } = await begun();
    await tell.passed(reportWith({ holds: [HOLD] }));
    clock.now += 29 * MINUTE_MS;
    await tell.look();
    expect(await fresh()).toEqual([]);
    clock.now += MINUTE_MS;
    await tell.look();
    const [mail, ...others] = await fresh();
    expect(headings(mail === undefined ? [] : [mail])).toEqual([`${OPS}: Muster (demo): 1 thing needs somebody`]);
    expect(mail?.text).toContain('the limit of "disable" is 25.');
    expect(mail?.text).toContain('what to do: muster approve c090383718fd');
    expect(others).toEqual([]);
    await tell.passed(reportWith({ holds: [{ ...HOLD, because: '41 people' }] }));
    await tell.look();
    expect(await fresh()).toEqual([]);
    clock.now += HOUR_MS;
    await tell.passed(reportWith());
    expect(headings(await fresh())).toEqual([`${OPS}: Muster (demo): 1 thing is in order again`]);
  });

  test('is told neither at its beginning nor at its end where it was short', async () => {
    const { tell, clock, fresh } = await begun();
    await tell.passed(reportWith({ trouble: [AWAY] }, UNREAD));
    clock.now += 20 * MINUTE_MS;
    await tell.passed(reportWith());
    clock.now += HOUR_MS;
    await tell.look();
    expect(await fresh()).toEqual([]);
  });

  test('is not over because a system could not be read', async () => {
    const { tell, clock, fresh } = await begun();
    await tell.passed(reportWith({ holds: [HOLD] }));
    clock.now += HOUR_MS;
    await tell.passed(reportWith({ trouble: [AWAY] }, UNREAD));
    expect(await fresh()).toHaveLength(1);
    clock.now += HOUR_MS;
    await tell.look();
    expect((await fresh()).map(({ text }) => text.includes('ldaps://dc1: It does not answer.'))).toEqual([true]);
    await tell.passed(reportWith({ holds: [HOLD] }));
    const over = await fresh();
    expect(headings(over)).toEqual([`${OPS}: Muster (demo): 1 thing is in order again`]);
    expect(over[0]?.text).toContain('ldaps://dc1');
  });

  test('and keeps a pass from beginning is told as well', async () => {
    const { tell, clock, fresh } = await begun();
    await tell.hindered(AWAY);
    clock.now += 31 * MINUTE_MS;
    await tell.hindered(AWAY);
    expect((await fresh())[0]?.text).toContain("Can't be reached or read (1)");
  });

  test('as somebody who should be shut out and is not: told at once, and every day', async () => {
    const { tell, clock, fresh } = await begun();
    const report = reportWith(
      {},
      { notices: [notice({ kind: 'still-enabled', urgent: true, next: 'Disable it by hand.' })] },
    );
    const told: number[] = [];
    for (let hour = 0; hour <= 49; hour += 1) {
      await tell.passed(report);
      const mails = (await fresh()).filter(({ topic }) => topic === 'matters');
      if (mails.length > 0) told.push(hour);
      clock.now += HOUR_MS;
    }
    expect(told).toEqual([0, 24, 48]);
  });

  test('as a restored database: it is one thing, whatever row its text names, and has a title of its own', async () => {
    const { tell, clock, fresh } = await begun();
    const headings: (readonly string[])[] = [];
    for (const row of [40, 41, 42, null]) {
      const restored =
        row === null ? [] : restoredNotice({ because: `its audit chain ends with row ${row}.`, release: 'Look.' });
      await tell.passed(reportWith({}, { notices: restored }));
      const mails = await fresh();
      headings.push(mails.map(({ topic }) => topic));
      if (row === 40) {
        expect(mails[0]?.text).toContain('Urgent: the database is not the one of before');
        expect(mails[0]?.text).not.toContain('should be shut out');
      }
      clock.now += HOUR_MS;
    }
    expect(headings).toEqual([['matters'], [], [], ['over']]);
  });

  test('as a failing change: it is the same one also in passes in which it rests', async () => {
    const { tell, clock, fresh } = await begun();
    const change = sampleDisable('ajensen');
    const failed = {
      change,
      approved: false,
      lane: false,
      outcome: { status: 'failed', error: 'no right', next: 'Give it.' },
    } as const;
    const resting: Hold = { ...HOLD, rule: 'failing', because: 'it failed 3 times', digest: null, changes: [change] };
    for (const more of [{ applied: [failed] }, { holds: [resting] }, { applied: [failed] }, { holds: [resting] }]) {
      await tell.passed(reportWith(more));
      clock.now += 20 * MINUTE_MS;
    }
    const mails = await fresh();
    expect(headings(mails)).toEqual([`${OPS}: Muster (demo): 1 thing needs somebody`]);
    expect(mails[0]?.text).toContain('Keeps failing (1)');
  });
});

describe('a block from the command line', () => {
  const yaml = 'Add to blocked-users.yaml:\n- user: ajensen\n  reason: "stolen laptop"\n  from: 2026-03-01';
  const waiting = notice({ kind: 'operator-block', person: 'AJensen', text: 'AJensen is blocked by bo.', next: yaml });
  const report = reportWith({}, { notices: [waiting] });

  test('is told with the lines to paste after 4 hours, after 24, and then every day until it is written down', async () => {
    const { tell, clock, fresh, store } = await begun();
    // An hour before any pass saw it.
    await store.orders.block(sampleOrder('o1', { at: NOON - HOUR_MS }));
    const told: number[] = [];
    for (let hour = 1; hour <= 75; hour += 1) {
      if (hour % 5 === 1) await tell.passed(report);
      else await tell.look();
      const mails = (await fresh()).filter(({ topic }) => topic === 'orders');
      for (const { text } of mails)
        expect(text).toContain('    - user: ajensen\n      reason: "stolen laptop"\n'.replaceAll(/^ {2}/gm, ''));
      if (mails.length > 0) told.push(hour);
      clock.now += HOUR_MS;
    }
    expect(told).toEqual([4, 24, 48, 72]);
    await tell.passed(reportWith());
    clock.now += DAY_MS;
    await tell.look();
    expect((await fresh()).filter(({ topic }) => topic !== 'digest')).toEqual([]);
  });

  test('that takes the place of another begins anew', async () => {
    const { tell, clock, fresh, store } = await begun();
    await store.orders.block(sampleOrder('o1'));
    clock.now += 5 * HOUR_MS;
    await tell.passed(report);
    expect(await fresh()).toHaveLength(1);
    await store.orders.unblock('o1', 'bo', 'mistake', clock.now);
    await store.orders.block(sampleOrder('o2', { at: clock.now }));
    await tell.passed(report);
    clock.now += 3 * HOUR_MS;
    await tell.look();
    expect(await fresh()).toEqual([]);
    clock.now += HOUR_MS;
    await tell.look();
    expect(await fresh()).toHaveLength(1);
  });
});

describe('the digest', () => {
  test('comes once a day at its time on the wall, in winter and in summer, whoever looks first', async () => {
    const { notifier, clock, fresh } = await notifierScene(Date.parse('2026-03-27T12:00:00Z'));
    const processes = [await notifier(), await notifier()];
    for (const one of processes) {
      await one.begin();
      await one.passed(reportWith());
    }
    await fresh();
    const came: string[] = [];
    // The clocks go ahead in the night to the 29th.
    for (; clock.now < Date.parse('2026-03-31T00:00:00Z'); clock.now += 15 * MINUTE_MS) {
      for (const one of processes) await one.look();
      const digests = (await fresh()).filter(({ topic }) => topic === 'digest');
      came.push(...digests.map(() => new Date(clock.now).toISOString()));
    }
    expect(came).toEqual(['2026-03-28T06:00:00.000Z', '2026-03-29T05:00:00.000Z', '2026-03-30T05:00:00.000Z']);
  });

  test('says all that is open, whom the day concerned and what comes, or that nothing waits', async () => {
    const { tell, clock, fresh, made, forecast } = await begun();
    clock.now += 20 * HOUR_MS;
    await tell.look();
    const [calm] = await fresh();
    expect(calm?.subject).toBe('Muster (demo): 2026-03-02: Nothing waits for anybody.');
    expect(calm?.text).toContain("Nobody's access changed in the last 24 hours.");
    await made(sampleCreate('ajensen'));
    forecast.now = comingDays([ending(2)]);
    await tell.passed(reportWith({ holds: [HOLD] }));
    clock.now += DAY_MS;
    await tell.look();
    const digest = (await fresh()).find(({ topic }) => topic === 'digest');
    expect(digest?.recipient).toBe(OPS);
    expect(digest?.subject).toBe('Muster (demo): 2026-03-03: 1 thing needs somebody');
    for (const part of [
      'Held until somebody decides (1)',
      '- 1 new account',
      '2026-03-09: 2 lose access, 0 get it',
      'muster plan --at 2026-03-09T01:00',
    ])
      expect(digest?.text).toContain(part);
  });
});

function ending(people: number) {
  // A literal of the right form: the brand only marks that a day was checked.
  const day = '2026-03-09' as Day;
  const at = Date.parse('2026-03-09T00:00:00Z');
  const coming = Array.from({ length: people }, (_, n) => ({
    person: { key: `p${n}`, label: `Anna ${n} (p${n})` },
    at,
    gains: false,
    why: 'the last day with access was 2026-03-08',
    origin: { file: 'users/cbs.yaml', line: n + 1 },
    classes: ['due'] as const,
    cause: { institutions: [] },
  }));
  return { day, at, coming, over: [{ class: 'due', because: '2 people are over the limit' }] } as const;
}

test('Research Service hears of each date once, when it comes within two weeks', async () => {
  const { tell, clock, fresh, forecast } = await begun();
  const heard: (readonly string[])[] = [];
  for (const people of [1, 1, 3, 3]) {
    clock.now += DAY_MS;
    forecast.now = comingDays([ending(people)]);
    await tell.look();
    const mails = (await fresh()).filter(({ topic }) => topic === 'forecast');
    heard.push(
      mails.flatMap(({ recipient, text }) => [recipient, ...(text.match(/Anna \d \(p\d\) loses access/g) ?? [])]),
    );
  }
  expect(heard).toEqual([
    [TEAM, 'Anna 0 (p0) loses access'],
    [],
    [TEAM, 'Anna 1 (p1) loses access', 'Anna 2 (p2) loses access'],
    [],
  ]);
});

describe('what happens to people', () => {
  test('is told once, whichever of several processes looks, and not from before anybody was to be told', async () => {
    const { notifier, made, fresh, clock } = await notifierScene();
    await made(sampleCreate('before'));
    const processes = await Promise.all([notifier(), notifier(), notifier()]);
    for (const one of processes) await one.begin();
    await made(sampleCreate('ajensen'));
    await made(sampleDisable('bmadsen'));
    clock.now += HOUR_MS;
    await Promise.all(processes.map((one) => one.look()));
    await Promise.all(processes.map((one) => one.passed(reportWith())));
    const mails = (await fresh()).filter(({ topic }) => topic === 'people');
    expect(headings(mails)).toEqual([`${TEAM}: Muster (demo): 1 new account, 1 person whose access has ended`]);
    expect(mails[0]?.text).toContain('/outbox/ajensen.attempt-i2.age');
    expect(mails[0]?.text).not.toContain('before');
  });

  test('is left to come to rest, so that what another process does in one pass comes in one mail, but not for ever', async () => {
    const { tell, made, fresh, clock } = await begun();
    const mails: number[] = [];
    for (let second = 0; second < 70; second += 4) {
      await made(sampleDisable(`p${second}`));
      clock.now += 4_000;
      await tell.look();
      mails.push((await fresh()).length);
    }
    expect(mails.filter((count) => count > 0)).toEqual([1]);
    clock.now += 5_000;
    await tell.look();
    expect(await fresh()).toHaveLength(1);
  });
});
