/** What every directory does when an account is changed: one guarded write, or none. */
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { type DirectoryBench, modification, PASSWORD } from './directory-bench.ts';

export function changingContract(bench: DirectoryBench): void {
  describe('changing', () => {
    test('D9: disabling and enabling flips one flag and leaves the others', async () => {
      const guid = await bench.fixture.add(bench.unused(), bench.fixture.unit);
      await bench.fixture.set(guid, 'userAccountControl', '66048');
      const before = await bench.reread({ guid });
      await bench.connection.writer.modify(modification(before, { enabled: false }));
      const disabled = await bench.reread(before);
      expect(disabled).toMatchObject({ enabled: false, raw: { userAccountControl: '66050' } });
      await bench.connection.writer.modify(modification(disabled, { enabled: true }));
      expect(await bench.reread(before)).toEqual(before);
    });

    test('D9: refuses when the flags are no longer those that were read', async () => {
      const account = await bench.created();
      await bench.fixture.set(account.guid, 'userAccountControl', '66048');
      const error = await bench.refusedUnwritten(() =>
        bench.connection.writer.modify(modification(account, { enabled: false })),
      );
      expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('changed by someone else') });
    });

    test('sets, replaces and clears mapped attributes and the expiry in one write', async () => {
      const account = await bench.created();
      const before = await bench.fixture.lastWrite();
      const expires = '2027-12-31T23:00:00.000Z';
      const set = { mobile: '+4520123456', displayName: 'Anna Jensen', company: null };
      await bench.connection.writer.modify(modification(account, { set, accountExpires: expires, enabled: false }));
      expect(await bench.fixture.lastWrite()).toBe(before + 1);
      const after = await bench.reread(account);
      expect(after).toMatchObject({ attributes: set, accountExpires: expires, enabled: false, mark: account.mark });
      await bench.connection.writer.modify(modification(after, { accountExpires: 'never', set: { mobile: '' } }));
      expect(await bench.reread(account)).toMatchObject({ accountExpires: 'never', attributes: { mobile: null } });
    });

    test('writes nothing at all where one of the values was changed by hand meanwhile', async () => {
      const account = await bench.created();
      await bench.fixture.set(account.guid, 'mobile', '+4520999999');
      const set = { company: 'DTU', mobile: '+4520123456' };
      const error = await bench.refusedUnwritten(() => bench.connection.writer.modify(modification(account, { set })));
      expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('changed by someone else') });
      expect(await bench.reread(account)).toMatchObject({ attributes: { company: 'CBS', mobile: '+4520999999' } });
    });

    test('refuses to replace or clear a value that is gone', async () => {
      const account = await bench.created();
      await bench.fixture.set(account.guid, 'company', null);
      for (const company of ['DTU', null]) {
        await bench.refusedUnwritten(() => bench.connection.writer.modify(modification(account, { set: { company } })));
      }
    });

    test('gives an account anew in one write: enabled, with another password and mark, or nothing of it', async () => {
      const account = await bench.created();
      await bench.connection.writer.modify(modification(account, { enabled: false }));
      const off = await bench.reread(account);
      const password = { secret: new Secret('Sno-Kro-Hule-77'), mustChange: true };
      const mark = (off.mark ?? '').replace(/[^:]*$/, 'another');
      await bench.fixture.set(account.guid, 'userAccountControl', '66050');
      await bench.refusedUnwritten(() =>
        bench.connection.writer.modify(modification(off, { enabled: true, mark, password })),
      );
      expect(await bench.fixture.passwordIs(account.username, 'Sno-Kro-Hule-77')).toBe(false);
      const before = await bench.fixture.lastWrite();
      const now = await bench.reread(account);
      await bench.connection.writer.modify(modification(now, { enabled: true, mark, password }));
      // Active Directory may count a password by itself.
      expect(await bench.fixture.lastWrite()).toBeGreaterThan(before);
      expect(await bench.reread(account)).toMatchObject({ enabled: true, mark });
    });

    test('an account in no group names none, and leaves none', async () => {
      const account = await bench.created();
      expect(await bench.connection.reader.groupsOf(account.guid)).toEqual([]);
      await bench.connection.writer.leaveGroups(account.guid, []);
    });

    test('sends nothing where nothing differs', async () => {
      const account = await bench.created();
      const before = await bench.fixture.lastWrite();
      const same = { enabled: true, accountExpires: 'never', set: { company: 'CBS', mobile: null } };
      await bench.connection.writer.modify(modification(account, same));
      expect(await bench.fixture.lastWrite()).toBe(before);
    });

    test('marks an unmarked account, and never writes over the mark of somebody else', async () => {
      const guid = await bench.fixture.add(bench.unused(), bench.fixture.unit);
      const found = await bench.reread({ guid });
      const mark = `muster:contract:${found.username}:attempt-2`;
      await bench.connection.writer.modify(modification(found, { mark }));
      const adopted = await bench.reread({ guid });
      expect(adopted.mark).toBe(mark);
      await bench.fixture.set(guid, 'adminDescription', `muster:other:${found.username}:attempt-1`);
      const taken = await bench.reread({ guid });
      const error = await bench.refusedUnwritten(() => bench.connection.writer.modify(modification(taken, { mark })));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('somebody else') });
      // Read while it was free, taken meanwhile: the guarded write refuses as well.
      await bench.refusedUnwritten(() => bench.connection.writer.modify(modification(found, { mark })));
    });

    test('D7: follows an account that was moved, and refuses one that was created anew under the same name', async () => {
      const account = await bench.created();
      await bench.fixture.move(account.guid, bench.fixture.innerUnit);
      await bench.connection.writer.modify(modification(account, { set: { mobile: '+4520123456' } }));
      expect(await bench.reread(account)).toMatchObject({ attributes: { mobile: '+4520123456' } });
      await bench.fixture.remove(account.guid);
      const anew = await bench.fixture.add(account.username, bench.fixture.unit, { company: 'CBS' });
      expect(anew).not.toBe(account.guid);
      const error = await bench.refusedUnwritten(() =>
        bench.connection.writer.modify(modification(account, { enabled: false })),
      );
      expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('no longer exists') });
    });

    test('D15: refuses a protected account, in the reading and again at the write', async () => {
      const admin = await bench.fixture.add(bench.unused(), bench.fixture.unit);
      await bench.fixture.set(admin, 'adminCount', '1');
      const listed = await bench.fixture.add('breakglass', bench.fixture.unit);
      for (const guid of [admin, listed]) {
        const account = await bench.reread({ guid });
        expect(account.protectedBecause).toEqual(expect.any(String));
        const change = modification(account, { enabled: false });
        const error = await bench.refusedUnwritten(() => bench.connection.writer.modify(change));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('protected') });
        await bench.refusedUnwritten(() => bench.connection.writer.setPassword(guid, new Secret(PASSWORD), true));
      }
    });

    test('D15: refuses a change that hands over too little to judge protection or to guard a value', async () => {
      const account = await bench.created();
      const { adminCount: _, ...unjudged } = account.raw;
      const { mobile: __, ...unguarded } = account.raw;
      for (const raw of [unjudged, unguarded]) {
        const change = { ...modification(account, { set: { mobile: '+4520123456' } }), raw };
        expect(await bench.refusedUnwritten(() => bench.connection.writer.modify(change))).toMatchObject({
          remedy: 'bug',
        });
      }
    });

    test('refuses an attribute that is not mapped', async () => {
      const account = await bench.created();
      const change = { ...modification(account, { set: { info: 'x' } }), raw: { ...account.raw, info: null } };
      expect(await bench.refusedUnwritten(() => bench.connection.writer.modify(change))).toMatchObject({
        remedy: 'bug',
      });
    });

    test('carries many changes at once', async () => {
      const accounts = await Promise.all(Array.from({ length: 24 }, () => bench.created()));
      await Promise.all(
        accounts.map((account, at) =>
          bench.connection.writer.modify(modification(account, { set: { mobile: `+4520${at}` } })),
        ),
      );
      const after = await bench.connection.reader.find({ guids: accounts.map(({ guid }) => guid) });
      expect(after.map(({ attributes }) => attributes.mobile).sort()).toEqual(
        accounts.map((_, at) => `+4520${at}`).sort(),
      );
    });
  });
}
