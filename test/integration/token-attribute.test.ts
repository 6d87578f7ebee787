/** Tokens that are an attribute of accounts, on a real domain controller: the contract, and a person from the repository to the number. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenListContract } from '../contracts/token-list.contract.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture, guidOf } from '../support/active-directory-fixture.ts';
import { attributeGround, markOf } from '../support/attribute-ground.ts';
import { blocks, institution, person } from '../support/desired-state.ts';
import { highestCommittedUsn, modify, valuesOf } from '../support/directory-contents.ts';
import { missingForSamba, startSamba } from '../support/samba.ts';
import { approveAll, change, onFreshSite, outcomeOf, plan, sync } from '../support/site.ts';

const TEST_MS = 120_000;

describe.skipIf(missingForSamba().length > 0)('on a real domain controller', { timeout: TEST_MS }, () => {
  let fixture: ActiveDirectoryFixture;
  beforeAll(async () => {
    fixture = await activeDirectoryFixture(await startSamba());
  });
  afterAll(() => fixture?.stop());
  let round = 0;

  tokenListContract('an attribute of accounts', {
    several: false,
    marks: false,
    keepsNumber: false,
    start: async (people) => {
      const { dc } = fixture;
      round += 1;
      // A unit for each test, whose accounts go with it.
      const unit = `OU=Round${round},${dc.researchersOu}`;
      const added = people.map((name) => accountOf(name, unit));
      await modify(dc, [`dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`, ...added].join('\n'));
      const directory = {
        adapter: fixture.adapter,
        unit,
        guidOf: (username: string) => guidOf(dc, `CN=${username},${unit}`),
        set: fixture.set,
        remove: fixture.remove,
        lastWrite: () => highestCommittedUsn(dc),
      };
      return attributeGround(directory, async () => {
        const gone = people.map((name) => `dn: CN=${name},${unit}\nchangetype: delete\n`).join('\n');
        await modify(dc, gone).catch(() => modifyEach(people.map((name) => `CN=${name},${unit}`)));
      });
    },
  });

  /** One that is enabled, and needs no password for it. */
  function accountOf(name: string, unit: string): string {
    const attributes = `sAMAccountName: ${name}\nuserAccountControl: 544\nadminDescription: ${markOf(name)}\n`;
    return `dn: CN=${name},${unit}\nchangetype: add\nobjectClass: user\n${attributes}`;
  }

  /** One by one, where a test has deleted some. */
  async function modifyEach(dns: readonly string[]): Promise<void> {
    for (const dn of dns) await modify(fixture.dc, `dn: ${dn}\nchangetype: delete\n`).catch(() => undefined);
  }
});

test.skipIf(missingForSamba().length > 0)(
  'a person’s number stands in their account while they may log in, and is gone while they may not',
  { timeout: TEST_MS },
  async () => {
    const limits = '{ always: 100 }';
    const settings = 'tokens: { directoryAttribute: { attribute: pager } }';
    await onFreshSite({ limits, settings }, async (site, dc) => {
      const numberOf = (name: string) => valuesOf(dc, `CN=${name},OU=CBS,${dc.researchersOu}`, 'pager');
      await change(site, { ...institution('cbs', 'CBS'), ...person('anna', { phone: '+45 20 12 34 56' }) }, 'Anna');
      await approveAll(site, await sync(site));
      await sync(site);
      expect(await numberOf('anna')).toEqual(['+4520123456']);
      expect((await plan(site)).plan.changes).toEqual([]);
      await change(site, person('anna', { phone: '+45 20 99 99 99' }), 'Another number');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { update: 2 }, held: {}, exit: 0 });
      expect(await numberOf('anna')).toEqual(['+4520999999']);
      const today = new Date().toISOString().slice(0, 10);
      await change(site, blocks('user', [{ target: 'anna', from: '2026-01-01' }]), 'Block');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { disable: 2 }, held: {}, exit: 0 });
      expect(await numberOf('anna')).toEqual([]);
      await change(site, blocks('user', [{ target: 'anna', from: '2026-01-01', lifted: today }]), 'Lift');
      expect(outcomeOf(await sync(site))).toEqual({ applied: { enable: 2 }, held: {}, exit: 0 });
      expect(await numberOf('anna')).toEqual(['+4520999999']);
    });
  },
);
