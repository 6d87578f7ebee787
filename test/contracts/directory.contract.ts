/** What every directory behind the port must do, in one suite: run against the embedded one and against a real domain controller. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import type {
  Account,
  DirectoryConnection,
  DirectorySite,
  Modification,
  NewAccount,
} from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';

/** A directory under test, and what an administrator does in it by hand. */
export interface DirectoryFixture {
  /** DN of a managed unit, of one inside it, of one inside it where no account is ever made, and of one outside. */
  readonly unit: string;
  readonly innerUnit: string;
  readonly emptyUnit: string;
  readonly foreignUnit: string;
  connect(site: DirectorySite): Promise<DirectoryConnection>;
  /** Adds an enabled account with these attributes on top, and gives its GUID. */
  add(username: string, unit: string, values?: Readonly<Record<string, string>>): Promise<string>;
  set(guid: string, attribute: string, value: string | null): Promise<void>;
  move(guid: string, unit: string): Promise<void>;
  remove(guid: string): Promise<void>;
  /** Whether this is the password in force. */
  passwordIs(username: string, password: string): Promise<boolean>;
  /** Number of the directory's last write. */
  lastWrite(): Promise<number>;
  stop(): Promise<void>;
}

const PASSWORD = 'Kar-Lil-Mose-42';
const NOBODY: ReadonlySet<string> = new Set();

export function directoryContract(name: string, start: () => Promise<DirectoryFixture>): void {
  describe(`${name}, as any directory`, () => {
    let fixture: DirectoryFixture;
    let site: DirectorySite;
    let connection: DirectoryConnection;
    let counter = 0;

    beforeAll(async () => {
      fixture = await start();
      site = {
        read: [fixture.unit, fixture.innerUnit],
        markAttribute: 'adminDescription',
        mappedAttributes: ['company', 'displayName', 'mobile'],
        protected: ['breakglass'],
      };
    });
    afterAll(() => fixture?.stop());
    beforeEach(async () => {
      connection = await fixture.connect(site);
    });
    afterEach(() => connection?.close());

    const unused = () => {
      counter += 1;
      return `person${counter}`;
    };

    const newAccount = (username: string, more: Partial<NewAccount> = {}): NewAccount => ({
      dn: `CN=${username},${fixture.unit}`,
      username,
      upn: `${username}@example.org`,
      mark: `muster:contract:${username}:attempt-1`,
      password: new Secret(PASSWORD),
      mustChangePassword: true,
      accountExpires: 'never',
      attributes: { company: 'CBS', displayName: `Person ${username}`, mobile: null },
      ...more,
    });

    const created = (more?: Partial<NewAccount>) => connection.writer.create(newAccount(unused(), more));

    const modification = (account: Account, more: Partial<Modification>): Modification => ({
      guid: account.guid,
      dn: account.dn,
      raw: account.raw,
      ...more,
    });

    const reread = async (account: { readonly guid: string }): Promise<Account | undefined> =>
      (await connection.reader.find({ guids: [account.guid] }))[0];

    /** Runs what must be refused; gives its error, after checking that the directory was not written to. */
    const refusedUnwritten = async (work: () => Promise<unknown>): Promise<MusterError> => {
      const before = await fixture.lastWrite();
      const error = await refusal(work());
      expect(await fixture.lastWrite()).toBe(before);
      return error;
    };

    describe('creating', () => {
      test('gives back the account as it then stands, with everything in it', async () => {
        const expires = '2027-12-31T23:00:00.000Z';
        const account = await created({ accountExpires: expires });
        expect(account).toMatchObject({
          dn: `CN=${account.username},${fixture.unit}`,
          upn: `${account.username}@example.org`,
          mark: `muster:contract:${account.username}:attempt-1`,
          enabled: true,
          accountExpires: expires,
          attributes: { company: 'CBS', displayName: `Person ${account.username}`, mobile: null },
          protectedBecause: null,
          managed: true,
        });
        expect(account.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(account.raw).toMatchObject({ userAccountControl: '512', mobile: null, company: 'CBS' });
        expect(await fixture.passwordIs(account.username, PASSWORD)).toBe(true);
        expect(await fixture.passwordIs(account.username, `${PASSWORD}x`)).toBe(false);
        const { accounts } = await connection.reader.readAll(new Set([account.guid]));
        expect(accounts.find(({ guid }) => guid === account.guid)).toEqual(account);
      });

      test('D8: refuses a username that is taken anywhere, whatever its case, and writes nothing', async () => {
        const username = unused();
        await fixture.add(username, fixture.foreignUnit);
        const again = newAccount(username.toUpperCase(), { upn: `${unused()}@example.org` });
        const error = await refusedUnwritten(() => connection.writer.create(again));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('username is taken') });
      });

      test('D8: refuses a userPrincipalName that is taken anywhere', async () => {
        const username = unused();
        await fixture.add(username, fixture.foreignUnit, { userPrincipalName: `${username}@example.org` });
        const again = newAccount(unused(), { upn: `${username.toUpperCase()}@example.org` });
        const error = await refusedUnwritten(() => connection.writer.create(again));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('userPrincipalName') });
      });

      test('D10: a password that the policy refuses leaves no account behind', async () => {
        const account = newAccount(unused(), { password: new Secret('simple') });
        const error = await refusedUnwritten(() => connection.writer.create(account));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('password policy') });
        expect(JSON.stringify([error, String(error)])).not.toContain('simple');
        expect(await connection.reader.find({ usernames: [account.username] })).toEqual([]);
      });

      test('refuses a unit that does not exist, and a place outside the managed units', async () => {
        const username = unused();
        const nowhere = newAccount(username, { dn: `CN=${username},OU=Nowhere,${fixture.unit}` });
        expect(await refusedUnwritten(() => connection.writer.create(nowhere))).toMatchObject({
          what: expect.stringContaining('no such unit'),
        });
        const outside = newAccount(username, { dn: `CN=${username},${fixture.foreignUnit}` });
        expect(await refusedUnwritten(() => connection.writer.create(outside))).toMatchObject({
          what: expect.stringContaining('no managed unit'),
        });
      });

      test('D15: refuses the name of a protected account, whatever its case', async () => {
        for (const username of ['BreakGlass', 'krbtgt']) {
          const error = await refusedUnwritten(() => connection.writer.create(newAccount(username)));
          expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('protected') });
        }
      });

      test('keeps values that look like filters, names or escapes as they are', async () => {
        const displayName = 'Ø* (a)\\2a,=+<>;"#\u0301 “x” 漢字';
        const account = await created({ attributes: { company: '*)(objectClass=*', displayName, mobile: null } });
        expect(account.attributes).toMatchObject({ company: '*)(objectClass=*', displayName });
      });
    });

    describe('reading', () => {
      test('gives each account of the managed units once, foreign ones too, and none from elsewhere', async () => {
        const [outer, inner, outside] = [unused(), unused(), unused()];
        await fixture.add(outer, fixture.unit, { mobile: '+4520123456' });
        await fixture.add(inner, fixture.innerUnit);
        await fixture.add(outside, fixture.foreignUnit);
        const { accounts } = await connection.reader.readAll(NOBODY);
        const named = (username: string) => accounts.filter((account) => account.username === username);
        expect(named(outer)).toMatchObject([{ managed: true, mark: null, attributes: { mobile: '+4520123456' } }]);
        expect(named(inner)).toMatchObject([{ managed: true, dn: `CN=${inner},${fixture.innerUnit}` }]);
        expect(named(outside)).toEqual([]);
      });

      test('writes nothing', async () => {
        await created();
        const before = await fixture.lastWrite();
        await connection.reader.readAll(NOBODY);
        await connection.reader.find({ usernames: ['somebody'], upns: ['somebody@example.org'] });
        await connection.reader.now();
        expect(await fixture.lastWrite()).toBe(before);
      });

      test('tells the time of the directory', async () => {
        expect(Math.abs((await connection.reader.now()) - Date.now())).toBeLessThan(10_000);
      });

      test('D1: a unit that is not there is an error, not an empty unit', async () => {
        const wrong = await fixture.connect({ ...site, read: [fixture.unit, `OU=Missing,${fixture.unit}`] });
        const error = await refusal(wrong.reader.readAll(NOBODY));
        expect(error).toMatchObject({ remedy: 'person', where: expect.stringContaining('OU=Missing') });
        await wrong.close();
      });

      test('D7: an account of the ledger that was moved out of the units is found, one that was deleted is gone', async () => {
        const [stays, moved, gone] = [await created(), await created(), await created()];
        await fixture.move(moved.guid, fixture.foreignUnit);
        await fixture.remove(gone.guid);
        const reading = await connection.reader.readAll(new Set([stays.guid, moved.guid, gone.guid]));
        expect(reading.moved).toMatchObject([{ guid: moved.guid, managed: false }]);
        expect(reading.gone).toEqual([gone.guid]);
        expect(reading.accounts.map(({ guid }) => guid)).toContain(stays.guid);
      });

      test('D1: up to five accounts of the ledger may be gone, a sixth makes the reading unproven', async () => {
        const stays = await created();
        const gone = await Promise.all(Array.from({ length: 6 }, () => created()));
        for (const { guid } of gone) await fixture.remove(guid);
        const guids = gone.map(({ guid }) => guid);
        const five = await connection.reader.readAll(new Set([stays.guid, ...guids.slice(1)]));
        expect(five.gone).toHaveLength(5);
        const error = await refusal(connection.reader.readAll(new Set([stays.guid, ...guids])));
        expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('does not count') });
      });

      test('D1: a reading that returns nothing where one account is known is not proven', async () => {
        const empty = await fixture.connect({ ...site, read: [fixture.emptyUnit] });
        expect((await empty.reader.readAll(NOBODY)).accounts).toEqual([]);
        const known = new Set(['00000000-0000-4000-8000-000000000001']);
        expect(await refusal(empty.reader.readAll(known))).toMatchObject({ remedy: 'retry' });
        await empty.close();
      });

      test('D1: marks that vanished from all of many known accounts make the reading unproven', async () => {
        const ours = await Promise.all(Array.from({ length: 6 }, () => created()));
        const hidden = await fixture.connect({ ...site, markAttribute: 'info' });
        const guids = ours.map(({ guid }) => guid);
        expect((await hidden.reader.readAll(new Set(guids.slice(1)))).accounts.length).toBeGreaterThan(5);
        expect(await refusal(hidden.reader.readAll(new Set(guids)))).toMatchObject({
          remedy: 'retry',
          what: expect.stringContaining('info'),
        });
        await hidden.close();
      });

      test('D1: a mapped attribute that many should have and nobody has makes the reading unproven', async () => {
        await created();
        const withInfo = await fixture.connect({ ...site, mappedAttributes: ['info'] });
        const valued = (count: number) => new Map([['info', count]]);
        expect((await withInfo.reader.readAll(NOBODY, valued(5))).accounts.length).toBeGreaterThan(0);
        expect(await refusal(withInfo.reader.readAll(NOBODY, valued(6)))).toMatchObject({
          what: expect.stringContaining('info'),
        });
        await withInfo.close();
      });
    });

    describe('finding', () => {
      test('looks in the whole directory, by GUID, username and userPrincipalName, whatever the case', async () => {
        const [one, two, three] = [unused(), unused(), unused()];
        const guid = await fixture.add(one, fixture.foreignUnit);
        await fixture.add(two, fixture.foreignUnit);
        await fixture.add(three, fixture.unit, { userPrincipalName: `${three}.x@example.net` });
        const found = await connection.reader.find({
          guids: [guid, '00000000-0000-4000-8000-000000000001'],
          usernames: [two.toUpperCase(), one, 'nobody-of-that-name'],
          upns: [`${three.toUpperCase()}.X@example.net`],
        });
        expect(found.map(({ username, managed }) => [username, managed]).sort()).toEqual([
          [one, false],
          [two, false],
          [three, true],
        ]);
      });

      test('takes hundreds of names at once', async () => {
        const account = await created();
        const usernames = Array.from({ length: 250 }, (_, at) => `absent${at}`);
        const found = await connection.reader.find({ usernames: [...usernames, account.username] });
        expect(found).toEqual([account]);
      });

      test('D13: never takes a name for a pattern or a filter', async () => {
        await created();
        const hostile = ['*', 'person*', ')(objectClass=*', '*)(|(cn=*', '\\2a', 'a\0b', '', ' ', '\\', '('];
        expect(await connection.reader.find({ usernames: hostile, upns: hostile, guids: ['*', ''] })).toEqual([]);
      });
    });

    describe('changing', () => {
      test('D9: disabling and enabling flips one flag and leaves the others', async () => {
        const guid = await fixture.add(unused(), fixture.unit);
        await fixture.set(guid, 'userAccountControl', '66048');
        const before = await reread({ guid });
        if (before === undefined) throw new Error('The account is missing.');
        await connection.writer.modify(modification(before, { enabled: false }));
        const disabled = await reread(before);
        expect(disabled).toMatchObject({ enabled: false, raw: { userAccountControl: '66050' } });
        await connection.writer.modify(modification(disabled ?? before, { enabled: true }));
        expect(await reread(before)).toEqual(before);
      });

      test('D9: refuses when the flags are no longer those that were read', async () => {
        const account = await created();
        await fixture.set(account.guid, 'userAccountControl', '66048');
        const error = await refusedUnwritten(() => connection.writer.modify(modification(account, { enabled: false })));
        expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('changed by someone else') });
      });

      test('sets, replaces and clears mapped attributes and the expiry in one write', async () => {
        const account = await created();
        const before = await fixture.lastWrite();
        const expires = '2027-12-31T23:00:00.000Z';
        const set = { mobile: '+4520123456', displayName: 'Anna Jensen', company: null };
        await connection.writer.modify(modification(account, { set, accountExpires: expires, enabled: false }));
        expect(await fixture.lastWrite()).toBe(before + 1);
        const after = await reread(account);
        expect(after).toMatchObject({ attributes: set, accountExpires: expires, enabled: false, mark: account.mark });
        await connection.writer.modify(
          modification(after ?? account, { accountExpires: 'never', set: { mobile: '' } }),
        );
        expect(await reread(account)).toMatchObject({ accountExpires: 'never', attributes: { mobile: null } });
      });

      test('writes nothing at all where one of the values was changed by hand meanwhile', async () => {
        const account = await created();
        await fixture.set(account.guid, 'mobile', '+4520999999');
        const set = { company: 'DTU', mobile: '+4520123456' };
        const error = await refusedUnwritten(() => connection.writer.modify(modification(account, { set })));
        expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('changed by someone else') });
        expect(await reread(account)).toMatchObject({ attributes: { company: 'CBS', mobile: '+4520999999' } });
      });

      test('refuses to replace or clear a value that is gone', async () => {
        const account = await created();
        await fixture.set(account.guid, 'company', null);
        for (const company of ['DTU', null]) {
          await refusedUnwritten(() => connection.writer.modify(modification(account, { set: { company } })));
        }
      });

      test('sends nothing where nothing differs', async () => {
        const account = await created();
        const before = await fixture.lastWrite();
        const same = { enabled: true, accountExpires: 'never', set: { company: 'CBS', mobile: null } };
        await connection.writer.modify(modification(account, same));
        expect(await fixture.lastWrite()).toBe(before);
      });

      test('marks an unmarked account, and never writes over the mark of somebody else', async () => {
        const guid = await fixture.add(unused(), fixture.unit);
        const found = await reread({ guid });
        if (found === undefined) throw new Error('The account is missing.');
        const mark = `muster:contract:${found.username}:attempt-2`;
        await connection.writer.modify(modification(found, { mark }));
        const adopted = await reread({ guid });
        expect(adopted?.mark).toBe(mark);
        await fixture.set(guid, 'adminDescription', `muster:other:${found.username}:attempt-1`);
        const taken = await reread({ guid });
        const error = await refusedUnwritten(() => connection.writer.modify(modification(taken ?? found, { mark })));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('somebody else') });
        // Read while it was free, taken meanwhile: the guarded write refuses as well.
        await refusedUnwritten(() => connection.writer.modify(modification(found, { mark })));
      });

      test('D7: follows an account that was moved, and refuses one that was created anew under the same name', async () => {
        const account = await created();
        await fixture.move(account.guid, fixture.innerUnit);
        await connection.writer.modify(modification(account, { set: { mobile: '+4520123456' } }));
        expect(await reread(account)).toMatchObject({ attributes: { mobile: '+4520123456' } });
        await fixture.remove(account.guid);
        const anew = await fixture.add(account.username, fixture.unit, { company: 'CBS' });
        expect(anew).not.toBe(account.guid);
        const error = await refusedUnwritten(() => connection.writer.modify(modification(account, { enabled: false })));
        expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('no longer exists') });
      });

      test('D15: refuses a protected account, in the reading and again at the write', async () => {
        const admin = await fixture.add(unused(), fixture.unit);
        await fixture.set(admin, 'adminCount', '1');
        const listed = await fixture.add('breakglass', fixture.unit);
        for (const guid of [admin, listed]) {
          const account = await reread({ guid });
          if (account === undefined) throw new Error('The account is missing.');
          expect(account.protectedBecause).toEqual(expect.any(String));
          const change = modification(account, { enabled: false });
          const error = await refusedUnwritten(() => connection.writer.modify(change));
          expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('protected') });
          await refusedUnwritten(() => connection.writer.setPassword(guid, new Secret(PASSWORD), true));
        }
      });

      test('D15: refuses a change that hands over too little to judge protection or to guard a value', async () => {
        const account = await created();
        const { adminCount: _, ...unjudged } = account.raw;
        const { mobile: __, ...unguarded } = account.raw;
        for (const raw of [unjudged, unguarded]) {
          const change = { ...modification(account, { set: { mobile: '+4520123456' } }), raw };
          expect(await refusedUnwritten(() => connection.writer.modify(change))).toMatchObject({ remedy: 'bug' });
        }
      });

      test('refuses an attribute that is not mapped', async () => {
        const account = await created();
        const change = { ...modification(account, { set: { info: 'x' } }), raw: { ...account.raw, info: null } };
        expect(await refusedUnwritten(() => connection.writer.modify(change))).toMatchObject({ remedy: 'bug' });
      });

      test('carries many changes at once', async () => {
        const accounts = await Promise.all(Array.from({ length: 24 }, () => created()));
        await Promise.all(
          accounts.map((account, at) =>
            connection.writer.modify(modification(account, { set: { mobile: `+4520${at}` } })),
          ),
        );
        const after = await connection.reader.find({ guids: accounts.map(({ guid }) => guid) });
        expect(after.map(({ attributes }) => attributes.mobile).sort()).toEqual(
          accounts.map((_, at) => `+4520${at}`).sort(),
        );
      });
    });

    test('sets a new password', async () => {
      const account = await created();
      await connection.writer.setPassword(account.guid, new Secret('Anden-Kode-77'), true);
      expect(await fixture.passwordIs(account.username, 'Anden-Kode-77')).toBe(true);
      expect(await fixture.passwordIs(account.username, PASSWORD)).toBe(false);
    });

    test('refuses to work on a closed connection', async () => {
      const account = await created();
      const other = await fixture.connect(site);
      await other.close();
      await refusal(other.reader.readAll(NOBODY));
      await refusal(other.reader.find({ usernames: ['x'] }));
      await refusedUnwritten(() => other.writer.modify(modification(account, { enabled: false })));
    });

    test('refuses to map what it writes itself, or the mark', async () => {
      for (const attribute of ['UserAccountControl', 'unicodePwd', 'ADMINDESCRIPTION']) {
        const connecting = async () => fixture.connect({ ...site, mappedAttributes: [attribute] });
        expect(await refusal(connecting())).toMatchObject({
          remedy: 'person',
          what: expect.stringContaining(attribute),
        });
      }
    });
  });
}

/** The MusterError that `work` fails with. */
export async function refusal(work: Promise<unknown>): Promise<MusterError> {
  const error = await work.then(
    () => new Error('Nothing was refused.'),
    (reason: unknown) => reason,
  );
  if (error instanceof MusterError) return error;
  throw error;
}
