/** What every directory behind the port must do, in one suite: run against the embedded one and against a real domain controller. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { refusal } from '../support/refusal.ts';
import { DirectoryBench, type DirectoryFixture, modification, PASSWORD } from './directory-bench.ts';
import { changingContract } from './directory-changing.contract.ts';
import { creatingContract } from './directory-creating.contract.ts';
import { readingContract } from './directory-reading.contract.ts';

export function directoryContract(name: string, start: () => Promise<DirectoryFixture>): void {
  describe(`${name}, as any directory`, () => {
    const bench = new DirectoryBench();
    beforeAll(async () => bench.begin(await start()));
    afterAll(() => bench.end());
    beforeEach(() => bench.connect());
    afterEach(() => bench.disconnect());

    creatingContract(bench);
    readingContract(bench);
    changingContract(bench);

    test('sets a new password', async () => {
      const account = await bench.created();
      await bench.connection.writer.setPassword(account.guid, new Secret('Anden-Kode-77'), true);
      expect(await bench.fixture.passwordIs(account.username, 'Anden-Kode-77')).toBe(true);
      expect(await bench.fixture.passwordIs(account.username, PASSWORD)).toBe(false);
    });

    test('refuses to work on a closed connection', async () => {
      const account = await bench.created();
      const other = await bench.fixture.connect(bench.site);
      await other.close();
      await refusal(other.reader.readAll(new Set()));
      await refusal(other.reader.find({ usernames: ['x'] }));
      await bench.refusedUnwritten(() => other.writer.modify(modification(account, { enabled: false })));
    });

    test('refuses to map what it writes itself, or the mark', async () => {
      for (const attribute of ['UserAccountControl', 'unicodePwd', 'ADMINDESCRIPTION']) {
        const connecting = async () => bench.fixture.connect({ ...bench.site, mappedAttributes: [attribute] });
        expect(await refusal(connecting())).toMatchObject({
          remedy: 'person',
          what: expect.stringContaining(attribute),
        });
      }
    });
  });
}
