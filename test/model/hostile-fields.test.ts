/** Every field of every kind against letters that are not what they seem, hidden characters, and ten kilobytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/model/document.ts';
import { fold, KINDS } from '../../src/model/document.ts';
import { typeFile } from '../../src/sources/typed-file.ts';

const SEED = 20_260_302;
const USER = {
  username: 'ajensen',
  given: 'Anna',
  family: 'Jensen',
  email: 'anna.jensen@example.org',
  phone: '+45 20 12 34 56',
  institution: 'northlake',
  state: 'active',
  starts: '2026-01-01',
  ends: '2027-12-31',
};
const BLOCK = { reason: 'Left', from: '2026-03-01', until: '2026-12-31', lifted: '2026-06-01' };
const FIELDS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  user: USER,
  institution: { id: 'northlake', name: 'Northlake', contacts: 'office@example.org', partOf: 'north' },
  'blocked-user': { user: 'ajensen', ...BLOCK },
  'mail-block': { user: 'ajensen', ...BLOCK },
  'blocked-institution': { institution: 'northlake', ...BLOCK },
  server: {
    id: 'northlake-genomics',
    name: 'Genomics server',
    purpose: 'Analyses',
    institution: 'northlake',
    contact: 'office@example.org',
    requested: '2026-01-01',
    cancelled: '2026-02-01',
  },
  'confirmed-task': { task: 'lobatu-kivo', done: '2026-03-01', by: 'Berit' },
};
const CASES = KINDS.flatMap((kind) => Object.keys(FIELDS[kind]).map((field) => ({ kind, field })));
/** The fields in the author's own words, which may be in any script. */
const FREE = new Set(['reason', 'name', 'purpose', 'by']);
/** Letters that pass for Latin ones, from Cyrillic, Greek, full-width and mathematical rows. */
const HOMOGLYPHS = [
  'а',
  'е',
  'о',
  'р',
  'с',
  'х',
  'і',
  'ѕ',
  'ο',
  'Α',
  'ν',
  'ａ',
  '１',
  '𝐚',
  '𝟏',
  'ℓ',
  'ı',
  '‐',
  '–',
  '﹣',
];
const HIDDEN = [
  '\u202e',
  '\u202d',
  '\u2066',
  '\u200b',
  '\u200d',
  '\u200f',
  '\u00ad',
  '\u2060',
  '\ufeff',
  '\0',
  '\u0007',
];
const HIDDEN_TOO = [
  '\u001b',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u180e',
  '\u{e0041}',
  '\ue000',
  '\ufffd',
  '\u3164',
  '\u115f',
];

/** The file with one field's value replaced, in double quotes so that YAML itself has nothing against it. */
function fileWith(kind: Kind, field: string, value: string): string {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const at = (name: string) => quoted(name === field ? value : (FIELDS[kind][name] ?? ''));
  const names = Object.keys(FIELDS[kind]).filter((name) => !['given', 'family'].includes(name));
  const lines = names.map((name) => (name === 'contacts' ? `contacts: [ ${at(name)} ]` : `${name}: ${at(name)}`));
  if (kind === 'user') return [...lines, `name: { given: ${at('given')}, family: ${at('family')} }`, ''].join('\n');
  return kind === 'institution' || kind === 'server' ? `${lines.join('\n')}\n` : `- ${lines.join('\n  ')}\n`;
}

function reading(kind: Kind, field: string, value: string) {
  return typeFile(kind, Buffer.from(fileWith(kind, field, value))).file;
}

/** Every text in a document. */
function textsIn(document: unknown): readonly string[] {
  return JSON.stringify(document).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
}

test('the forms of this test are good ones', () => {
  for (const { kind, field } of CASES) {
    expect(reading(kind, field, FIELDS[kind][field] ?? '').problems, `${kind} ${field}`).toEqual([]);
  }
});

describe('Y10: fields under fire', () => {
  test.each(CASES)('Y10: no hidden character gets into $field of a $kind', ({ kind, field }) => {
    const good = FIELDS[kind][field] ?? '';
    for (const hidden of [...HIDDEN, ...HIDDEN_TOO]) {
      for (const at of [1, Math.floor(good.length / 2), good.length - 1]) {
        const file = reading(kind, field, good.slice(0, at) + hidden + good.slice(at));
        if (file.entries.length > 0) expect(textsIn(file.entries[0]?.document).join('')).not.toContain(hidden);
        else expect(file.problems.length).toBeGreaterThan(0);
      }
    }
  });

  test.each(CASES)('Y10: ten kilobytes in $field of a $kind are refused in one short message', ({ kind, field }) => {
    for (const letter of ['a', 'é', '1', '😀', '\u0301', 'а']) {
      const { entries, problems } = reading(kind, field, letter.repeat(Math.floor(10_240 / Buffer.byteLength(letter))));
      expect(entries).toEqual([]);
      expect(problems[0]?.message).toMatch(/^.{1,250}$/u);
    }
  });

  test.each(CASES.filter(({ field }) => !FREE.has(field) && !['given', 'family'].includes(field)))(
    'Y10: a look-alike in $field of a $kind is never taken for another entry',
    ({ kind, field }) => {
      const good = FIELDS[kind][field] ?? '';
      for (const letter of HOMOGLYPHS) {
        for (let at = 0; at < good.length; at++) {
          const [entry] = reading(kind, field, good.slice(0, at) + letter + good.slice(at + 1)).entries;
          if (entry === undefined) continue;
          // What is taken is Latin, and then another name than the good one also when folded.
          for (const text of textsIn(entry.document))
            expect(text.replace(/\p{Script=Latin}/gu, '')).toMatch(/^[\x20-\x7e]*$/);
          expect(fold(entry.key) === fold(good) && JSON.stringify(entry.document).includes(letter)).toBe(false);
        }
      }
    },
  );

  test.each(CASES)(
    'Y10: whatever Unicode stands in $field of a $kind, it is refused or can be seen',
    ({ kind, field }) => {
      const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 30 }), { seed: SEED, numRuns: 60 });
      const binary = fc.sample(fc.string({ unit: 'binary', maxLength: 30 }), { seed: SEED, numRuns: 60 });
      for (const text of [...texts, ...binary]) {
        const { entries, problems } = reading(kind, field, text);
        expect(entries.length + problems.length).toBeGreaterThan(0);
        for (const { document } of entries) {
          for (const shown of textsIn(document))
            expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\ufffd]/u);
        }
      }
    },
  );
});
