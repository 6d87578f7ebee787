/** The reminder of who is closed for long. */
import { expect, test } from 'vitest';
import { begun, HOUR_MS, TEAM } from './notifier-scene.ts';

const DAY_MS = 24 * HOUR_MS;
/** In Copenhagen the same day. */
const SINCE = Date.parse('2025-03-01T12:00:00Z');

test('Research Service is reminded of each who is closed for a year, once, and again a year later', async () => {
  const { tell, clock, fresh, leavers } = await begun();
  const heard: (readonly string[])[] = [];
  for (const days of [364, 365, 366, 729, 730]) {
    clock.now += DAY_MS;
    const shared = { institution: 'cbs', groups: [] };
    leavers.now = [
      { ...shared, username: 'anna', label: 'Anna Jensen (anna)', since: SINCE, days },
      { ...shared, username: 'nora', label: 'Nora New (nora)', since: clock.now, days: 3 },
    ];
    await tell.look();
    const mails = (await fresh()).filter(({ topic }) => topic === 'closed');
    heard.push(mails.flatMap(({ recipient, text }) => [recipient, ...(text.match(/^- .*$/gm) ?? [])]));
  }
  const line = (days: number) => [TEAM, `- Anna Jensen (anna): since 2025-03-01, for ${days} days; was with cbs`];
  expect(heard).toEqual([[], line(365), [], [], line(730)]);
});
