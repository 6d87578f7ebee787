/** Clocks that are wrong, and an account that refuses every write, on a real domain controller. */
import { describe, expect, test } from 'vitest';
import { writesDuring } from '../support/account-dumps.ts';
import { deny } from '../support/denied-rights.ts';
import { blocks, daysFromToday, type Files, institution, people, person } from '../support/desired-state.ts';
import { dump, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { change, onFreshSite, outcomeOf, plan, sync, type TestSite } from '../support/site.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const GENEROUS = '{ always: 50 }';

/** Twelve people whose dates fall into the year ahead, and one whom no date concerns. */
const ENDING = Array.from({ length: 6 }, (_, n) => `ending${n}`);
const STARTING = Array.from({ length: 6 }, (_, n) => `starting${n}`);

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('P8: a clock that is wrong', () => {
  test('P8: a year ahead: what depends on dates is held, a block from the past goes, and with the right clock nothing is left', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await change(site, datedPeople(), 'People');
      expect(outcomeOf(await sync(site)).applied).toEqual({ create: ENDING.length + 3 });
      const temporary = { target: 'temporary', from: daysFromToday(-9), until: daysFromToday(60) };
      await change(site, blocks('user', [temporary]), 'A block');
      expect(outcomeOf(await sync(site)).applied).toEqual({ disable: 1 });
      const before = await flagsIn(dc);
      const entries = [
        temporary,
        { target: 'undated', from: daysFromToday(-2) },
        { target: 'later', from: daysFromToday(30) },
      ];
      await change(site, blocks('user', entries), 'Two more blocks');

      const ahead = await sync(site, { clock: () => Date.now() + 365 * DAY_MS });
      expect(outcomeOf(ahead)).toEqual({
        applied: { disable: 1 },
        held: { clock: ENDING.length + STARTING.length + 2 },
        exit: 2,
      });
      expect(ahead.plan.notices.filter(({ kind }) => kind === 'clock').length).toBe(1);
      expect(await flagsIn(dc)).toEqual(new Map([...before, ['undated', '514']]));

      expect((await plan(site)).plan.changes).toEqual([]);
      expect(await writesDuring(dc, () => sync(site))).toBe(0);
      expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
    }));

  test('P8: a day behind: who began today keeps access, a block goes', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      const files = {
        ...institution('cbs', 'CBS'),
        ...person('fresh', { starts: daysFromToday(0) }),
        ...people(['undated', 'other']),
      };
      await change(site, files, 'People');
      expect(outcomeOf(await sync(site)).applied).toEqual({ create: 3 });
      await change(site, blocks('user', [{ target: 'undated', from: daysFromToday(-3) }]), 'A block');
      const behind = await sync(site, { clock: () => Date.now() - 1.5 * DAY_MS });
      expect(outcomeOf(behind)).toEqual({ applied: { disable: 1 }, held: { clock: 1 }, exit: 2 });
      expect(await flagsIn(dc)).toEqual(
        new Map([
          ['fresh', '512'],
          ['other', '512'],
          ['undated', '514'],
        ]),
      );
      expect((await plan(site)).plan.changes).toEqual([]);
    }));
});

describe.skipIf(missing.length > 0)('A3: an account that refuses every write', () => {
  test('A3: fails alone, is tried again with growing waits, and is mended as soon as it can be', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      const usernames = ['poison', 'fine1', 'fine2'];
      await change(site, { ...institution('cbs', 'CBS'), ...people(usernames) }, 'People');
      await sync(site);
      const giveBack = await deny(dc, `CN=poison,OU=CBS,${dc.researchersOu}`, 'WP');
      const usn = await writesDuring(dc, async () => {
        await change(site, institution('cbs', 'Copenhagen Business School'), 'A new name');
        expect(outcomeOf(await scheduled(site))).toEqual({
          applied: { update: 2, 'update failed': 1 },
          held: {},
          exit: 2,
        });
      });
      expect(usn).toBe(2);
      // A crash alone is no reason to wait: the second failure is.
      expect(outcomeOf(await scheduled(site))).toEqual({ applied: { 'update failed': 1 }, held: {}, exit: 2 });
      expect(outcomeOf(await scheduled(site))).toEqual({ applied: {}, held: { failing: 1 }, exit: 2 });
      expect(outcomeOf(await scheduled(site, 6 * MINUTE_MS))).toMatchObject({
        applied: { 'update failed': 1 },
        held: {},
      });
      expect(outcomeOf(await scheduled(site, 12 * MINUTE_MS))).toMatchObject({ applied: {}, held: { failing: 1 } });

      await change(site, newPhone('fine1'), 'A new number');
      expect(outcomeOf(await scheduled(site))).toEqual({ applied: { update: 1 }, held: { failing: 1 }, exit: 2 });
      expect(await valuesOf(dc, `CN=fine1,OU=CBS,${dc.researchersOu}`, 'mobile')).toEqual(['+4520999999']);

      await giveBack();
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });
      expect((await plan(site)).plan.changes).toEqual([]);
    }));

  test('A3: a block that cannot be written keeps no other block back, and is tried at every pass', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      const usernames = ['poison', 'fine1', 'fine2'];
      await change(site, { ...institution('cbs', 'CBS'), ...people(usernames) }, 'People');
      await sync(site);
      const giveBack = await deny(dc, `CN=poison,OU=CBS,${dc.researchersOu}`, 'WP');
      await change(site, blocks('institution', [{ target: 'cbs', from: daysFromToday(-2) }]), 'Block CBS');
      expect(outcomeOf(await scheduled(site))).toEqual({
        applied: { disable: 2, 'disable failed': 1 },
        held: {},
        exit: 2,
      });
      for (let pass = 1; pass <= 3; pass += 1) {
        expect(outcomeOf(await scheduled(site))).toEqual({ applied: { 'disable failed': 1 }, held: {}, exit: 2 });
      }
      await giveBack();
      expect(outcomeOf(await scheduled(site))).toEqual({ applied: { disable: 1 }, held: {}, exit: 0 });
      expect([...(await flagsIn(dc)).values()]).toEqual(['514', '514', '514']);
    }));
});

/** One pass that nobody asked for, so many milliseconds from now. */
function scheduled(site: TestSite, aheadMs = 0) {
  return sync(site, { trigger: 'schedule', clock: () => Date.now() + aheadMs });
}

function datedPeople(): Files {
  return {
    ...institution('cbs', 'CBS'),
    ...people(['undated', 'later', 'temporary']),
    ...people(ENDING, { ends: daysFromToday(180) }),
    ...people(STARTING, { starts: daysFromToday(30) }),
  };
}

function newPhone(username: string): Files {
  return person(username, { phone: '+45 20 99 99 99' });
}

/** userAccountControl by username, in their order. */
async function flagsIn(dc: SambaDc): Promise<ReadonlyMap<string, string>> {
  const accounts = await dump(dc, dc.researchersOu, '(objectClass=user)', ['userAccountControl']);
  const flags = [...accounts].map(([dn, [line = '']]) => {
    return [/^CN=([^,]+)/.exec(dn)?.[1] ?? dn, line.replace('userAccountControl: ', '')] as const;
  });
  return new Map(flags.sort(([a], [b]) => (a < b ? -1 : 1)));
}
