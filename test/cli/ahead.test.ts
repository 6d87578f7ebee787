/** Looking ahead from the command line: what dates bring, what would be held, and an approval in advance. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSite, person, type SiteFolder } from './site-folder.ts';

let site: SiteFolder;

/** The day so many days from now, in the zone of the site. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Copenhagen' });
}

beforeAll(async () => {
  site = await makeSite();
  const leaving = Array.from({ length: 7 }, (_, nth) =>
    person(`guest${nth}`, 'Ida', 'Holm', `+45 20 12 35 1${nth}`).concat(`  ends: ${dayIn(3)}\n`),
  );
  site.declare('users/guests.yaml', leaving.join(''));
  site.configure('limits: { always: 5 }', 'limits: { always: 5, create: { people: 50, percent: 100 } }');
  const first = await site.muster('sync');
  const [, digest = ''] = /muster approve ([0-9a-f]{12})/.exec(first.out) ?? [];
  await site.muster('approve', digest, '--reason', 'the first of them');
  await site.muster('sync');
});

afterAll(() => site.remove());

describe('plan', () => {
  test('ends with what dates bring within 14 days, and says what will be held', async () => {
    const { code, out } = await site.muster('plan');
    expect([code, out.includes('Nothing to do')]).toEqual([0, true]);
    expect(out).toContain('By dates, within 14 days');
    expect(out).toContain(`${dayIn(4)}: 7 people lose access`);
    expect(out).toContain('Over a limit: 7 people of 9 accounts; the limit of "due" is 20 %.');
    expect(out).toContain(`muster plan --at ${dayIn(4)}`);
    expect(out).toContain(`Ida Holm (guest0): the last day with access was ${dayIn(3)} (users/guests.yaml:7)`);
  });

  test('--format json carries it as data', async () => {
    const { out } = await site.muster('plan', '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ forecast: { format: 1, days: [{ day: dayIn(4) }] } });
  });

  test('--at a day shows what would be held, and approve --at lets it through in advance', async () => {
    const { code, out } = await site.muster('plan', '--at', dayIn(4));
    expect(code).toBe(2);
    expect(out).toContain('Held, unless approved before: 7 people lose access.');
    const [, digest = ''] = /muster approve ([0-9a-f]{12}) --at/.exec(out) ?? [];
    const approved = await site.muster('approve', digest, '--at', dayIn(4), '--reason', 'end of the course');
    expect([approved.code, approved.out.includes(`from ${dayIn(4)} 00:00 until`)]).toEqual([0, true]);
    const again = await site.muster('plan', '--at', dayIn(4));
    expect([again.code, again.out.includes('7 people lose access.')]).toEqual([0, true]);
  });

  test('--at a day before it changes nothing', async () => {
    const { code, out } = await site.muster('plan', '--at', dayIn(2));
    expect([code, out.includes('No date changes anything until then.')]).toEqual([0, true]);
  });

  test('--at today, yesterday or no moment at all is refused with what to write', async () => {
    for (const when of [dayIn(0), dayIn(-1)]) {
      const { code, err } = await site.muster('plan', '--at', when);
      expect([code, err.includes('has gone by, or its day has begun')]).toEqual([1, true]);
    }
    const { code, err } = await site.muster('plan', '--at', 'tomorrow');
    expect([code, err.includes('is no moment')]).toEqual([1, true]);
  });
});
