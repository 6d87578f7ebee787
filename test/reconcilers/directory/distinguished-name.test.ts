/** Distinguished names: whatever a name is made of, it is read back as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accountDn,
  escapeRdnValue,
  foldDn,
  isBelow,
  parentDn,
} from '../../../src/reconcilers/directory/distinguished-name.ts';

const UNIT = 'OU=Researchers,DC=example,DC=org';

/** Any text a name can be: half of it out of the characters that mean something. */
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(
        ' ',
        ',',
        '+',
        '=',
        '\\',
        '"',
        '#',
        '<',
        '>',
        ';',
        '\0',
        '\r',
        '\n',
        'a',
        'C',
        'ø',
        '\u00a0',
        '0',
        '2',
      ),
      minLength: 1,
      maxLength: 12,
    }),
  )
  .filter((text) => text !== '');

/** The same value with every byte of its UTF-8 written as a hex pair: the other spelling that RFC 4514 allows. */
function hexPairs(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}

describe('D13: names of any characters', () => {
  test('mean the same written with escapes and written in hex', () => {
    fc.assert(
      fc.property(name, (text) => foldDn(accountDn(text, UNIT)) === foldDn(`CN=${hexPairs(text)},${UNIT}`)),
      { numRuns: 10_000 },
    );
  });

  test('lie in their unit and nowhere else, and lead back to it', () => {
    const units = [UNIT, 'DC=example,DC=org', 'OU=C,DC=example,DC=org', 'DC=org'].map(foldDn);
    fc.assert(
      fc.property(name, (text) => {
        const dn = accountDn(text, UNIT);
        expect(parentDn(dn)).toBe(UNIT);
        expect(units.map((unit) => isBelow(foldDn(dn), unit))).toEqual([true, true, false, true]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('stay apart unless they differ in case only', () => {
    fc.assert(
      fc.property(name, name, (one, two) => {
        const same = foldDn(`CN=${escapeRdnValue(one)}`) === foldDn(`CN=${escapeRdnValue(two)}`);
        expect(same).toBe(one.toLowerCase() === two.toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('The spelling of a name does not count', () => {
  test.each([
    ['case', 'cn=A Jensen,ou=researchers,dc=EXAMPLE,dc=org'],
    ['spaces around separators', ' CN = a jensen , OU = Researchers , DC=example,DC=org '],
    ['hex escapes', 'CN=\\41\\20jensen,OU=Researchers,DC=example,DC=org'],
  ])('%s', (_, written) => {
    expect(foldDn(written)).toBe(foldDn('CN=A Jensen,OU=Researchers,DC=example,DC=org'));
  });

  test('nor the order in a name of several parts', () => {
    expect(foldDn('CN=a+UID=b,DC=org')).toBe(foldDn('uid=B+cn=A,dc=org'));
  });
});

test('An escaped comma is part of a name and separates nothing', () => {
  const tricky = foldDn(`CN=a\\,${UNIT}`);
  expect(isBelow(tricky, foldDn(UNIT))).toBe(false);
  expect(isBelow(foldDn(`CN=a\\\\,${UNIT}`), foldDn(UNIT))).toBe(true);
  expect(isBelow(foldDn(UNIT), foldDn(UNIT))).toBe(false);
});

test.each(['', 'Researchers', 'OU=Researchers,example', ',DC=org', 'OU=x,,DC=org'])('`%s` is refused', (text) => {
  expect(() => foldDn(text)).toThrow('is not a distinguished name');
});
