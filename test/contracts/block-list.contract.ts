/** What every list of blocked people behind the port must do, in one suite. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockList, BlockListAdapter, Edit } from '../../src/reconcilers/mail-blocks/port.ts';
import { refusal } from '../support/refusal.ts';
import { sorted } from '../support/story.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

/** More than any pass has in flight. */
const MANY = 60;

export interface BlockListFixture {
  /** As another process would open it. @param path of nothing yet, in a folder of its own, for what lies in a file */
  open(path: string): BlockListAdapter;
  /** People in it at once; more than any pass has in flight, unless each of them takes long. */
  readonly many?: number;
  /** Empties what lies elsewhere, before each test. */
  fresh?(): Promise<void>;
}

export function blockListContract(name: string, { open, fresh, many = MANY }: BlockListFixture): void {
  describe(`${name}, as any list of blocked people`, () => {
    let home: TestDirectory;
    let path: string;
    let list: BlockList;
    beforeEach(async () => {
      home = await makeTestDirectory('block-list');
      await fresh?.();
      path = join(home.path, 'blocked');
      list = await open(path).connect();
    });
    afterEach(async () => {
      await list.close();
      await home.remove();
    });

    const put = (key: string, more: Partial<Edit> = {}): Promise<void> =>
      list.write({ key, address: null, listed: true, was: false, revision: 'r1', ...more });
    const take = (key: string) => put(key, { listed: false, was: true });
    const names = async () => sorted([...(await (await open(path).connect()).read()).listed]);

    test('names nobody where nothing has been written yet', async () => {
      const { listed, unread, completeness } = await list.read();
      expect([...listed, ...unread]).toEqual([]);
      expect(['absent', 'bare']).toContain(completeness);
      expect(await names()).toEqual([]);
    });

    test('has whom it was given, for others as well, until they are taken off', async () => {
      await put('anna');
      await put('berit');
      expect(await names()).toEqual(['anna', 'berit']);
      await take('anna');
      expect(await names()).toEqual(['berit']);
      await take('berit');
      expect(await names()).toEqual([]);
    });

    test('loses none of many edits made at once', async () => {
      const all = Array.from({ length: many }, (_, nth) => `person${nth}`);
      await Promise.all(all.map((key) => put(key)));
      expect(await names()).toEqual(sorted(all));
      await Promise.all(all.slice(1).map(take));
      expect(await names()).toEqual(['person0']);
    });

    test('refuses whom somebody else has put there, or taken off, meanwhile, and does the rest', async () => {
      await put('anna');
      const [again, other] = await Promise.allSettled([put('anna'), put('berit')]);
      expect(again).toMatchObject({ status: 'rejected', reason: { silence: null } });
      expect(other.status).toBe('fulfilled');
      expect(await refusal(take('carl'))).toMatchObject({ what: expect.stringContaining('carl does not stand on it') });
      expect(await names()).toEqual(['anna', 'berit']);
    });

    test('M6: whoever reads it while it is written finds it whole', async () => {
      await put('anna');
      let writing = true;
      const writes = (async () => {
        for (let nth = 0; nth < many; nth += 1) await put(`person${nth}`);
        writing = false;
      })();
      const sizes: number[] = [];
      while (writing) {
        const { listed, completeness } = await (await open(path).connect()).read();
        expect(completeness).not.toBe('damaged');
        sizes.push(listed.size);
      }
      await writes;
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
      expect(sizes[0]).toBeGreaterThan(0);
    });

    test('is not worked on by a closed connection', async () => {
      await list.close();
      await refusal(put('anna'));
      await refusal(list.read());
      expect(await names()).toEqual([]);
    });
  });
}
