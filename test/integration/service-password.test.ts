/** The password of Muster's own account changes under a running pass, or ends: held with a clear message, and nobody is missing. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/core/report.ts';
import { institution, people, person } from '../support/desired-state.ts';
import { highestCommittedUsn, modify } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { approveAll, change, onFreshSite, outcomeOf, sync, type TestSite } from '../support/site.ts';

const missing = missingForSamba();
const NEW_PASSWORD = 'Kar-Lil-Mose-4711';
const PEOPLE = ['anna', 'berit', 'carl', 'dora', 'emil', 'finn'];

/** Twice, because a controller takes the last password before the present one for an hour more. */
async function replacePassword(dc: SambaDc): Promise<void> {
  await setPassword(dc, `${NEW_PASSWORD}-first`);
  await setPassword(dc, NEW_PASSWORD);
}

/** As an administrator sets it. */
async function setPassword(dc: SambaDc, password: string): Promise<void> {
  const value = Buffer.from(`"${password}"`, 'utf16le').toString('base64');
  const dn = `CN=muster,CN=Users,${dc.baseDn}`;
  await modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: ${value}\n-\n`);
}

/** Six people with their accounts. */
async function settled(site: TestSite): Promise<void> {
  await change(site, { ...institution('cbs', 'CBS'), ...people(PEOPLE) }, 'People');
  const first = await sync(site);
  await approveAll(site, first);
  await sync(site);
}

describe.skipIf(missing.length > 0)(`the password of the service account ${missing.join(', ')}`, () => {
  test('K3: changed between the reading and the writes of a pass, the pass ends as it began, and the next holds with the reason', async () => {
    await onFreshSite({}, async (site, dc) => {
      await settled(site);
      await change(site, person('anna', { phone: '+45 26 99 99 99' }), 'A new phone');
      const beforeWriting = () => replacePassword(dc);
      // The one connection of the pass is logged in already, and a new password does not end it.
      expect(outcomeOf(await sync(site, { beforeWriting }))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });

      await change(site, { ...people(PEOPLE.slice(1), { given: 'Ida' }) }, 'New names');
      const usn = await highestCommittedUsn(dc);
      const report = await sync(site);
      expect([exitCodeOf(report), report.applied, report.holds]).toEqual([1, [], []]);
      expect(report.plan.changes).toEqual([]);
      expect(report.plan.notices.filter(({ kind }) => kind === 'gone')).toEqual([]);
      expect(report.trouble[0]?.what).toContain('The username or the password is wrong.');
      expect(report.trouble[0]?.next).toContain('password file');
      expect(await highestCommittedUsn(dc)).toBe(usn);

      await writeFile(join(site.folder, 'ad-password'), `${NEW_PASSWORD}\n`, { mode: 0o600 });
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 5 }, held: {}, exit: 0 });
    });
  });

  test('K3: where it must be changed first or the account is locked out, nothing is done and the reason is told', async () => {
    await onFreshSite({}, async (site, dc) => {
      await settled(site);
      const dn = `CN=muster,CN=Users,${dc.baseDn}`;
      const set = (name: string, value: string) =>
        modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: ${name}\n${name}: ${value}\n-\n`);
      const troubled = async () => {
        const report = await sync(site);
        expect([exitCodeOf(report), report.applied, report.plan.changes]).toEqual([1, [], []]);
        return report.trouble[0]?.what;
      };
      await set('userAccountControl', '512');
      await set('pwdLastSet', '0');
      expect(await troubled()).toContain('The account must change its password first.');
      await set('pwdLastSet', '-1');
      await set('accountExpires', '129000000000000000');
      expect(await troubled()).toContain('The account has expired.');
      await set('accountExpires', '0');
      await set('userAccountControl', '514');
      expect(await troubled()).toContain('The account is disabled.');
      await set('userAccountControl', '66048');
      expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
    });
  });
});
