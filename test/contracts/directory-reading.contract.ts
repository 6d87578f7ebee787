/** What every directory does when accounts are read and looked for: everything, or an error. */
import { describe, expect, test } from 'vitest';
import { refusal } from '../support/refusal.ts';
import type { DirectoryBench } from './directory-bench.ts';

const NOBODY: ReadonlySet<string> = new Set();

export function readingContract(bench: DirectoryBench): void {
  describe('reading', () => {
    test('gives each account of the managed units once, foreign ones too, and none from elsewhere', async () => {
      const [outer, inner, outside] = [bench.unused(), bench.unused(), bench.unused()];
      await bench.fixture.add(outer, bench.fixture.unit, { mobile: '+4520123456' });
      await bench.fixture.add(inner, bench.fixture.innerUnit);
      await bench.fixture.add(outside, bench.fixture.foreignUnit);
      const { accounts } = await bench.connection.reader.readAll(NOBODY);
      const named = (username: string) => accounts.filter((account) => account.username === username);
      expect(named(outer)).toMatchObject([{ managed: true, mark: null, attributes: { mobile: '+4520123456' } }]);
      expect(named(inner)).toMatchObject([{ managed: true, dn: `CN=${inner},${bench.fixture.innerUnit}` }]);
      expect(named(outside)).toEqual([]);
    });

    test('writes nothing', async () => {
      await bench.created();
      const before = await bench.fixture.lastWrite();
      await bench.connection.reader.readAll(NOBODY);
      await bench.connection.reader.find({ usernames: ['somebody'], upns: ['somebody@example.org'] });
      await bench.connection.reader.now();
      expect(await bench.fixture.lastWrite()).toBe(before);
    });

    test('tells the time of the directory', async () => {
      expect(Math.abs((await bench.connection.reader.now()) - Date.now())).toBeLessThan(10_000);
    });

    test('D1: a unit that is not there is an error, not an empty unit', async () => {
      const wrong = await bench.fixture.connect({
        ...bench.site,
        read: [bench.fixture.unit, `OU=Missing,${bench.fixture.unit}`],
      });
      const error = await refusal(wrong.reader.readAll(NOBODY));
      expect(error).toMatchObject({ remedy: 'person', where: expect.stringContaining('OU=Missing') });
      await wrong.close();
    });

    test('D7: an account of the ledger that was moved out of the units is found, one that was deleted is gone', async () => {
      const [stays, moved, gone] = [await bench.created(), await bench.created(), await bench.created()];
      await bench.fixture.move(moved.guid, bench.fixture.foreignUnit);
      await bench.fixture.remove(gone.guid);
      const reading = await bench.connection.reader.readAll(new Set([stays.guid, moved.guid, gone.guid]));
      expect(reading.moved).toMatchObject([{ guid: moved.guid, managed: false }]);
      expect(reading.gone).toEqual([gone.guid]);
      expect(reading.accounts.map(({ guid }) => guid)).toContain(stays.guid);
    });

    test('D1: up to five accounts of the ledger may be gone, a sixth makes the reading unproven', async () => {
      const stays = await bench.created();
      const gone = await Promise.all(Array.from({ length: 6 }, () => bench.created()));
      for (const { guid } of gone) await bench.fixture.remove(guid);
      const guids = gone.map(({ guid }) => guid);
      const five = await bench.connection.reader.readAll(new Set([stays.guid, ...guids.slice(1)]));
      expect(five.gone).toHaveLength(5);
      const error = await refusal(bench.connection.reader.readAll(new Set([stays.guid, ...guids])));
      expect(error).toMatchObject({ remedy: 'retry', what: expect.stringContaining('does not count') });
    });

    test('D1: a reading that returns nothing where one account is known is not proven', async () => {
      const empty = await bench.fixture.connect({ ...bench.site, read: [bench.fixture.emptyUnit] });
      expect((await empty.reader.readAll(NOBODY)).accounts).toEqual([]);
      const known = new Set(['00000000-0000-4000-8000-000000000001']);
      expect(await refusal(empty.reader.readAll(known))).toMatchObject({ remedy: 'retry' });
      await empty.close();
    });

    test('D1: marks that vanished from all of many known accounts make the reading unproven', async () => {
      const ours = await Promise.all(Array.from({ length: 6 }, () => bench.created()));
      const hidden = await bench.fixture.connect({ ...bench.site, markAttribute: 'info' });
      const guids = ours.map(({ guid }) => guid);
      expect((await hidden.reader.readAll(new Set(guids.slice(1)))).accounts.length).toBeGreaterThan(5);
      expect(await refusal(hidden.reader.readAll(new Set(guids)))).toMatchObject({
        remedy: 'retry',
        what: expect.stringContaining('info'),
      });
      await hidden.close();
    });

    test('D1: a mapped attribute that many should have and nobody has makes the reading unproven', async () => {
      await bench.created();
      const withInfo = await bench.fixture.connect({ ...bench.site, mappedAttributes: ['info'] });
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
      const [one, two, three] = [bench.unused(), bench.unused(), bench.unused()];
      const guid = await bench.fixture.add(one, bench.fixture.foreignUnit);
      await bench.fixture.add(two, bench.fixture.foreignUnit);
      await bench.fixture.add(three, bench.fixture.unit, { userPrincipalName: `${three}.x@example.net` });
      const found = await bench.connection.reader.find({
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
      const account = await bench.created();
      const usernames = Array.from({ length: 250 }, (_, at) => `absent${at}`);
      const found = await bench.connection.reader.find({ usernames: [...usernames, account.username] });
      expect(found).toEqual([account]);
    });

    test('D13: never takes a name for a pattern or a filter', async () => {
      await bench.created();
      const hostile = ['*', 'person*', ')(objectClass=*', '*)(|(cn=*', '\\2a', 'a\0b', '', ' ', '\\', '('];
      expect(await bench.connection.reader.find({ usernames: hostile, upns: hostile, guids: ['*', ''] })).toEqual([]);
    });
  });
}
