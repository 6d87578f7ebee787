/** What is remembered speaks for a file only while the file is exactly what it was taken from, read by exactly this reader. */
import { expect, test } from 'vitest';
import { cacheKey } from '../../src/sources/blob-cache.ts';
import { keyOf, rememberedFiles } from '../../src/sources/known-files.ts';
import { sampleUser } from '../contracts/store-samples.ts';

const BLOB = 'b'.repeat(40);
const FILE = { path: 'users/cbs/ajensen.yaml', blob: BLOB, size: 200, kind: 'user' } as const;
const NAME = cacheKey(keyOf(FILE));

const ENTRY = { ...sampleUser('ajensen'), fields: { username: 0 } };

test('an entry is all that its file says', () => {
  const known = rememberedFiles([{ ...ENTRY, soleContent: NAME }])(FILE);
  expect(known?.openEnd).toBe(false);
  expect(known?.file).toMatchObject({ path: FILE.path, blob: BLOB, broken: [], unreadable: false, diagnostics: [] });
  expect(known?.file.entries).toEqual([
    { kind: 'user', key: 'ajensen', document: ENTRY.document, line: 1, none: [], fields: { username: 0 } },
  ]);
});

test.each([
  ['another content', { ...ENTRY, soleContent: NAME.replaceAll('b', 'c') }, FILE],
  ['another version of the reader', { ...ENTRY, soleContent: NAME.replace('user@', 'user@1') }, FILE],
  ['no content at all', ENTRY, FILE],
  ['the same content of another file', { ...ENTRY, soleContent: NAME }, { ...FILE, path: 'users/cbs/bhansen.yaml' }],
  ['the same content of another kind', { ...ENTRY, soleContent: NAME }, { ...FILE, kind: 'institution' } as const],
])('an entry that names %s says nothing of it', (_, entry, file) => {
  expect(rememberedFiles([entry])(file)).toBeNull();
});

test.each([['aaa'], ['zed']])('somebody who stood in that file before (%s) hides nobody', (username) => {
  const { origin } = ENTRY;
  const vanished = { ...sampleUser(username), origin, soleContent: NAME.replaceAll('b', 'c') };
  const inOrder = [{ ...ENTRY, soleContent: NAME }, vanished].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  expect(rememberedFiles(inOrder)(FILE)?.file.entries).toMatchObject([{ key: 'ajensen' }]);
});
