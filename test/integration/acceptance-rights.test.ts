/** Rights that are missing for one attribute or one unit, and groups that nobody may touch: whole passes on a real domain controller. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { examine } from '../../src/core/doctor.ts';
import type { Report } from '../../src/core/report.ts';
import { patientOf } from '../../src/wiring.ts';
import { writesDuring } from '../support/account-dumps.ts';
import { deny } from '../support/denied-rights.ts';
import { blocks, daysFromToday, institution, people, person } from '../support/desired-state.ts';
import { addContacts, addUsers, modify, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { change, onFreshSite, outcomeOf, sync } from '../support/site.ts';

const GENEROUS = '{ always: 50 }';
const missing = missingForSamba();

const failuresOf = ({ applied }: Report) =>
  applied.flatMap(({ change: one, outcome }) =>
    outcome.status === 'failed' ? [{ who: one.address.key, why: outcome.error }] : [],
  );

describe.skipIf(missing.length > 0)('D16: a right that is missing', () => {
  test('D16: for one attribute of one account: that one fails with the right named, the others are done, and it is made up for', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await change(site, { ...institution('cbs', 'CBS'), ...people(['anna', 'berit', 'carl']) }, 'People');
      await sync(site);
      const giveBack = await deny(dc, `CN=berit,OU=CBS,${dc.researchersOu}`, 'WP', 'mobile');
      const moved = ['anna', 'berit', 'carl'].map((username, n) => person(username, { phone: `+45 20 99 00 0${n}` }));
      await change(site, Object.assign({}, ...moved), 'New numbers');
      const report = await sync(site);
      expect(outcomeOf(report)).toEqual({ applied: { update: 2, 'update failed': 1 }, held: {}, exit: 2 });
      expect(failuresOf(report)).toEqual([{ who: 'berit', why: expect.stringContaining('the right to write mobile') }]);
      expect(await valuesOf(dc, `CN=carl,OU=CBS,${dc.researchersOu}`, 'mobile')).toEqual(['+4520990002']);
      await giveBack();
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });
    }));

  test('D16: for one unit: nobody is made there, the others are, and it is made up for', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      const giveBack = await deny(dc, `OU=CBS,${dc.researchersOu}`, 'CC');
      const files = { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU'), ...people(['anna', 'berit']) };
      await change(site, { ...files, ...people(['dora', 'emil'], { institution: 'dtu' }) }, 'People');
      const report = await sync(site);
      expect(outcomeOf(report)).toEqual({ applied: { create: 2, 'create failed': 2 }, held: {}, exit: 2 });
      const why = expect.stringContaining(`the right to create an account in OU=CBS,${dc.researchersOu}`);
      expect(failuresOf(report)).toEqual([
        { who: 'anna', why },
        { who: 'berit', why },
      ]);
      await giveBack();
      expect(outcomeOf(await sync(site))).toEqual({ applied: { create: 2 }, held: {}, exit: 0 });
    }));

  test('D16: to shut one person out: that person is alarmed about, the others are shut out', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await change(site, { ...institution('cbs', 'CBS'), ...people(['anna', 'berit', 'carl']) }, 'People');
      await sync(site);
      await deny(dc, `CN=berit,OU=CBS,${dc.researchersOu}`, 'WP', 'userAccountControl');
      const entries = ['anna', 'berit', 'carl'].map((target) => ({ target, from: daysFromToday(-1) }));
      await change(site, blocks('user', entries), 'Three blocks');
      const report = await sync(site);
      expect(outcomeOf(report)).toMatchObject({
        applied: { disable: 2, 'disable failed': expect.any(Number) },
        exit: 2,
      });
      const urgent = report.plan.notices.filter((notice) => notice.urgent);
      expect(urgent.map(({ text }) => text).join()).toContain('the right to write userAccountControl');
    }));
});

const EMERGENCY = 'CN=Emergency,CN=Users';
const PROTECTING = `      protectedGroups: ["${EMERGENCY},DC=example,DC=org"]\n`;

/** Makes a group with these members, DNs. */
async function addGroup(dc: SambaDc, dn: string, members: readonly string[]): Promise<void> {
  const lines = members.map((member) => `member: ${member}\n`);
  await modify(dc, `dn: ${dn}\nchangetype: add\nobjectClass: group\n${lines.join('')}`);
}

describe.skipIf(missing.length > 0)('D15: a protected group', () => {
  test('D15: its members, nested ones included, are neither changed nor shut out, and the latter is an alarm', () =>
    onFreshSite({ limits: GENEROUS, accounts: PROTECTING }, async (site, dc) => {
      const names = ['anna', 'berit', 'carl', 'dora'];
      await addGroup(dc, `${EMERGENCY},${dc.baseDn}`, []);
      await change(site, { ...institution('cbs', 'CBS'), ...people(names) }, 'People');
      expect(outcomeOf(await sync(site)).applied).toEqual({ create: 4 });
      const dnOf = (username: string) => `CN=${username},OU=CBS,${dc.researchersOu}`;
      await addGroup(dc, `CN=Inner,CN=Users,${dc.baseDn}`, [dnOf('berit')]);
      for (const member of [dnOf('anna'), `CN=Inner,CN=Users,${dc.baseDn}`]) {
        await modify(dc, `dn: ${EMERGENCY},${dc.baseDn}\nchangetype: modify\nadd: member\nmember: ${member}\n-\n`);
      }
      const entries = ['anna', 'carl'].map((target) => ({ target, from: daysFromToday(-1) }));
      await change(site, { ...institution('cbs', 'Copenhagen'), ...blocks('user', entries) }, 'A name and two blocks');
      const report = await sync(site);
      expect(outcomeOf(report)).toEqual({ applied: { disable: 1, update: 2 }, held: {}, exit: 2 });
      const urgent = report.plan.notices.filter((notice) => notice.urgent);
      expect(urgent).toMatchObject([{ kind: 'protected', person: expect.stringContaining('anna') }]);
      expect(JSON.stringify(report.plan.notices)).toContain(`it is in the protected group ${EMERGENCY},${dc.baseDn}`);
      expect(await valuesOf(dc, dnOf('anna'), 'userAccountControl')).toEqual(['512']);
      expect(await valuesOf(dc, dnOf('berit'), 'company')).toEqual(['CBS']);
      const { findings } = await examine(patientOf(await loadConfig(site.configFile)));
      expect(findings.map(({ text }) => text)).toContain(
        `3 accounts and groups are protected by being in ${EMERGENCY},${dc.baseDn}.`,
      );
    }));

  test('D15: while it can’t be read, nothing is written but blocks, and the pass fails in clear words', () =>
    onFreshSite({ limits: GENEROUS, accounts: PROTECTING }, async (site, dc) => {
      await addGroup(dc, `${EMERGENCY},${dc.baseDn}`, []);
      await change(site, { ...institution('cbs', 'CBS'), ...people(['anna', 'berit']) }, 'People');
      await sync(site);
      const rename = 'newrdn: CN=Emergency Access\ndeleteoldrdn: 1\n';
      await modify(dc, `dn: ${EMERGENCY},${dc.baseDn}\nchangetype: modrdn\n${rename}`);
      const block = blocks('user', [{ target: 'anna', from: daysFromToday(-1) }]);
      await change(
        site,
        { ...institution('cbs', 'Copenhagen'), ...people(['carl']), ...block },
        'A name, a person and a block',
      );
      let report: Report | undefined;
      const writes = await writesDuring(dc, async () => {
        report = await sync(site);
      });
      expect(writes).toBe(1);
      expect(report === undefined ? null : outcomeOf(report)).toEqual({ applied: { disable: 1 }, held: {}, exit: 1 });
      expect(report?.plan.unread).toMatchObject([{ what: expect.stringContaining('nothing is written but blocks') }]);
    }));

  test('D3: one with 1,601 members: who is in it and who is not', () =>
    onFreshSite({ limits: GENEROUS, accounts: PROTECTING }, async (site, dc) => {
      const unit = `OU=DTU,${dc.researchersOu}`;
      const members = Array.from({ length: 1601 }, (_, n) => `member${n}`);
      const accounts = ['member0', 'member1500', 'member1600'];
      const contacts = members.filter((name) => !accounts.includes(name));
      await addUsers(
        dc,
        [...accounts, 'outsider'].map((name) => ({ name, parent: unit })),
      );
      // A transaction of all of them would outlast a command's time on a busy machine.
      for (let at = 0; at < contacts.length; at += 1000) await addContacts(dc, unit, contacts.slice(at, at + 1000));
      const dns = members.map((name) => `CN=${name},${unit}`);
      await addGroup(dc, `${EMERGENCY},${dc.baseDn}`, dns);
      const declared = ['anna', 'outsider', ...accounts];
      await change(site, { ...institution('cbs', 'CBS'), ...people(declared) }, 'People');
      const report = await sync(site);
      expect(outcomeOf(report)).toMatchObject({ applied: { create: 1 }, exit: 2 });
      const kindOf = (username: string) =>
        report.plan.notices.find(({ person: who }) => who?.includes(`(${username})`) === true)?.kind;
      const expected = ['exists-not-ours', 'protected', 'protected', 'protected'];
      expect(declared.slice(1).map(kindOf)).toEqual(expected);
    }));
});
