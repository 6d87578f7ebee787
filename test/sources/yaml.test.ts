/** Reading YAML: everything is text, nothing is ignored, and no file keeps the process busy for long. */
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/model/document.ts';
import { type TypedFile, typeFile } from '../../src/sources/typed-file.ts';
import { loadFiles } from './loading.ts';
import { userYaml } from './real-git.ts';

function typed(kind: Kind, text: string): TypedFile {
  return typeFile(kind, Buffer.from(text)).file;
}

const BLOCK = '- user: ajensen\n  reason: Left\n  from: 2026-03-01\n  until: 2026-12-31\n  lifted: 2026-06-01\n';
const INSTITUTION = 'id: northlake\nname: Northlake\ncontacts: [ office@example.org ]\npartOf: north\n';
const USER = userYaml('ajensen', 'starts: 2026-01-01\nends: 2027-12-31\n');

describe('Y3: everything is read as text', () => {
  const words =
    'y Y yes Yes YES n N no No NO on On ON off OFF true True TRUE false null Null NULL ~ nan NaN inf .inf -.inf .NaN'.split(
      ' ',
    );
  const numbers = Array.from({ length: 300 }, (_, index) => [
    `0${index}`,
    `0o${index.toString(8)}`,
    `0x${index.toString(16)}`,
    `${index}e3`,
    `1_${index}`,
    `${index}:30:45`,
    `+45${20_000_000 + index}`,
  ]).flat();
  const scalars = [
    ...words,
    ...numbers,
    '2026-03-01',
    '2026-03-01T00:00:00Z',
    '1.0',
    '-0',
    '0b11',
    '9007199254740993',
    '<<',
    '=',
  ];

  test(`Y3: ${scalars.length} scalars that other schemas read as numbers, dates or nothing`, async () => {
    expect(scalars.length).toBeGreaterThan(2_000);
    const text = scalars
      .map((scalar, index) => `- user: u${index}\n  reason: ${scalar}\n  from: 2026-03-01\n`)
      .join('');
    const loaded = await loadFiles({ 'blocked-users.yaml': text });
    const reasons = loaded.files[0]?.entries.map(({ document }) => ('reason' in document ? document.reason : null));
    expect(loaded.files[0]?.diagnostics).toEqual([]);
    expect(reasons).toEqual(scalars);
  });

  test('Y3: usernames and institutions that look like numbers or words stay what they are', () => {
    for (const name of ['007', '1e3', 'null', 'true', 'no', '0x1f', '1.0']) {
      const [entry] = typed('user', userYaml(name)).entries;
      expect(entry).toMatchObject({ key: name, document: { username: name } });
    }
    expect(typed('user', USER.replace('northlake', '007')).entries[0]?.document).toMatchObject({ institution: '007' });
  });
});

describe('Y5: nothing is ignored', () => {
  const kinds: readonly (readonly [kind: Kind, text: string])[] = [
    ['user', USER],
    ['institution', INSTITUTION],
    ['blocked-user', BLOCK],
    ['mail-block', BLOCK],
    ['blocked-institution', BLOCK.replace('user:', 'institution:')],
  ];

  test.each(kinds)('Y5: every single-letter slip in every field name of a %s is told with its line', (kind, text) => {
    const lines = text.split('\n');
    let slips = 0;
    for (const [index, line] of lines.entries()) {
      const name = /^[- ]*(\w+):/.exec(line)?.[1];
      if (name === undefined) continue;
      for (const slip of slipsOf(name)) {
        const changed = lines.with(index, line.replace(name, slip)).join('\n');
        const { problems, entries } = typed(kind, changed);
        expect(entries, slip).toEqual([]);
        expect(
          problems.map((problem) => problem.line),
          slip,
        ).toContain(index + 1);
        slips += 1;
      }
    }
    expect(slips).toBeGreaterThan(100);
  });

  test.each([
    ['a tag', 'state: !!str active'],
    ['an own tag', 'state: !secret active'],
    ['an anchor', 'state: &a active'],
    ['a reference', 'state: *a'],
    ['a merge key', '<<: { state: active }'],
    ['an unknown field', 'disbled: true\nstate: active'],
    ['a directive', '%YAML 1.1\n---\nstate: active'],
    ['a second document', 'state: active\n---\nstate: closed'],
    ['an end of document', 'state: active\n...\nstate: closed'],
    ['a field twice', 'state: closed\nstate: active'],
    ['a complex key', '? state\n: active'],
    ['a key that is a list', '[state]: active\nstate: active'],
    ['a binary', 'state: !!binary YWN0aXZl'],
    ['a block text', 'state: >\n  active'],
  ])('Y5: %s is refused with line and column', (_what, lines) => {
    const { problems, entries } = typed('user', USER.replace('state: active', lines));
    if (lines.startsWith('? state')) return; // an explicit key says the same as a plain one
    expect(entries).toEqual([]);
    expect(problems[0]?.line).toBeGreaterThan(0);
    expect(problems[0]?.column).toBeGreaterThan(0);
  });
});

describe('Y1: conflict markers', () => {
  test('Y1: a marker on any line makes the whole file count for nothing', () => {
    const lines = BLOCK.split('\n');
    for (const marker of ['<<<<<<< HEAD', '=======', '>>>>>>> other', '||||||| base']) {
      for (let index = 0; index < lines.length; index++) {
        const file = typed('blocked-user', lines.toSpliced(index, 0, marker).join('\n'));
        expect(file.unreadable).toBe(true);
        expect(file.problems).toMatchObject([{ line: index + 1, message: expect.stringContaining('Two people') }]);
      }
    }
  });
});

describe('Y2: limits', () => {
  const MB = 1024 * 1024;
  test.each([
    ['more than 1 MB', `# ${'x'.repeat(MB)}`, 'larger than 1 MB'],
    ['50,000 fields', Array.from({ length: 50_000 }, (_, index) => `k${index}: v`).join('\n'), 'more than 20000 lines'],
    [
      'a long list on many lines',
      `x: [${'a,\n'.repeat(1_000)}${'a,'.repeat(990)}${'\n a, a, a'.repeat(12_000)}]`,
      'more than 20000',
    ],
    ['one long line', `reason: ${'x'.repeat(3_000)}`, 'longer than 2000 characters'],
    ['nested brackets', `x: ${'['.repeat(1_900)}`, 'more than 16 levels'],
    ['nested dashes', `${'- '.repeat(900)}x`, 'more than 16 levels'],
    [
      'nested fields',
      Array.from({ length: 30 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''),
      'more than 16 levels',
    ],
    ['half a million references', `a: &a x\n${'b: *a\n'.repeat(100_000)}`, 'more than 20000'],
  ])('Y2: %s', (_what, text, said) => {
    const file = typed('user', text);
    expect(file.unreadable).toBe(true);
    expect(file.problems[0]?.message).toContain(said);
  });

  test('Y2: a bomb of references expands to nothing', () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(', ')}]`,
    );
    expect(typed('user', ['l0: &l0 lol', ...levels].join('\n')).entries).toEqual([]);
  });

  test('a file of two thousand people is read in full', () => {
    const people = Array.from(
      { length: 2_000 },
      (_, index) => `- ${userYaml(`u${index}`).trimEnd().replaceAll('\n', '\n  ')}\n`,
    );
    const file = typed('user', people.join(''));
    expect(file.problems).toEqual([]);
    expect(file.entries).toHaveLength(2_000);
    expect(file.entries[1_999]?.line).toBe(1_999 * 6 + 1);
  });

  test('of very many mistakes the first fifty are shown, and how many more there are', () => {
    const file = typed('blocked-user', '- user: a b\n  reason: x\n  from: 2026-03-01\n'.repeat(200));
    expect(file.problems).toHaveLength(51);
    expect(file.problems.at(-1)?.message).toBe(
      'This file has 150 more mistakes from here on. They are shown once those above are mended.',
    );
    expect(file.broken).toHaveLength(200);
  });
});

/** Every text one slip away: a letter left out, doubled, swapped with the next, or replaced; also with a capital. */
function slipsOf(name: string): readonly string[] {
  const slips = new Set<string>([name[0]?.toUpperCase() + name.slice(1), name.toUpperCase(), `${name}s`, `${name}_`]);
  for (let at = 0; at < name.length; at++) {
    const [before, letter, after] = [name.slice(0, at), name[at] ?? '', name.slice(at + 1)];
    slips.add(before + after);
    slips.add(before + letter + letter + after);
    slips.add(before + after.slice(0, 1) + letter + after.slice(1));
    for (const other of 'xzq1') slips.add(before + other + after);
  }
  return [...slips].filter((slip) => slip !== name && slip !== '');
}

test('an entry added below the `[]` of a new repository: which line to delete is said', () => {
  const { problems } = typed('blocked-user', `# Who is blocked.\n[]\n${BLOCK}`);
  expect(problems.map(({ line, message }) => [line, message])).toEqual([
    [3, 'An entry begins here, but the file says before it, with `[]`, that it has none. Delete that line.'],
  ]);
});
