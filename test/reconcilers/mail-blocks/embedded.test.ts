/** The embedded list of blocked people. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embeddedBlockList } from '../../../src/reconcilers/mail-blocks/embedded/adapter.ts';
import { listFileContract } from '../../contracts/list-file.contract.ts';
import { refusal } from '../../support/refusal.ts';
import { makeTestDirectory } from '../../support/test-directory.ts';

listFileContract('the embedded list', { open: (file) => embeddedBlockList({ file }, Date.now) });

test('a file that is no such list is refused, and one that was emptied is known as that', async () => {
  const home = await makeTestDirectory('block-list');
  const file = join(home.path, 'list.json');
  for (const text of ['{', '[]', '{"format":2}']) {
    await writeFile(file, text);
    expect(await refusal(embeddedBlockList({ file }, Date.now).connect())).toMatchObject({ remedy: 'person' });
  }
  await writeFile(file, '');
  const list = await embeddedBlockList({ file }, Date.now).connect();
  expect(await list.read()).toMatchObject({ completeness: 'empty' });
  await home.remove();
});
