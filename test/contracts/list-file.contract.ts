/** What every list that is one file, replaced as a whole, must do besides what any list does. */
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlockList } from '../../src/reconcilers/mail-blocks/port.ts';
import { refusal } from '../support/refusal.ts';
import { sorted } from '../support/story.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';
import { type BlockListFixture, blockListContract } from './block-list.contract.ts';

export function listFileContract(name: string, { open }: BlockListFixture): void {
  blockListContract(name, { open });
  describe(`${name}, as any list in one file`, () => {
    let home: TestDirectory;
    let path: string;
    let list: BlockList;
    beforeEach(async () => {
      home = await makeTestDirectory('list-file');
      path = join(home.path, 'blocked');
      list = await open(path).connect();
    });
    afterEach(async () => {
      await list.close();
      await home.remove();
    });

    const put = (key: string): Promise<void> =>
      list.write({ key, address: null, listed: true, was: false, revision: 'r1' });
    const names = async () => sorted([...(await (await open(path).connect()).read()).listed]);

    test('is not made by being read, and is whole from the first write on', async () => {
      expect((await list.read()).completeness).toBe('absent');
      expect(await readdir(home.path)).toEqual([]);
      await put('anna');
      expect((await list.read()).completeness).toBe('whole');
      await list.write({ key: 'anna', address: null, listed: false, was: true, revision: 'r1' });
      expect((await list.read()).completeness).toBe('whole');
    });

    test('is as it was where it can’t be replaced, and says so', async () => {
      await put('anna');
      const before = await readFile(path);
      // Where the new one would be put together lies a folder: what a full or foreign disk comes to, without needing one.
      const aside = join(dirname(path), `.${basename(path)}.muster`);
      await mkdir(join(aside, 'in the way'), { recursive: true });
      expect(await refusal(put('berit'))).toMatchObject({ what: expect.stringContaining('is as it was') });
      expect(await readFile(path)).toEqual(before);
      await rm(aside, { recursive: true });
      await put('berit');
      expect(await names()).toEqual(['anna', 'berit']);
    });

    test('M6: what an interrupted replacement left beside it is no hindrance', async () => {
      await put('anna');
      await writeFile(join(dirname(path), `.${basename(path)}.muster`), 'half a li');
      await put('berit');
      expect(await names()).toEqual(['anna', 'berit']);
      expect(await readdir(home.path)).toEqual([basename(path)]);
    });

    test('is no symbolic link and no folder', async () => {
      const elsewhere = join(home.path, 'elsewhere');
      await writeFile(elsewhere, '');
      await symlink(elsewhere, path);
      expect(await refusal(put('anna'))).toMatchObject({ remedy: 'person' });
      await rm(path);
      await mkdir(path);
      expect(await refusal(open(path).connect())).toMatchObject({ remedy: 'person' });
      expect(await readFile(elsewhere, 'utf8')).toBe('');
    });
  });
}
