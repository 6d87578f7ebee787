/** Two thousand texts, as an author may write them, through the real loader: each says what was written, or is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoadedFile } from '../../src/model/loaded.ts';
import { loadFiles } from './loading.ts';
import { userYaml } from './real-git.ts';

const SEED = 20_260_301;
const COUNT = 2_000;

/** What other readers of YAML take for numbers, dates, truth or nothing, and signs with a meaning. */
const WORDS = [
  ...['no', 'Yes', 'on', 'OFF', 'y', 'N', 'true', 'False', 'null', '~', 'NaN', '.inf', '-.INF', 'none', 'None'],
  ...['007', '0o17', '0x1F', '0b11', '1e3', '1_000', '12:30:45', '+45', '-0', '1.', '.5', '9007199254740993', '١٢'],
  ...['2026-03-01', '2026-03-01T00:00:00Z', '2001-12-14 21:59:43.10 -5', '<<', '=', '-', '--', '---', '...', '?', ':'],
  ...['#', ' #', '# ', ': ', ' :', '::', ', ', '[', ']', '{', '}', '[a]', '{ a: b }', '&a', '*a', '!a', '!!str', '|'],
  ...['>', '>-', '@', '`', '%', '%YAML', "'", "''", '"', '\\', '\\n', '\\x41', '“', '”', '„', '\u00a0', '\u2003'],
  ...[
    '\u202e',
    '\u200b',
    '\u2028',
    '\u0085',
    '\0',
    '\t',
    '\r',
    '\n',
    'é',
    'e\u0301',
    'ﬁ',
    '😀',
    '\ud800',
    'ß',
    'İ',
    ' ',
  ],
  ...['Northlake', 'reason', 'abuse of output', 'id: x', 'case 2026-114', 'https://example.org/#a', '50 %', 'a b'],
];

const content = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

type Style = 'plain' | 'single' | 'double';

/** A text in one of the three ways of writing it on a line (YAML 1.2, 7.3). */
function written(text: string, style: Style): string {
  if (style === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (style === 'double') return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return text;
}

const scalar = fc.record({ text: content, style: fc.constantFrom<Style>('plain', 'plain', 'single', 'double') });

/** The text as the fields keep it: composed (NFC), without space around, every space a plain one. */
function kept(text: string): string {
  return text
    .trim()
    .normalize('NFC')
    .replace(/\p{Zs}/gu, ' ');
}

/** A text that is written as if it were quoted is one. */
function unquoted(text: string): string {
  const inner = /^(?:"([^"\\]*)"|'((?:[^']|'')*)')$/.exec(text.trim());
  return inner?.[1] ?? inner?.[2]?.replaceAll("''", "'") ?? text;
}

describe(`Y3: ${COUNT} texts (seed ${SEED})`, () => {
  test('Y3: as the name of an institution each is the text that was written, or is refused', async () => {
    const scalars = fc.sample(scalar, { seed: SEED, numRuns: COUNT });
    const files = scalars.map(({ text, style }, index) => [
      `institutions/i${index}.yaml`,
      `id: i${index}\nname: ${written(text, style)}\ncontacts: [ office@example.org ]\n`,
    ]);
    const loaded = await loadFiles(Object.fromEntries(files));
    const byPath = new Map(loaded.files.map((file) => [file.path, file]));
    let taken = 0;
    for (const [index, { text, style }] of scalars.entries()) {
      const name = valueIn(byPath.get(`institutions/i${index}.yaml`), 'name');
      if (name === null) continue;
      taken += 1;
      expect([text, style, name]).toEqual([text, style, kept(style === 'plain' ? unquoted(text) : text)]);
    }
    expect(taken).toBeGreaterThan(COUNT / 10);
    expect(taken).toBeLessThan(COUNT);
  }, 60_000);

  test.each([
    ['username', (text: string) => text.trim().normalize('NFC')],
    ['phone', (text: string) => `+${text.replaceAll(/[^0-9]/g, '')}`],
    ['institution', (text: string) => text.trim()],
    ['starts', (text: string) => text.trim()],
    ['state', (text: string) => text.trim()],
  ])(
    'Y3: no text in the field %s becomes another one',
    async (field, expected) => {
      const texts = fc.sample(content, { seed: SEED, numRuns: 400 }).concat(WORDS, '+45 20 12 34 56', '0045 20123456');
      const files = texts.map((text, index) => {
        const lines = userYaml(`u${index}`, 'starts: 2026-01-01\n');
        return [`users/u${index}.yaml`, lines.replace(new RegExp(`^${field}: .*$`, 'm'), () => `${field}: ${text}`)];
      });
      const loaded = await loadFiles(Object.fromEntries(files));
      const byPath = new Map(loaded.files.map((file) => [file.path, file]));
      for (const [index, text] of texts.entries()) {
        const value = valueIn(byPath.get(`users/u${index}.yaml`), field);
        if (value !== null) expect([text, value]).toEqual([text, expected(unquoted(text))]);
      }
    },
    60_000,
  );
});

/** The value of a field of the only entry; null where the file is refused, which must then be said. `none` counts as nothing. */
function valueIn(file: LoadedFile | undefined, field: string): unknown {
  const [entry] = file?.entries ?? [];
  if (entry === undefined) {
    expect(file?.diagnostics.length, file?.path).toBeGreaterThan(0);
    return null;
  }
  const value: unknown = Object.entries(entry.document).find(([name]) => name === field)?.[1];
  if (value === null) {
    expect(entry.none).toEqual([field]);
    return null;
  }
  expect(typeof value).toBe('string');
  return value;
}
