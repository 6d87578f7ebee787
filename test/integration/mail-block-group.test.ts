/** A researcher's mail, disabled by a commit: the account joins a group of a real domain controller, where whoever delivers mail looks it up. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { passLane } from '../../src/core/pass.ts';
import { activeDirectoryFixture } from '../support/active-directory-fixture.ts';
import { blocks, daysFromToday, institution, mailBlocks, people } from '../support/desired-state.ts';
import { type MailGroup, makeMailGroup } from '../support/mail-group.ts';
import { copyState, ldapCommand, missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import {
  approveAll,
  change,
  INSTANCE,
  makeSite,
  onSite,
  outcomeOf,
  plan,
  sync,
  type TestSite,
} from '../support/site.ts';

const from = (target: string) => ({ target, from: daysFromToday(-1) });
const lifted = (target: string) => ({ ...from(target), lifted: daysFromToday(0) });

describe.skipIf(missingForSamba().length > 0)('on a real domain controller', { timeout: 120_000 }, () => {
  let dc: SambaDc;
  let site: TestSite;
  let group: MailGroup;
  beforeAll(async () => {
    dc = await startSamba();
    const { settings } = await activeDirectoryFixture(dc);
    group = await makeMailGroup(dc, settings, INSTANCE);
    site = await makeSite(dc, {
      limits: '{ always: 100 }',
      settings: `mailBlocks: { directoryGroup: { group: "${group.dn}" } }`,
    });
    await change(site, { ...institution('cbs', 'CBS'), ...people(['anna', 'berit']) }, 'People');
    await approveAll(site, await sync(site));
    await sync(site);
  });
  afterAll(async () => {
    await site?.remove();
    await dc?.stop();
  });

  /** As docs/operating.md has it for a mail system that asks by LDAP. */
  const refusedByLookUp = async (username: string) => {
    const filter = `(&(sAMAccountName=${username})(memberOf=${group.dn}))`;
    const ldif = await ldapCommand(dc, 'ldapsearch', ['-LLL', '-b', dc.baseDn, filter, 'sAMAccountName']);
    return ldif.includes(`sAMAccountName: ${username}`);
  };

  test('a commit puts the account into the group, and another takes it out', async () => {
    await change(site, mailBlocks(from('anna')), 'No mail');
    expect(outcomeOf(await sync(site))).toEqual({ applied: { disable: 1 }, held: {}, exit: 0 });
    expect([await refusedByLookUp('anna'), await refusedByLookUp('berit')]).toEqual([true, false]);
    expect((await plan(site)).plan.changes).toEqual([]);
    await change(site, blocks('user', [from('berit')]), 'Block');
    expect(outcomeOf(await sync(site))).toEqual({ applied: { disable: 2 }, held: {}, exit: 0 });
    expect(await group.members()).toEqual(['anna', 'berit']);
    await change(site, { ...mailBlocks(lifted('anna')), ...blocks('user', [lifted('berit')]) }, 'Lift');
    expect(outcomeOf(await sync(site))).toEqual({ applied: { enable: 3 }, held: {}, exit: 0 });
    expect(await group.members()).toEqual([]);
  });

  test('a block from the command line reaches the group on each server that answers', async () => {
    const second = await copyState(dc);
    try {
      await onSite(site, async ({ parts, config }) => {
        if (config.directory.kind !== 'active-directory') throw new TypeError('it is');
        config.directory.server.urls.push(second.ldapsUrl);
        await parts.store.orders.block({
          id: 'order',
          scope: 'user',
          target: 'anna',
          by: 'oper',
          reason: 'stolen laptop',
          at: Date.now(),
          until: null,
        });
        await passLane(parts, 'block anna', true);
      });
      const membersOn = async (server: SambaDc) =>
        await ldapCommand(server, 'ldapsearch', ['-LLL', '-s', 'base', '-b', group.dn, '(objectClass=*)', 'member']);
      expect(await membersOn(dc)).toContain('member: CN=anna');
      expect(await membersOn(second)).toContain('member: CN=anna');
    } finally {
      await second.stop();
    }
  });
});
