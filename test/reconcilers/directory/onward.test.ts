import { describe, expect, test } from 'vitest';
import { Onward } from '../../../src/reconcilers/directory/onward.ts';

describe('D5: how far one connection has seen its server come', () => {
  const at = (sequence: bigint, epoch = 'one') => ({ server: 'DC1', epoch, sequence });

  test.each([
    ['at the same number', [at(7n)], at(7n), true],
    ['further on', [at(7n)], at(8n), true],
    ['behind the number it had when it was connected to', [at(7n)], at(6n), false],
    ['behind the furthest of several', [at(7n), at(9n), null], at(8n), false],
    ['behind one that had gone back already', [at(9n), at(7n)], at(8n), false],
    ['in another life', [at(7n)], at(6n, 'two'), true],
    ['where nothing was seen of it', [], at(6n), true],
    ['where the server has no numbers', [at(7n)], null, true],
  ])('a reading %s', (_words, seen, now, counts) => {
    const onward = new Onward('dc1');
    for (const one of seen) expect(onward.note(one)).toBe(one);
    if (counts) expect(() => onward.assert(now)).not.toThrow();
    else expect(() => onward.assert(now)).toThrow('The reading does not count.');
  });

  test('what a reading itself has shown counts as well', () => {
    const onward = new Onward('dc1');
    onward.assert(at(7n));
    expect(() => onward.assert(at(6n))).toThrow('number 7, and then 6');
  });
});
