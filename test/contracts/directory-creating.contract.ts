/** What every directory does when an account is created, or must not be. */
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { type DirectoryBench, PASSWORD } from './directory-bench.ts';

export function creatingContract(bench: DirectoryBench): void {
  describe('creating', () => {
    test('gives back the account as it then stands, with everything in it', async () => {
      const expires = '2027-12-31T23:00:00.000Z';
      const account = await bench.created({ accountExpires: expires });
      expect(account).toMatchObject({
        dn: `CN=${account.username},${bench.fixture.unit}`,
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
      expect(await bench.fixture.passwordIs(account.username, PASSWORD)).toBe(true);
      expect(await bench.fixture.passwordIs(account.username, `${PASSWORD}x`)).toBe(false);
      const { accounts } = await bench.connection.reader.readAll(new Set([account.guid]));
      expect(accounts.find(({ guid }) => guid === account.guid)).toEqual(account);
    });

    test('D8: refuses a username that is taken anywhere, whatever its case, and writes nothing', async () => {
      const username = bench.unused();
      await bench.fixture.add(username, bench.fixture.foreignUnit);
      const again = bench.newAccount(username.toUpperCase(), { upn: `${bench.unused()}@example.org` });
      const error = await bench.refusedUnwritten(() => bench.connection.writer.create(again));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('username is taken') });
    });

    test('D8: refuses a userPrincipalName that is taken anywhere', async () => {
      const username = bench.unused();
      await bench.fixture.add(username, bench.fixture.foreignUnit, { userPrincipalName: `${username}@example.org` });
      const again = bench.newAccount(bench.unused(), { upn: `${username.toUpperCase()}@example.org` });
      const error = await bench.refusedUnwritten(() => bench.connection.writer.create(again));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('userPrincipalName') });
    });

    test('D10: a password that the policy refuses leaves no account behind', async () => {
      const account = bench.newAccount(bench.unused(), { password: new Secret('simple') });
      const error = await bench.refusedUnwritten(() => bench.connection.writer.create(account));
      expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('password policy') });
      expect(JSON.stringify([error, String(error)])).not.toContain('simple');
      expect(await bench.connection.reader.find({ usernames: [account.username] })).toEqual([]);
    });

    test('refuses a unit that does not exist, and a place outside the managed units', async () => {
      const username = bench.unused();
      const nowhere = bench.newAccount(username, { dn: `CN=${username},OU=Nowhere,${bench.fixture.unit}` });
      expect(await bench.refusedUnwritten(() => bench.connection.writer.create(nowhere))).toMatchObject({
        what: expect.stringContaining('no such unit'),
      });
      const outside = bench.newAccount(username, { dn: `CN=${username},${bench.fixture.foreignUnit}` });
      expect(await bench.refusedUnwritten(() => bench.connection.writer.create(outside))).toMatchObject({
        what: expect.stringContaining('no managed unit'),
      });
    });

    test('D15: refuses the name of a protected account, whatever its case', async () => {
      for (const username of ['BreakGlass', 'krbtgt']) {
        const error = await bench.refusedUnwritten(() => bench.connection.writer.create(bench.newAccount(username)));
        expect(error).toMatchObject({ remedy: 'person', what: expect.stringContaining('protected') });
      }
    });

    test('keeps values that look like filters, names or escapes as they are', async () => {
      const displayName = 'Ø* (a)\\2a,=+<>;"#\u0301 “x” 漢字';
      const account = await bench.created({ attributes: { company: '*)(objectClass=*', displayName, mobile: null } });
      expect(account.attributes).toMatchObject({ company: '*)(objectClass=*', displayName });
    });
  });
}
