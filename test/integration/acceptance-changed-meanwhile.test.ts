/** Somebody else changes the directory between plan, approval and write, on a real domain controller. */
import { describe, expect, test } from 'vitest';
import { differing, everythingBut, writesDuring } from '../support/account-dumps.ts';
import { blocks, daysFromToday, type Files, institution, people, person } from '../support/desired-state.ts';
import { dump, modify, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import { approveAll, change, onFreshSite, outcomeOf, plan, sync, type TestSite } from '../support/site.ts';

const PEOPLE = ['renamed', 'newname', 'moved', 'astray', 'anew', 'left', 'alone'];
const GENEROUS = '{ always: 50 }';

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('accounts that change between plan and write', () => {
  test('D7: renamed, moved, deleted, made anew: the write follows the object, never the name', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site, PEOPLE);
      await change(site, newPhones(PEOPLE), 'New numbers');
      let remade: readonly string[] | undefined;
      const disturbed = await sync(site, {
        beforeWriting: async () => {
          await modify(dc, disturbance(dc));
          remade = (await dump(dc, dnOf(dc, 'anew'))).get(dnOf(dc, 'anew'));
        },
      });
      expect(outcomeOf(disturbed)).toEqual({ applied: { update: 4, 'update failed': 3 }, held: {}, exit: 2 });
      const phones = await phonesIn(dc);
      expect(phones.get(`CN=other,OU=CBS,${dc.researchersOu}`)).toEqual(['mobile: +4520999990']);
      expect(phones.get(dnOf(dc, 'newname'))).toEqual(['mobile: +4520999991']);
      expect(phones.get(`CN=moved,OU=DTU,${dc.researchersOu}`)).toEqual(['mobile: +4520999992']);
      expect(phones.get(dnOf(dc, 'alone'))).toEqual(['mobile: +4520999996']);
      expect((await dump(dc, dnOf(dc, 'anew'))).get(dnOf(dc, 'anew'))).toEqual(remade);

      const next = await sync(site);
      expect(next.plan.notices.map(({ kind, person: who }) => `${who} ${kind}`)).toEqual([
        'Anna Jensen (anew) exists-not-ours',
        'Anna Jensen (astray) moved',
        'Anna Jensen (left) gone',
        'Anna Jensen (newname) renamed',
      ]);
      expect(outcomeOf(next)).toEqual({ applied: {}, held: {}, exit: 2 });

      const block = { from: daysFromToday(-2) };
      await change(
        site,
        blocks(
          'user',
          PEOPLE.map((target) => ({ ...block, target })),
        ),
        'Block all',
      );
      const blocked = await sync(site);
      expect(outcomeOf(blocked)).toEqual({ applied: { disable: 4, 'disable failed': 1 }, held: {}, exit: 2 });
      expect(blocked.plan.notices.filter(({ urgent }) => urgent).map(({ person: who }) => who)).toEqual([
        'Anna Jensen (anew)',
        'Anna Jensen (astray)',
      ]);
      expect((await dump(dc, dnOf(dc, 'anew'))).get(dnOf(dc, 'anew'))).toEqual(remade);
    }));

  test('P6: what was approved and is still the same goes, what differs by now is held again', () =>
    onFreshSite({ limits: '{ always: 50, update: { people: 3 } }' }, async (site, dc) => {
      const usernames = Array.from({ length: 10 }, (_, n) => `user${n}`);
      await begin(site, usernames);
      await change(site, institution('cbs', 'Copenhagen Business School'), 'A new name');
      const held = await sync(site);
      expect(outcomeOf(held)).toEqual({ applied: {}, held: { update: 10 }, exit: 2 });
      await approveAll(site, held);
      // Fewer than the limit: that they would pass unasked does not make them what was approved.
      const touched = usernames.slice(0, 2);
      for (const username of touched) await set(dc, dnOf(dc, username), 'company', 'Changed by hand');

      const second = await sync(site);
      expect(outcomeOf(second)).toEqual({ applied: { update: 8 }, held: { differs: 2 }, exit: 2 });
      expect(second.holds[0]?.digest).not.toBe(held.holds[0]?.digest);
      for (const username of usernames) {
        const expected = touched.includes(username) ? 'Changed by hand' : 'Copenhagen Business School';
        expect(await valuesOf(dc, dnOf(dc, username), 'company')).toEqual([expected]);
      }
      expect(await writesDuring(dc, () => sync(site))).toBe(0);
      await approveAll(site, second);
      expect(outcomeOf(await sync(site)).applied).toEqual({ update: 2 });
      expect((await plan(site)).plan.changes).toEqual([]);
    }));
});

describe.skipIf(missing.length > 0)('D17: somebody who changes the same account again and again', () => {
  test('D17: a value is written back three times, then it is held and said, and everybody else goes on', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site, ['contested', 'quiet']);
      const dn = dnOf(dc, 'contested');
      for (let round = 1; round <= 3; round += 1) {
        await set(dc, dn, 'company', 'Not CBS');
        expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });
        expect(await valuesOf(dc, dn, 'company')).toEqual(['CBS']);
      }
      await set(dc, dn, 'company', 'Not CBS');
      await change(site, newPhones(['quiet']), 'A new number');
      const stopped = await sync(site);
      expect(outcomeOf(stopped)).toEqual({ applied: { update: 1 }, held: { flapping: 1 }, exit: 2 });
      expect(stopped.holds.flatMap(({ changes }) => changes.map(({ person: who }) => who.key))).toEqual(['contested']);
      expect(await valuesOf(dc, dnOf(dc, 'quiet'), 'mobile')).toEqual(['+4520999990']);
      expect(await writesDuring(dc, () => sync(site))).toBe(0);
    }));

  test('D17: a change in the very moment of the write wins, fails that write alone, and is met again at the next pass', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site, ['contested', 'quiet', 'still']);
      await change(site, institution('cbs', 'Copenhagen Business School'), 'A new name');
      const beforeWriting = () => set(dc, dnOf(dc, 'contested'), 'company', 'By hand');
      const raced = await sync(site, { beforeWriting });
      expect(outcomeOf(raced)).toEqual({ applied: { update: 2, 'update failed': 1 }, held: {}, exit: 2 });
      expect(await valuesOf(dc, dnOf(dc, 'contested'), 'company')).toEqual(['By hand']);
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });
    }));

  test('D17: who was disabled by hand stays so, who is blocked and is enabled by hand is disabled again, every time', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site, ['byhand', 'blocked']);
      await change(site, blocks('user', [{ target: 'blocked', from: daysFromToday(-2) }]), 'Block one');
      await sync(site);
      await set(dc, dnOf(dc, 'byhand'), 'userAccountControl', '514');
      for (let round = 1; round <= 5; round += 1) {
        await set(dc, dnOf(dc, 'blocked'), 'userAccountControl', '512');
        expect(outcomeOf(await sync(site)).applied).toEqual({ disable: 1 });
        expect(await valuesOf(dc, dnOf(dc, 'blocked'), 'userAccountControl')).toEqual(['514']);
        expect(await valuesOf(dc, dnOf(dc, 'byhand'), 'userAccountControl')).toEqual(['514']);
      }
      const before = await everythingBut(dc, () => false);
      await sync(site);
      expect(differing(before, await everythingBut(dc, () => false))).toEqual([]);
    }));
});

async function begin(site: TestSite, usernames: readonly string[]): Promise<void> {
  await change(site, { ...institution('cbs', 'CBS'), ...people(usernames) }, 'People');
  expect(outcomeOf(await sync(site))).toEqual({ applied: { create: usernames.length }, held: {}, exit: 0 });
}

function newPhones(usernames: readonly string[]): Files {
  return Object.assign({}, ...usernames.map((username, n) => person(username, { phone: `+45 20 99 99 9${n}` })));
}

function dnOf(dc: SambaDc, username: string): string {
  return `CN=${username},OU=CBS,${dc.researchersOu}`;
}

async function set(dc: SambaDc, dn: string, attribute: string, value: string): Promise<void> {
  await modify(dc, `dn: ${dn}\nchangetype: modify\nreplace: ${attribute}\n${attribute}: ${value}\n`);
}

function phonesIn(dc: SambaDc): Promise<ReadonlyMap<string, readonly string[]>> {
  return dump(dc, dc.researchersOu, '(objectClass=user)', ['mobile']);
}

/** What an administrator does to all but the last of PEOPLE in the instant before the write. */
function disturbance(dc: SambaDc): string {
  const rename = (username: string, rdn: string, more = '') =>
    `dn: ${dnOf(dc, username)}\nchangetype: modrdn\nnewrdn: CN=${rdn}\ndeleteoldrdn: 1\n${more}`;
  return [
    rename('renamed', 'other'),
    `dn: ${dnOf(dc, 'newname')}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: quite-other\n`,
    rename('moved', 'moved', `newsuperior: OU=DTU,${dc.researchersOu}\n`),
    rename('astray', 'astray', `newsuperior: OU=Elsewhere,${dc.baseDn}\n`),
    `dn: ${dnOf(dc, 'anew')}\nchangetype: delete\n`,
    `dn: ${dnOf(dc, 'anew')}\nchangetype: add\nobjectClass: user\nsAMAccountName: anew\nuserAccountControl: 512\nmobile: 1\n`,
    `dn: ${dnOf(dc, 'left')}\nchangetype: delete\n`,
  ].join('\n');
}
