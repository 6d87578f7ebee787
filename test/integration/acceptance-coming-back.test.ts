/** Coming back on a real domain controller: the groups and the password of before, or neither. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { allowMembers } from '../support/denied-rights.ts';
import { daysFromToday, type Files, institution, person } from '../support/desired-state.ts';
import { modify, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { change, onFreshSite, onSite, outcomeOf, sync } from '../support/site.ts';
import { sorted } from '../support/story.ts';

const TEST_MS = 180_000;
const GENEROUS = '{ always: 50 }';
/** A group that says who may not send mail; coming back takes nobody out of it. */
const MUTED = 'Muted';
const MAIL_GROUP = `mailBlocks: { directoryGroup: { group: "CN=${MUTED},OU=Researchers,DC=example,DC=org" } }`;

const anna = (more: Parameters<typeof person>[1] = {}): Files => ({
  'users/cbs/anna.yaml': Object.values(person('anna', more)).join(''),
});
const dnOf = (dc: SambaDc) => `CN=anna,OU=CBS,${dc.researchersOu}`;

async function addGroup(dc: SambaDc, name: string): Promise<string> {
  const dn = `CN=${name},${dc.researchersOu}`;
  await modify(dc, `dn: ${dn}\nchangetype: add\nobjectClass: group\nmember: ${dnOf(dc)}\n`);
  return dn;
}

const failures = ({ applied }: Report) =>
  applied.flatMap(({ outcome }) => (outcome.status === 'failed' ? [`${outcome.error} ${outcome.next}`] : []));

test.skipIf(missingForSamba().length > 0)(
  'soon after and to the same institution with groups and password; else with neither',
  { timeout: TEST_MS },
  () =>
    onFreshSite({ limits: GENEROUS, settings: MAIL_GROUP }, async (site, dc) => {
      const muted = `CN=${MUTED},${dc.researchersOu}`;
      await modify(dc, `dn: ${muted}\nchangetype: add\nobjectClass: group\n`);
      await allowMembers(dc, muted);
      const base = { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU') };
      await change(site, { ...base, ...anna() }, 'Anna');
      await sync(site);
      const groups = [await addGroup(dc, 'Project X'), await addGroup(dc, 'Projekt Ø')];
      const value = (attribute: string) => valuesOf(dc, dnOf(dc), attribute);
      const sealed = async () =>
        (await readdir(join(site.folder, 'outbox'))).map((name) => name.replace(/^anna\.[^.]*/, ''));
      const away = () =>
        onSite(site, async ({ parts }) => (await parts.store.ledger.all('directory')).map((row) => row.away?.groups));

      await change(site, anna({ state: 'closed' }), 'Closed');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { disable: 2 }, held: {}, exit: 0 });
      expect(await away()).toEqual([['Project X', 'Projekt Ø']]);
      expect(sorted(await value('memberOf'))).toEqual(sorted([...groups, muted]));
      const password = await value('pwdLastSet');
      await change(site, anna(), 'Back');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { enable: 2 }, held: {}, exit: 0 });
      expect(sorted(await value('memberOf'))).toEqual(sorted(groups));
      expect(await value('pwdLastSet')).toEqual(password);
      expect(await away()).toEqual([undefined]);

      await change(site, anna({ state: 'closed' }), 'Closed again');
      await sync(site);
      const mail = { 'mail-blocks.yaml': `- user: anna\n  reason: Sent results\n  from: ${daysFromToday(-1)}\n` };
      await change(site, { ...anna({ institution: 'dtu' }), ...mail }, 'Back from elsewhere, and without mail');
      const refused = await sync(site);
      expect(failures(refused).join()).toContain('may not take it out of CN=Project X');
      expect(await value('userAccountControl')).toEqual(['514']);
      expect(sorted(await sealed())).toEqual(['.age', '.unused.age']);

      for (const group of groups) await allowMembers(dc, group);
      const report = await sync(site);
      expect(failures(report)).toEqual([]);
      expect(outcomeOf(report)).toMatchObject({ applied: { enable: 1 }, exit: 0 });
      expect(await value('memberOf')).toEqual([muted]);
      expect(await value('userAccountControl')).toEqual(['512']);
      expect(await value('pwdLastSet')).toEqual(['0']);
      expect(sorted(await sealed())).toEqual(['.age', '.replaced.age', '.unused.age']);
      expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
    }),
);
