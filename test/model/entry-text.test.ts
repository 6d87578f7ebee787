/** The lines to write are lines that Muster reads back as meant, whatever stands in the texts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block, User } from '../../src/model/document.ts';
import { blockText, institutionText, userText } from '../../src/model/entry-text.ts';
import { readReason } from '../../src/model/text.ts';
import { typeFile } from '../../src/sources/typed-file.ts';
import { day, institution, user } from '../support/model-builder.ts';

function readBack(kind: Parameters<typeof typeFile>[0], text: string) {
  const { entries, problems } = typeFile(kind, new TextEncoder().encode(`${text}\n`)).file;
  return { documents: entries.map(({ document }) => document), problems };
}

test('a block, with any reason that may be written', () => {
  const awkward = [
    'Sold: his "password"',
    "it's",
    '- dash',
    '#123',
    '*',
    '%',
    '"',
    "'",
    '\\',
    'a: b # c',
    'none',
    '[x]',
    '{x}',
    'é',
    '!',
    '&a',
    '`',
    '@x',
    '~',
  ];
  const reasons = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }));
  const property = fc.property(reasons, fc.boolean(), (written, ends) => {
    const reason = readReason(written.trim());
    // A damaged letter is refused before any field is looked at.
    fc.pre(written.trim() !== '' && reason.ok && !written.includes('\ufffd'));
    if (!reason.ok) return;
    const block: Block = {
      target: 'anna',
      reason: reason.value,
      from: day('2026-01-01'),
      until: ends ? day('2026-12-31') : null,
      lifted: null,
    };
    const back = readBack('blocked-user', blockText(block, 'user', '2026-06-15'));
    expect(back).toEqual({ documents: [{ ...block, lifted: '2026-06-15' }], problems: [] });
  });
  fc.assert(property, { numRuns: 2000 });
});

test('a person, closed', () => {
  for (const family of ["O'Brien", 'van den Berg', "'t Hooft", 'Müller-Lüdenscheid', 'No']) {
    const written = user('anna', {
      name: { given: 'Anna', family },
      phone: '+4520123456',
      starts: '2026-01-01',
      ends: '2026-12-31',
    });
    const document = written.document as User; // `user` builds a user
    expect(readBack('user', userText(document, 'closed'))).toEqual({
      documents: [{ ...document, state: 'closed' }],
      problems: [],
    });
  }
});

test('an institution, with and without one above it', () => {
  for (const above of [null, 'dtu']) {
    const { document } = institution('cbs', above);
    if (!('contacts' in document)) throw new Error('no institution');
    expect(readBack('institution', institutionText(document))).toEqual({ documents: [document], problems: [] });
  }
});
