/** What may stand in names, identifiers, addresses and reasons; everything else is refused by not being on the list. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/model/document.ts';
import type { Rule } from '../../src/model/reading.ts';
import {
  readEmail,
  readInstitutionId,
  readInstitutionName,
  readPersonName,
  readReason,
  readUsername,
} from '../../src/model/text.ts';

function taken(rule: Rule<string>, text: string): string | null {
  const reading = rule(text);
  return reading.ok ? reading.value : null;
}

describe('usernames', () => {
  test.each(['ajensen', 'A.Jensen', 'a_j-2', 'søren', 'łukasz', '1st', 'a'.repeat(20)])('%s is taken', (text) => {
    expect(taken(readUsername, text)).toBe(text);
  });

  test('two ways of storing one accent are one username', () => {
    expect(taken(readUsername, 'rene\u0301')).toBe('ren\u00e9');
  });

  test.each([
    '',
    'a b',
    'a\u00a0b',
    'a'.repeat(21),
    'ends.',
    '-starts',
    'a/b',
    'a\\b',
    'a@b',
    'a,b',
    'a=b',
    'a"b',
    'a*',
    '*',
    'аjensen',
    'jensen\u200b',
    'ａjensen',
    'ªjensen',
    'jensen\u0338',
    '\u202ea',
    '\u{1f600}',
    'x\0',
    '٢',
  ])('Y10: %j is refused', (text) => {
    expect(readUsername(text).ok).toBe(false);
  });

  test('Y10: what is taken has only Latin letters, digits and three signs, and no twin by look', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (text) => {
        const name = taken(readUsername, text);
        if (name === null) return;
        expect(name).toMatch(/^[\p{Script=Latin}0-9._-]{1,20}$/u);
        expect(name).toBe(name.normalize('NFKC'));
        expect(fold(name)).toBe(fold(fold(name)));
      }),
      { numRuns: 5_000 },
    );
  });

  test('a Cyrillic look-alike is named, and the Latin spelling offered', () => {
    expect(readUsername('\u0430jensen')).toMatchObject({
      ok: false,
      better: 'ajensen',
      message: expect.stringContaining('Cyrillic'),
    });
  });
});

describe('names', () => {
  test.each([
    "O'Brien",
    'D’Angelo',
    'van den Berg',
    'Jean-Luc',
    'Ægir Þór',
    'J. R.',
    'Gal·la',
    'Анна',
    'Ελένη',
    '山田',
    'Nguyễn',
    "Ng'ang'a",
  ])('%s is taken', (text) => {
    expect(taken(readPersonName, text)).toBe(text);
  });

  test.each([
    'Anna2',
    'Anna\u200d',
    'An\u202ena',
    'Аnna',
    'Annа',
    'Gеorge',
    'Anna\u00a0Maria',
    'A\0',
    '😀',
    '-',
    "'",
    '<b>',
    'a;b',
    'Robert"); DROP',
    'x'.repeat(65),
    'a\tb',
    'Jensen,Anna',
    '“Anna”',
  ])('Y10: %j is refused', (text) => {
    expect(readPersonName(text).ok).toBe(false);
  });

  test('Y10: ten kilobytes are refused in a message of one line', () => {
    const reading = readPersonName('a'.repeat(10_240));
    expect(reading.ok).toBe(false);
    expect(reading.ok ? '' : reading.message).toMatch(/^.{1,200}$/);
  });

  test('Y10: no control, format or private character ever passes any rule', () => {
    const rules = [readUsername, readPersonName, readInstitutionId, readInstitutionName, readReason, readEmail];
    const unseen = fc
      .integer({ min: 0, max: 0x10ffff })
      .map((code) => String.fromCodePoint(code))
      .filter((character) => /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.test(character));
    fc.assert(
      fc.property(unseen, (character) => {
        for (const rule of rules) expect(rule(`a${character}b`).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('ids, addresses, reasons', () => {
  test.each(['cbs', 'northlake-medicine', '3d-lab', 'a'])('the id %s is taken', (text) => {
    expect(taken(readInstitutionId, text)).toBe(text);
  });

  test.each([
    ['CBS', 'cbs'],
    ['Northlake University', 'northlake-university'],
    ['north_lake', 'north-lake'],
  ])('the id %s is refused, and %s offered', (text, better) => {
    expect(readInstitutionId(text)).toMatchObject({ ok: false, better });
  });

  test.each(['*', 'c*', '-cbs', 'cbs-', 'c/b', 'ø', '', 'a'.repeat(65)])('the id %j is refused', (text) => {
    expect(readInstitutionId(text).ok).toBe(false);
  });

  test.each(['a@example.org', 'anna.jensen+x@mail.example.org', "o'brien@example.org"])(
    'the address %s is taken',
    (text) => {
      expect(taken(readEmail, text)).toBe(text);
    },
  );

  test.each([
    'a',
    'a@',
    '@example.org',
    'a@b',
    'a b@example.org',
    'a@example..org',
    'a@-example.org',
    'a@example.org,b@example.org',
    '.a@example.org',
    'a..b@example.org',
    'å@example.org',
    'a@example.org\r\nBcc: x@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b.'.repeat(130)}org`,
  ])('the address %j is refused', (text) => {
    expect(readEmail(text).ok).toBe(false);
  });

  test('a reason is any visible text of up to 500 characters', () => {
    expect(taken(readReason, 'Ticket #12: 50% of “data” copied → stopped (§ 3)')).toContain('§ 3');
    expect(taken(readReason, 'with\u00a0a special space')).toBe('with a special space');
    expect(readReason('x'.repeat(501)).ok).toBe(false);
    expect(readReason('x'.repeat(500)).ok).toBe(true);
  });
});
