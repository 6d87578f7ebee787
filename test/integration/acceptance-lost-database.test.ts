/** A lost database, and accounts that exist already, on a real domain controller. */
import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { adopt } from '../../src/core/operations/adopt.ts';
import { differing, everythingBut, writesDuring } from '../support/account-dumps.ts';
import { blocks, daysFromToday, institution, people, person, phoneOf } from '../support/desired-state.ts';
import { addUsers, dump, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import {
  change,
  OPERATOR,
  onFreshSite,
  onSite,
  outcomeOf,
  plan,
  rebuild,
  sync,
  type TestSite,
} from '../support/site.ts';

const CBS = Array.from({ length: 12 }, (_, n) => `cbs${n + 1}`);
const DTU = Array.from({ length: 8 }, (_, n) => `dtu${n + 1}`);
const LIMITS = '{ always: 50 }';

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('a database that is gone', () => {
  test('P7: blocks still reach everyone, nothing else is written, and a rebuilt ledger has nothing to do', () =>
    onFreshSite({ limits: LIMITS }, async (site, dc) => {
      await addUsers(dc, [
        { name: 'cbs1.old', parent: `OU=CBS,${dc.researchersOu}`, attributes: { company: 'CBS' } },
        {
          name: 'cbs2-x',
          parent: `OU=CBS,${dc.researchersOu}`,
          attributes: { adminDescription: 'muster:other:cbs2:1' },
        },
      ]);
      await change(site, { ...twoInstitutions(), ...people(CBS), ...people(DTU, { institution: 'dtu' }) }, 'People');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { create: 20 }, held: {}, exit: 0 });

      await loseDatabase(site);
      await change(site, person('dtu1', { institution: 'dtu', phone: '+45 20 99 99 99' }), 'A new number');
      const before = await everything(dc);
      expect(await writesDuring(dc, () => sync(site))).toBe(0);

      const block = { target: 'cbs', from: daysFromToday(-2) };
      await change(site, blocks('institution', [block]), 'Block CBS');
      const blocked = await sync(site);
      expect(outcomeOf(blocked)).toMatchObject({ applied: { disable: CBS.length }, exit: 2 });
      const after = await everything(dc);
      expect(differing(before, after)).toEqual(CBS.map((username) => dnIn(dc, 'CBS', username)).sort(compare));
      for (const username of CBS) {
        const dn = dnIn(dc, 'CBS', username);
        expect(linesThatDiffer(before.get(dn), after.get(dn))).toEqual(['userAccountControl: 514']);
      }
      expect(await writesDuring(dc, () => sync(site))).toBe(0);

      await change(site, person('dtu1', { institution: 'dtu', phone: phoneOf('dtu1') }), 'The old number again');
      expect(await writesDuring(dc, async () => expect((await rebuild(site)).done).toBe(true))).toBe(0);
      expect((await plan(site)).plan.changes).toEqual([]);
      expect(await writesDuring(dc, () => sync(site))).toBe(0);
      expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });

      // What was disabled while the ledger was lost is known to be Muster's doing, and so is given back.
      await change(site, blocks('institution', [{ ...block, lifted: daysFromToday(-1) }]), 'Lift the block');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { enable: CBS.length }, held: {}, exit: 0 });
    }));

  test('P7: accounts that were disabled when the ledger was lost stay so, and are said', () =>
    onFreshSite({ limits: LIMITS }, async (site, dc) => {
      await change(site, { ...twoInstitutions(), ...people(CBS) }, 'People');
      await sync(site);
      const block = { target: 'cbs2', from: daysFromToday(-3) };
      await change(site, blocks('user', [block]), 'Block one');
      await sync(site);
      await loseDatabase(site);
      await change(site, blocks('user', [{ ...block, lifted: daysFromToday(-1) }]), 'Lift it');
      const shown = await rebuild(site);
      expect(shown.rows.length).toBe(CBS.length);
      expect(shown.disabled).toEqual(['cbs2']);
      expect(
        await writesDuring(dc, async () => {
          const { plan: next } = await sync(site);
          expect(next.notices.map(({ kind }) => kind)).toEqual(['disabled-by-hand']);
        }),
      ).toBe(0);
    }));
});

describe.skipIf(missing.length > 0)('an account that exists', () => {
  test('P7: of a declared name, unmarked or marked by others: that person is held, everybody else gets theirs', () =>
    onFreshSite({ limits: LIMITS }, async (site, dc) => {
      await addUsers(dc, [
        { name: 'cbs1', parent: `OU=CBS,${dc.researchersOu}`, attributes: { mobile: '+4520000001' } },
        { name: 'CBS2', parent: `OU=Elsewhere,${dc.baseDn}` },
        { name: 'cbs3', parent: `OU=DTU,${dc.researchersOu}`, attributes: { adminDescription: 'muster:other:cbs3:1' } },
      ]);
      const before = await everythingBut(dc, (dn) => /^CN=cbs([4-9]|1[0-2]),/.test(dn));
      await change(site, { ...twoInstitutions(), ...people(CBS) }, 'People');
      const first = await sync(site);
      expect(outcomeOf(first)).toEqual({ applied: { create: CBS.length - 3 }, held: {}, exit: 2 });
      expect(first.plan.notices.map(({ kind, person: who }) => `${who} ${kind}`)).toEqual([
        'Anna Jensen (cbs1) exists-not-ours',
        'Anna Jensen (cbs2) exists-not-ours',
        'Anna Jensen (cbs3) foreign',
      ]);
      expect(await writesDuring(dc, () => sync(site))).toBe(0);
      expect(differing(before, await everythingBut(dc, (dn) => /^CN=cbs([4-9]|1[0-2]),/.test(dn)))).toEqual([]);

      const dn = dnIn(dc, 'CBS', 'cbs1');
      await onSite(site, ({ parts }) => adopt(parts, ['cbs1'], OPERATOR));
      expect(await valuesOf(dc, dn, 'mobile')).toEqual(['+4520000001']);
      expect(outcomeOf(await sync(site)).applied).toEqual({ update: 1 });
      expect(await valuesOf(dc, dn, 'company')).toEqual(['CBS']);
    }));
});

async function loseDatabase(site: TestSite): Promise<void> {
  await Promise.all(['', '-wal', '-shm'].map((ending) => rm(`${site.database}${ending}`, { force: true })));
}

function twoInstitutions() {
  return { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU') };
}

function dnIn(dc: SambaDc, unit: string, username: string): string {
  return `CN=${username},OU=${unit},${dc.researchersOu}`;
}

function everything(dc: SambaDc) {
  return dump(dc, dc.baseDn);
}

/** Lines that are new, without what every write moves. */
function linesThatDiffer(before: readonly string[] = [], after: readonly string[] = []): readonly string[] {
  return after.filter((line) => !before.includes(line) && !/^(uSNChanged|whenChanged):/.test(line));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
