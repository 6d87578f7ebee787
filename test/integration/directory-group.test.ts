/** The group of those who may not send mail, on a real domain controller: its members, what it may be, and what it makes of what others do to it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { directoryGroupExaminer } from '../../src/reconcilers/mail-blocks/directory-group/examiner.ts';
import type { BlockList, Edit } from '../../src/reconcilers/mail-blocks/port.ts';
import { blockListContract } from '../contracts/block-list.contract.ts';
import { type ActiveDirectoryFixture, activeDirectoryFixture, guidOf } from '../support/active-directory-fixture.ts';
import { markOf } from '../support/attribute-ground.ts';
import { addContacts, addUsers, highestCommittedUsn, modify, valuesOf } from '../support/directory-contents.ts';
import { type MailGroup, makeGroup, makeMailGroup } from '../support/mail-group.ts';
import { refusal } from '../support/refusal.ts';
import { missingForSamba, type SambaDc, startSamba } from '../support/samba.ts';
import { sorted } from '../support/story.ts';

const INSTANCE = 'research-service';
/** People in the contract's tests at once. */
const MANY = 12;
/** More than Active Directory puts into one answer. */
const CONTACTS = 2000;

describe.skipIf(missingForSamba().length > 0)('a group of a real domain controller', { timeout: 120_000 }, () => {
  let fixture: ActiveDirectoryFixture;
  let dc: SambaDc;
  let group: MailGroup;
  let list: BlockList;
  const dnOf = (name: string) => `CN=${name},${dc.researchersOu}`;
  beforeAll(async () => {
    dc = await startSamba();
    fixture = await activeDirectoryFixture(dc);
    const names = ['anna', 'berit', 'carl', 'erik', ...Array.from({ length: MANY }, (_, nth) => `person${nth}`)];
    await addUsers(
      dc,
      names.map((name) => ({ name })),
    );
    group = await makeMailGroup(dc, fixture.settings, INSTANCE);
  });
  afterAll(() => fixture?.stop());

  blockListContract('the group', { open: () => group.adapter(), fresh: () => group.clear(), many: MANY });

  beforeEach(async () => {
    await group.clear();
    list = await group.adapter().connect();
  });
  let giveBack: (() => Promise<void>) | null = null;
  afterEach(async () => {
    await giveBack?.();
    giveBack = null;
    await list.close();
  });

  const edit = (key: string, more: Partial<Edit> = {}): Edit => {
    return { key, address: null, listed: true, was: false, revision: 'r1', ...more };
  };
  const block = (key: string) => list.write(edit(key));
  const release = (key: string) => list.write(edit(key, { listed: false, was: true }));

  test('puts the account in and takes it out, and touches nobody else in it', async () => {
    const contact = `CN=partner,OU=Elsewhere,${dc.baseDn}`;
    await addContacts(dc, `OU=Elsewhere,${dc.baseDn}`, ['partner']);
    await group.put(dnOf('erik'), contact);
    await block('anna');
    expect(await group.members()).toEqual(['anna', 'erik', 'partner']);
    expect(await list.read()).toMatchObject({
      listed: new Set(['anna', 'erik']),
      unread: [contact],
      completeness: 'unsealed',
    });
    await release('anna');
    expect(await group.members()).toEqual(['erik', 'partner']);
  });

  test('with 2,000 other members takes in, and lets go, whom it is told to, and reads all of them', async () => {
    const unit = `OU=Many,${dc.baseDn}`;
    await modify(dc, `dn: ${unit}\nchangetype: add\nobjectClass: organizationalUnit\n`);
    const names = Array.from({ length: CONTACTS }, (_, nth) => `contact${nth}`);
    await addContacts(dc, unit, names);
    await group.put(...names.map((name) => `CN=${name},${unit}`));
    await Promise.all(['anna', 'berit', 'carl'].map(block));
    await release('berit');
    const { listed, unread } = await list.read();
    expect([sorted([...listed]), unread.length]).toEqual([['anna', 'carl'], CONTACTS]);
    expect(await group.members()).toEqual(sorted(['anna', 'carl', ...names]));
  });

  test('D7: still knows whose an account is that was moved, and renamed, with Muster’s mark', async () => {
    await block('carl');
    const guid = await guidOf(dc, dnOf('carl'));
    await fixture.set(guid, 'adminDescription', markOf('carl'));
    await fixture.move(guid, `OU=Elsewhere,${dc.baseDn}`);
    await fixture.set(guid, 'sAMAccountName', 'carl2');
    try {
      expect((await list.read()).listed).toEqual(new Set(['carl']));
      await release('carl');
      expect(await group.members()).toEqual([]);
    } finally {
      await fixture.set(guid, 'sAMAccountName', 'carl');
      await fixture.set(guid, 'adminDescription', null);
      await fixture.move(guid, dc.researchersOu);
    }
  });

  test('D11: writes nothing where somebody else has done it in the same moment, and calls it done', async () => {
    const [directory, other] = [await group.directory().connect(), await group.directory().connect()];
    const [anna] = await directory.find(['anna']);
    if (anna === undefined) throw new Error('there is an account of hers');
    await other.put(anna, true);
    const before = await highestCommittedUsn(dc);
    await directory.put(anna, true);
    expect(await highestCommittedUsn(dc)).toBe(before);
    await other.put(anna, false);
    await directory.put(anna, false);
    expect(await group.members()).toEqual([]);
    await Promise.all([directory.close(), other.close()]);
  });

  test('can’t name who has no account, and says so', async () => {
    expect(await list.cannotName?.(['anna', 'nobody', 'Mail Blocked'])).toEqual(new Set(['nobody', 'Mail Blocked']));
    expect(await refusal(block('nobody'))).toMatchObject({
      remedy: 'retry',
      what: expect.stringContaining('nobody has no account'),
    });
  });

  describe('M1: is not believed', () => {
    test('where it shows nobody to a log-on without the right to see them', async () => {
      await block('anna');
      giveBack = await group.hide();
      const hidden = { remedy: 'person', what: expect.stringContaining('shows no members') };
      expect(await refusal(list.read())).toMatchObject(hidden);
      expect(await refusal(block('berit'))).toMatchObject(hidden);
      expect(await group.members()).toEqual(['anna']);
    });

    test('where it is gone', async () => {
      const other = await makeMailGroup(dc, fixture.settings, INSTANCE, 'Short Lived');
      const lasting = await other.adapter().connect();
      await modify(dc, `dn: ${other.dn}\nchangetype: delete\n`);
      expect(await refusal(lasting.read())).toMatchObject({ what: expect.stringContaining('gone') });
      await lasting.close();
      expect(await refusal(other.adapter().connect())).toMatchObject({
        remedy: 'person',
        what: expect.stringContaining('no such group'),
      });
    });

    test('as empty, but as what has lost everybody', async () => {
      await block('anna');
      await group.clear();
      expect(await list.read()).toMatchObject({ listed: new Set(), completeness: 'bare' });
    });
  });

  test('D16: names the right that is missing, and is as it was', async () => {
    giveBack = await group.forbid();
    expect(await refusal(block('anna'))).toMatchObject({
      remedy: 'person',
      what: expect.stringContaining('the right to write the attribute member'),
    });
    expect(await group.members()).toEqual([]);
  });

  describe('D15: is refused', () => {
    const said = async (site: Parameters<MailGroup['adapter']>[0]) =>
      (await refusal(group.adapter(site).connect())).what;

    test('as one of the administrators', async () => {
      expect(await said({ group: `CN=Domain Admins,CN=Users,${dc.baseDn}` })).toContain('adminCount is 1');
    });

    test.each(['CN=Guests,CN=Builtin', 'CN=Domain Users,CN=Users'])(
      'as %s, which came with the domain',
      async (name) => {
        expect(await said({ group: `${name},${dc.baseDn}` })).toContain('built-in');
      },
    );

    test('as what is no group', async () => {
      expect(await said({ group: dnOf('anna') })).toContain('is no group');
    });

    test('where it lies in one of those, however deep', async () => {
      const [inner, outer] = ['Inner', 'Outer'].map((name) => `CN=${name},OU=Elsewhere,${dc.baseDn}`) as [
        string,
        string,
      ];
      await makeGroup(dc, inner);
      await makeGroup(dc, outer);
      const join = (member: string, into: string) =>
        modify(dc, `dn: ${into}\nchangetype: modify\nadd: member\nmember: ${member}\n-\n`);
      await join(inner, outer);
      const plain = await group.adapter({ group: inner }).connect();
      await plain.close();
      expect(await said({ group: inner, protectedGroups: [outer.toUpperCase()] })).toContain(
        `It lies in the group ${outer}, which is one of the protectedGroups`,
      );
      await join(outer, `CN=Backup Operators,CN=Builtin,${dc.baseDn}`);
      expect(await said({ group: inner })).toMatch(/It lies in the group .*, which belongs to the administrators/);
    });
  });

  describe('an examination', () => {
    const said = async () => {
      const findings = await directoryGroupExaminer(group.directory()).examine(0);
      return findings.map(({ status, text }) => `${status}: ${text}`).join('\n');
    };

    test('says who is in it, and whether Muster may change that', async () => {
      await group.put(dnOf('anna'));
      expect(await said()).toBe('ok: Muster may change who is in it; 1 account is in it.');
      giveBack = await group.forbid();
      expect(await said()).toBe('fail: Muster may not change who is in it; 1 account is in it.');
    });
  });

  test('costs no write while nothing changes', async () => {
    await block('anna');
    const before = await highestCommittedUsn(dc);
    await (await group.adapter().connect()).read();
    expect(await highestCommittedUsn(dc)).toBe(before);
    expect(await valuesOf(dc, group.dn, 'member')).toEqual([dnOf('anna')]);
  });
});
