/** Servers that were set back or restored, and old copies of them: real domain controllers, whole passes. */
import { describe, expect, test } from 'vitest';
import { writesDuring } from '../support/account-dumps.ts';
import { blocks, daysFromToday, type Files, institution, people, person } from '../support/desired-state.ts';
import { modify, valuesOf } from '../support/directory-contents.ts';
import { isLdapWrite } from '../support/ldap-messages.ts';
import { copyState, missingForSamba, type SambaDc, snapshotState } from '../support/samba.ts';
import {
  change,
  makeSite,
  onFreshSite,
  outcomeOf,
  plan,
  rebuild,
  sealedPasswords,
  sync,
  type TestSite,
  useServers,
} from '../support/site.ts';
import { startProxy } from '../support/tcp-proxy.ts';

const PEOPLE = Array.from({ length: 8 }, (_, n) => `cbs${n + 1}`);
const GENEROUS = '{ always: 50 }';
const missing = missingForSamba();

describe.skipIf(missing.length > 0)('D6: a domain controller that was set back to an older state', () => {
  test('D6: gets nothing but blocks from Muster until an operator has seen what it forgot', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site);
      const snapshot = await snapshotState(dc);
      await change(site, { ...newPhone('cbs1'), ...blockOf('cbs2'), ...person('cbs9') }, 'Changes');
      expect(outcomeOf(await sync(site)).exit).toBe(0);
      await dc.rollBackTo(snapshot);
      await change(site, newPhone('cbs3'), 'More');
      const [report, writes] = await counted(dc, site);
      // Whoever is blocked was enabled again by the old state, and is shut out again.
      expect(outcomeOf(report)).toEqual({ applied: { disable: 1 }, held: {}, exit: 1 });
      expect(writes).toBe(1);
      expect(report.plan.unread.map(({ what }) => what)).toEqual([expect.stringContaining('gone back in time')]);
      expect(outcomeOf((await counted(dc, site))[0])).toEqual({ applied: {}, held: {}, exit: 1 });

      const { doubt, deleted } = await rebuild(site);
      expect([doubt?.lost.map(({ key, what }) => `${key}: ${what}`), deleted]).toEqual([
        ['cbs1: mobile', 'cbs9: the account'],
        ['cbs9'],
      ]);
      expect(outcomeOf(await sync(site)).applied).toEqual({ update: 2 });
      expect(outcomeOf(await sync(site)).applied).toEqual({});
      await snapshot.remove();
    }));

  test('D6: an account whose making it forgot keeps its sealed password, and is settled by an operator', () =>
    onFreshSite({ limits: GENEROUS }, async (_, dc) => {
      const { certFile, keyFile, caFile, address } = dc;
      const proxy = await startProxy({ host: address, port: 636, ldaps: { certFile, keyFile, caFile } });
      const site = await makeSite(dc, { urls: [`ldaps://${proxy.host}:${proxy.port}`], limits: GENEROUS });
      try {
        await begin(site);
        const snapshot = await snapshotState(dc);
        await change(site, newPhone('cbs1'), 'One that is remembered');
        await sync(site);
        await change(site, person('cbs9'), 'One more');
        proxy.loseAnswer({ of: ({ ldap }) => ldap !== undefined && isLdapWrite(ldap), resetAfterMs: 20 });
        await sync(site);
        proxy.passEverything();
        await dc.rollBackTo(snapshot);
        const stateOf = async () =>
          (await sealedPasswords(site)).filter(({ username }) => username === 'cbs9').map(({ state }) => state);
        for (const hours of [0, 2, 30]) {
          const clock = () => Date.now() + hours * 3_600_000;
          await sync(site, { clock });
          expect(await stateOf()).toEqual(['pending']);
        }
        await rebuild(site);
        expect(outcomeOf(await sync(site)).applied).toEqual({ create: 1, update: 1 });
        expect((await stateOf()).toSorted()).toEqual(['ready', 'unused']);
        await snapshot.remove();
      } finally {
        await site.remove();
        await proxy.close();
      }
    }));

  test('D6: restored with a new invocation id, only those whose changes it lost wait, until replication brings them back', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site);
      const snapshot = await snapshotState(dc);
      await change(site, newPhone('cbs1'), 'A new number');
      await sync(site);
      await dc.rollBackTo(snapshot);
      await dc.beginAnotherLife();
      await change(site, { ...newPhone('cbs2'), ...person('cbs1', { given: 'Ida', phone: NEW_PHONE }) }, 'More');
      const report = await sync(site);
      expect(outcomeOf(report)).toEqual({ applied: { update: 1 }, held: {}, exit: 2 });
      expect(report.plan.notices.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
        expect.stringMatching(/^lost-write: .*for Ida Jensen \(cbs1\): mobile\. The server was restored from a backup/),
      ]);
      await modify(
        dc,
        `dn: CN=cbs1,OU=CBS,${dc.researchersOu}\nchangetype: modify\nreplace: mobile\nmobile: +4520999999\n-\n`,
      );
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 1 }, held: {}, exit: 0 });
      expect((await plan(site)).plan.notices).toEqual([]);
      await snapshot.remove();
    }));
});

describe.skipIf(missing.length > 0)('D5: an old copy of a domain controller', () => {
  test('D5: is noticed when connecting, left for the living one, and alone gets nothing but blocks', () =>
    onFreshSite({ limits: GENEROUS }, async (site, live) => {
      await begin(site);
      const copy = await copyState(live);
      try {
        await change(site, newPhone('cbs1'), 'A new number');
        await sync(site);
        await useServers(site, [copy.ldapsUrl, live.ldapsUrl]);
        await change(site, newPhone('cbs2'), 'Another one');
        const report = await sync(site);
        expect(outcomeOf(report)).toEqual({ applied: { update: 1 }, held: {}, exit: 2 });
        expect(report.plan.read.map(({ server }) => server)).toEqual([`${live.ldapsUrl} (DC1)`]);
        expect(report.plan.notices.map(({ text }) => text)).toEqual([
          expect.stringMatching(`^${copy.ldapsUrl} \\(DC1\\): The server has gone back in time`),
        ]);
        expect(await valuesOf(copy, `CN=cbs2,OU=CBS,${copy.researchersOu}`, 'mobile')).not.toEqual(['+4520999999']);

        await live.kill();
        await change(site, { ...newPhone('cbs3'), ...blockOf('cbs4') }, 'More');
        const [alone, writes] = await counted(copy, site);
        expect([outcomeOf(alone), writes]).toEqual([{ applied: { disable: 1 }, held: {}, exit: 1 }, 1]);
        await live.restart();
        expect(outcomeOf(await sync(site)).applied).toEqual({ disable: 1, update: 1 });
      } finally {
        await copy.stop();
      }
    }));
});

const NEW_PHONE = '+45 20 99 99 99';

async function begin(site: TestSite): Promise<void> {
  await change(site, { ...institution('cbs', 'CBS'), ...people(PEOPLE) }, 'People');
  expect(outcomeOf(await sync(site))).toEqual({ applied: { create: PEOPLE.length }, held: {}, exit: 0 });
}

async function counted(dc: SambaDc, site: TestSite) {
  let report = await plan(site);
  const writes = await writesDuring(dc, async () => {
    report = await sync(site);
  });
  return [report, writes] as const;
}

function newPhone(username: string): Files {
  return person(username, { phone: NEW_PHONE });
}

function blockOf(username: string): Files {
  return blocks('user', [{ target: username, from: daysFromToday(-2) }]);
}
