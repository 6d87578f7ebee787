/** Servers that show too little, show the past, fall silent or die in the middle of a pass: real domain controllers, whole passes. */
import { describe, expect, test } from 'vitest';
import { lastingAccounts, writesDuring } from '../support/account-dumps.ts';
import { deny } from '../support/denied-rights.ts';
import { blocks, daysFromToday, type Files, institution, people, person } from '../support/desired-state.ts';
import { dump, highestCommittedUsn, valuesOf } from '../support/directory-contents.ts';
import { isLdapWrite } from '../support/ldap-messages.ts';
import { missingForSamba, type SambaDc } from '../support/samba.ts';
import {
  change,
  makeSite,
  onFreshSite,
  onTwoServers,
  outcomeOf,
  plan,
  rebuild,
  sealedPasswords,
  sync,
  type TestSite,
  useServers,
} from '../support/site.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { startTwoFacedServer } from '../support/two-faced-server.ts';

const CBS = Array.from({ length: 8 }, (_, n) => `cbs${n + 1}`);
const DTU = Array.from({ length: 8 }, (_, n) => `dtu${n + 1}`);
const GENEROUS = '{ always: 50 }';
const BLOCK_CBS = blocks('institution', [{ target: 'cbs', from: daysFromToday(-2) }]);

const missing = missingForSamba();

describe.skipIf(missing.length > 0)('D1: a reading that shows too little', () => {
  test('D1: a unit that may not be listed any more holds the bulk, and no block', () =>
    onFreshSite({ limits: GENEROUS }, async (site, dc) => {
      await begin(site);
      const giveBack = await deny(dc, `OU=DTU,${dc.researchersOu}`, 'LC');
      await change(
        site,
        { ...institution('dtu', 'Technical University'), ...person('dtu9', { institution: 'dtu' }) },
        'More',
      );
      let report = await plan(site);
      expect(
        await writesDuring(dc, async () => {
          report = await sync(site);
        }),
      ).toBe(0);
      expect(outcomeOf(report)).toEqual({ applied: {}, held: {}, exit: 1 });
      expect(report.plan.unread.map(({ where, what }) => `${where}: ${what}`)).toEqual([
        `${dc.ldapsUrl}, reading accounts: 8 of 16 accounts that Muster knows did not come back, so the reading does not count.`,
      ]);

      await change(site, BLOCK_CBS, 'Block CBS');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { disable: CBS.length }, held: {}, exit: 1 });
      expect(await enabledOn(dc)).toEqual(DTU);

      await giveBack();
      expect(outcomeOf(await sync(site))).toEqual({ applied: { create: 1, update: DTU.length }, held: {}, exit: 0 });
      expect((await plan(site)).plan.changes).toEqual([]);
    }));
});

describe.skipIf(missing.length > 0)('D5: reads that come from a server of the past', () => {
  test('D5: every n-th read from a frozen copy: nothing is written twice or wrongly, and the truth is found again', () =>
    onFreshSite({ limits: GENEROUS }, async (site, live) => {
      const face = await startTwoFacedServer(live);
      try {
        await useServers(site, [face.url]);
        await begin(site);
        await face.freeze();
        await change(
          site,
          { ...newPhone('cbs1'), ...newPhone('cbs2'), ...person('cbs9'), ...blockOf('cbs3') },
          'Changes',
        );
        expect(outcomeOf(await sync(site))).toEqual({
          applied: { create: 1, disable: 1, update: 2 },
          held: {},
          exit: 0,
        });
        const truth = await lastingAccounts(live);
        for (const nth of [1, 2, 3, 5, 7]) {
          face.readsFrom = (read) => (read % nth === 0 ? 'stale' : 'live');
          expect(await writesDuring(live, () => sync(site)), `reads: every ${nth}`).toBe(0);
          expect(await lastingAccounts(live), `reads: every ${nth}`).toEqual(truth);
        }
        expect(face.staleReads).toBeGreaterThan(20);
        face.readsFrom = () => 'live';
        expect(await writesDuring(live, () => sync(site))).toBe(0);
        expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
        expect((await sealedPasswords(site)).map(({ state }) => state).filter((state) => state !== 'ready')).toEqual(
          [],
        );
      } finally {
        await face.close();
      }
    }));

  test('D5: an account that the past does not show yet is made once, and a rebuilt ledger takes it in', () =>
    onFreshSite({ limits: GENEROUS }, async (site, live) => {
      const face = await startTwoFacedServer(live);
      try {
        await useServers(site, [face.url]);
        await begin(site);
        await face.freeze();
        face.readsFrom = () => 'stale';
        await change(site, person('cbs9'), 'One more');
        const dn = `CN=cbs9,OU=CBS,${live.researchersOu}`;
        expect(await writesDuring(live, () => sync(site))).toBe(1);
        const made = await dump(live, dn);
        for (let pass = 1; pass <= 3; pass += 1) {
          expect(await writesDuring(live, async () => expect(outcomeOf(await sync(site)).exit).toBe(2))).toBe(0);
        }
        face.readsFrom = () => 'live';
        const seen = await sync(site);
        expect(seen.plan.notices.map(({ kind, person: who }) => `${who} ${kind}`)).toEqual([
          'Anna Jensen (cbs9) unknown-mark',
        ]);
        await rebuild(site);
        expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
        expect(await dump(live, dn)).toEqual(made);
      } finally {
        await face.close();
      }
    }));
});

describe.skipIf(missing.length > 0)('D11: answers that never come', () => {
  test('D11: with the first answer of every pass lost, the work is done, each write once', () =>
    onFreshSite({ limits: GENEROUS }, async (_, dc) => {
      const { certFile, keyFile, caFile, address } = dc;
      const proxy = await startProxy({ host: address, port: 636, ldaps: { certFile, keyFile, caFile } });
      const site = await makeSite(dc, { urls: [`ldaps://${proxy.host}:${proxy.port}`], limits: GENEROUS });
      try {
        await begin(site);
        await change(
          site,
          { ...institution('dtu', 'Technical University'), ...BLOCK_CBS, ...person('dtu9', { institution: 'dtu' }) },
          'Changes',
        );
        const before = await highestCommittedUsn(dc);
        let passes = 0;
        for (let left = 1; left > 0; passes += 1) {
          expect(passes).toBeLessThan(20);
          proxy.loseAnswer({ of: ({ ldap }) => ldap !== undefined && isLdapWrite(ldap), resetAfterMs: 20 });
          await sync(site);
          proxy.passEverything();
          left = (await plan(site)).plan.changes.length;
        }
        expect(proxy.lostAnswers).toBeGreaterThan(1);
        expect(outcomeOf(await sync(site))).toEqual({ applied: {}, held: {}, exit: 0 });
        expect((await highestCommittedUsn(dc)) - before).toBe(CBS.length + DTU.length + 1);
        expect(await enabledOn(dc)).toEqual([...DTU, 'dtu9']);
        expect((await sealedPasswords(site)).filter(({ state }) => state === 'ready').length).toBe(17);
      } finally {
        await proxy.close();
        await site.remove();
      }
    }));
});

describe.skipIf(missing.length > 0)('two domain controllers', () => {
  test('a block is written on both, everything else on one', () =>
    onTwo(async (site, first, second) => {
      await change(site, { ...BLOCK_CBS, ...institution('dtu', 'Technical University') }, 'Block CBS, rename DTU');
      const onSecond = await writesDuring(second, async () => {
        expect(outcomeOf(await sync(site))).toEqual({
          applied: { disable: 2 * CBS.length, update: DTU.length },
          held: {},
          exit: 0,
        });
      });
      expect(onSecond).toBe(CBS.length);
      expect(await enabledOn(first)).toEqual(DTU);
      expect(await enabledOn(second)).toEqual(DTU);
      expect((await plan(site)).plan.changes).toEqual([]);
    }));

  test('the first one dies in the middle of the lane: the other takes every block, and the first catches up when it is back', () =>
    onTwo(async (site, first, second) => {
      await change(site, BLOCK_CBS, 'Block CBS');
      const { certFile, keyFile, caFile, address } = first;
      const proxy = await startProxy({ host: address, port: 636, ldaps: { certFile, keyFile, caFile } });
      let [writes, death] = [0, Promise.resolve()];
      proxy.onClientData = ({ ldap }) => {
        if (ldap === undefined || !isLdapWrite(ldap)) return 'pass';
        writes += 1;
        if (writes !== 4) return 'pass';
        death = first.kill();
        return 'drop';
      };
      await useServers(site, [`ldaps://${proxy.host}:${proxy.port}`, second.ldapsUrl]);
      const dying = await sync(site);
      await death;
      expect(writes).toBeGreaterThan(3);
      expect(await enabledOn(second)).toEqual(DTU);
      expect(outcomeOf(dying).exit).not.toBe(0);
      await change(site, newPhone('dtu1', 'dtu'), 'A new number');
      expect(outcomeOf(await sync(site)).applied).toEqual({ update: 1 });
      expect(await valuesOf(second, `CN=dtu1,OU=DTU,${second.researchersOu}`, 'mobile')).toEqual(['+4520999991']);

      await first.restart();
      await sync(site);
      expect(await enabledOn(first)).toEqual(DTU);
      await proxy.close();
    }));
});

/** Sixteen people in two institutions. */
async function begin(site: TestSite): Promise<void> {
  const files = {
    ...institution('cbs', 'CBS'),
    ...institution('dtu', 'DTU'),
    ...people(CBS),
    ...people(DTU, { institution: 'dtu' }),
  };
  await change(site, files, 'People');
  expect(outcomeOf(await sync(site))).toEqual({ applied: { create: 16 }, held: {}, exit: 0 });
}

/** With the same sixteen accounts. */
const onTwo = (work: Parameters<typeof onTwoServers>[2]) => onTwoServers(GENEROUS, begin, work);

/** Usernames of accounts that can log in, in their order. */
async function enabledOn(dc: SambaDc): Promise<readonly string[]> {
  const enabled = await dump(dc, dc.researchersOu, '(&(objectClass=user)(userAccountControl=512))', ['cn']);
  return [...enabled.keys()].map((dn) => /^CN=([^,]+)/.exec(dn)?.[1] ?? dn).sort((a, b) => (a < b ? -1 : 1));
}

function newPhone(username: string, id = 'cbs'): Files {
  return person(username, { institution: id, phone: `+45 20 99 99 9${username.at(-1)}` });
}

function blockOf(username: string): Files {
  return blocks('user', [{ target: username, from: daysFromToday(-2) }]);
}
