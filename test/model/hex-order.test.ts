/** Sorting by names that begin with hex digits comes to the same as comparing the names. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { compareText } from '../../src/diagnostic.ts';
import { inHexOrder } from '../../src/model/hex-order.ts';

const digest = (text: string) => createHash('sha1').update(text).digest('hex');
const expectSorted = (names: readonly string[]) => {
  const items = names.map((name) => ({ name }));
  expect(inHexOrder(items, ({ name }) => name)).toEqual(items.toSorted((a, b) => compareText(a.name, b.name)));
};

test('names of hex digits come in code-unit order', () => {
  expectSorted(Array.from({ length: 1000 }, (_, nth) => digest(String(nth))));
});

test('names that share their first eight digits are put in order among themselves', () => {
  expectSorted(['00000001-c', 'ffffffff', '00000001-a', '00000000', '00000001-b', '00000001-a']);
});

test('names of another form are sorted as well', () => {
  expectSorted(['b', 'ffffffff', '', 'a', '0000', 'G0000000']);
  expectSorted(['-1a00000', '-2b00000', '00ff0000', '-3c00000', 'aa000000']);
  expectSorted(['aB000000', 'B0000000', 'ab000000', '0x123456', ' 1234567']);
});

test('the list that was given stays as it is', () => {
  const names = ['2', '1'];
  expect(inHexOrder(names, (name) => name)).toEqual(['1', '2']);
  expect(names).toEqual(['2', '1']);
});
