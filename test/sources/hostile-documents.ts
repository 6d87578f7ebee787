/** Two hundred files that were written to break a reader: bombs, abysses, endless lines, odd encodings, everything YAML can do. */
import { FILE_BYTES_MAX } from '../../src/sources/decode.ts';
import { userYaml } from './real-git.ts';

export interface HostileDocument {
  /** Fit for a file name. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The largest file that is looked into at all. */
const FULL = FILE_BYTES_MAX;
const GOOD = userYaml('ajensen', 'starts: 2026-01-01\nends: 2027-12-31\n');

/** Repeated until that many characters are reached, never beyond. */
function filled(part: string, characters = FULL): string {
  return part.repeat(Math.floor(characters / part.length));
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

/** Parts that are cheap to write and dear to read; each is tried at several sizes and in several places. */
const PARTS: Readonly<Record<string, string>> = {
  'open brackets': '[',
  'open braces': '{',
  'brackets and braces': '[{',
  'spaced brackets': '[ ',
  'braces with keys': '{a: ',
  'keys in brackets': '[?',
  dashes: '- ',
  'dashes on lines': '-\n',
  'million dashes': '-',
  'complex keys': '? ',
  colons: ': ',
  'colons on lines': ':\n',
  anchors: '&a ',
  aliases: '*a ',
  tags: '!!str ',
  'own tags': '!a ',
  'literal signs': '|\n',
  'folded signs': '>-\n',
  directives: '%YAML 1.1\n',
  'document starts': '---\n',
  'document ends': '...\n',
  comments: '#\n',
  'comment signs': '#',
  spaces: ' ',
  'space lines': ' \n',
  newlines: '\n',
  'carriage returns': '\r',
  'windows lines': '\r\n',
  tabs: '\t',
  'double quotes': '"',
  'single quotes': "'",
  'escaped quotes': '\\"',
  backslashes: '\\',
  'unicode escapes': '\\U0001F600',
  'line separators': '\u2028',
  'next lines': '\u0085',
  bidi: '\u202e',
  nul: '\0',
  'zero width': '\u200b',
  'byte order marks': '\ufeff',
  'special spaces': '\u00a0',
  astral: '\u{1f600}',
  combining: 'a\u0301',
  conflict: '<<<<<<< HEAD\n',
  merges: '<<: *a\n',
  commas: ',',
  'flow entries': 'a: b, ',
};

/** Where a part is put: alone, and where a value, a quoted text or a group is expected. */
const PLACES: readonly (readonly [name: string, around: (part: string) => string])[] = [
  ['alone', (part) => part],
  ['as value', (part) => `username: ${part}\n`],
  ['in quotes', (part) => `username: "${part}"\n${GOOD}`],
  ['in a group', (part) => `name: { given: ${part} }\n${GOOD}`],
];

function repeated(): readonly HostileDocument[] {
  return Object.entries(PARTS).flatMap(([name, part], index) => {
    // Each at the largest size in two places, and small enough to pass the limits of size in a third.
    const [first, second, third] = [0, 1, 2].map((step) => PLACES[(index + step) % PLACES.length]);
    return [
      [first, FULL / 4 - 100],
      [second, 60_000],
      [third, 1_900],
    ].flatMap(([place, size]) => {
      if (typeof size !== 'number' || place === undefined || typeof place === 'number') return [];
      return [{ name: `${name} ${place[0]} ${size}`, bytes: Buffer.from(place[1](filled(part, size))) }];
    });
  });
}

function bombs(): Readonly<Record<string, string>> {
  const laughs = lines(9, (level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`);
  const merges = lines(9, (level) => `m${level + 1}: &m${level + 1} { <<: [*m${level}, *m${level}] }`);
  return {
    'alias bomb': `l0: &l0 lol\n${laughs}\n`,
    'alias to itself': 'a: &a [*a]\n',
    'alias before its anchor': 'a: *b\nb: &b x\n',
    'merge bomb': `m0: &m0 { a: b }\n${merges}\n`,
    'merge key': `<<: { state: active }\n${GOOD}`,
    'merge into itself': 'a: &a\n  <<: *a\n',
    '50,000 keys': lines(50_000, (index) => `k${index}: v`),
    '50,000 keys in braces': `{${Array.from({ length: 50_000 }, (_, index) => `k${index}: v`).join(', ')}}`,
    '19,000 keys': lines(19_000, (index) => `k${index}: v`),
    '19,000 entries': lines(19_000, (index) => `- v${index}`),
    'one key 19,000 times': lines(19_000, () => 'state: active'),
    '10,000 levels of fields': lines(1_400, (level) => `${' '.repeat(level)}a:`),
    '10,000 levels of brackets': `a: ${'['.repeat(1_000)}${']'.repeat(1_000)}\n`,
    '15 levels': `${lines(15, (level) => `${' '.repeat(level)}a:`)}\n`,
    '17 levels': `${lines(17, (level) => `${' '.repeat(level)}a:`)} x\n`,
    'levels by brackets on lines': `${lines(4_000, () => '[')}\n`,
    'levels by braces on lines': `${lines(4_000, () => '{ a:')}\n`,
  };
}

function longTexts(): Readonly<Record<string, string>> {
  return {
    'one line of a megabyte': `username: ${'x'.repeat(FULL - 20)}\n`,
    'a key of a megabyte': `${'k'.repeat(FULL - 20)}: v\n`,
    'a comment of a megabyte': `# ${'x'.repeat(FULL - 20)}\n`,
    'only comments': lines(19_000, (index) => `# ${index}`),
    'a quoted text over 19,000 lines': `username: "${filled('a\n', 38_000)}"\n`,
    'an open quote over 19,000 lines': `username: "${filled('a\n', 38_000)}`,
    'a folded text over 19,000 lines': `username: >\n${filled('  a\n', 76_000)}`,
    'a literal text over 19,000 lines': `username: |\n${filled('  a\n', 76_000)}`,
    'a plain text over 19,000 lines': `username: a\n${filled('  a\n', 76_000)}`,
    'lines at the limit': filled(`# ${'x'.repeat(1_990)}\n`),
    'plain lines at the limit': `username:\n${filled(`  ${'x '.repeat(990)}\n`)}`,
    'quoted lines at the limit': filled(`- "${'x'.repeat(1_990)}"\n`),
    'empty lines in a text': `username: a\n${filled('\n', 15_000)}  b\n`,
    'wrong quotes on 20,000 lines': filled('a: "x\n', 60_000),
    'wrong braces on 20,000 lines': filled('a: {b\n', 60_000),
    'colons in texts on 8,000 lines': filled('a: b: c\n', 60_000),
    'glued colons': filled('phone:1\n', 60_000),
    'smart quotes': filled('a: “b: c”\n', 60_000),
    'remarks on every line': filled('- reason: a #b\n', 60_000),
    'an address of dots': `- username: a\n  email: "${filled('a.', 1_800)}@"\n`,
    'an address of hyphens': `- username: a\n  email: a@${filled('a-', 1_800)}\n`,
    'an id of hyphens': `institution: ${filled('a-', 1_800)}_\n`,
    'spaces before a value': `username:${filled(' ', 1_900)}a\n`,
    'spaces after a value': `username: a${filled(' ', 1_900)}\n`,
    'dashes in a value': `username: ${filled('- ', 1_900)}\n`,
  };
}

function encodings(): Readonly<Record<string, Uint8Array>> {
  const good = Buffer.from(GOOD);
  const bytes = (...values: readonly (number | Uint8Array)[]) =>
    Buffer.concat(values.map((value) => (typeof value === 'number' ? Buffer.from([value]) : value)));
  const inName = (...values: readonly number[]) => bytes(Buffer.from('username: a'), Buffer.from(values), good);
  return {
    empty: Buffer.alloc(0),
    'one NUL': bytes(0),
    'a BOM alone': bytes(0xef, 0xbb, 0xbf),
    'two BOMs': bytes(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, good),
    'half a BOM': bytes(0xef, 0xbb, good),
    'a BOM in the middle': bytes(good, 0xef, 0xbb, 0xbf, good),
    'UTF-16 LE': bytes(0xff, 0xfe, Buffer.from(GOOD, 'utf16le')),
    'UTF-16 LE without BOM': Buffer.from(GOOD, 'utf16le'),
    'UTF-16 BE': bytes(0xfe, 0xff, Buffer.from(GOOD, 'utf16le').swap16()),
    'UTF-16 with half a character': bytes(0xff, 0xfe, 0x61),
    'UTF-32': bytes(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0),
    Latin1: Buffer.from(GOOD.replace('Jensen', 'Sørensen'), 'latin1'),
    'an overlong slash': inName(0xc0, 0xaf),
    'an overlong NUL': inName(0xc0, 0x80),
    'an overlong colon': inName(0xe0, 0x80, 0xba),
    'a high surrogate': inName(0xed, 0xa0, 0x80),
    'a low surrogate': inName(0xed, 0xb0, 0x80),
    'a pair of surrogates': inName(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
    'beyond Unicode': inName(0xf4, 0x90, 0x80, 0x80),
    'five bytes': inName(0xf8, 0x88, 0x80, 0x80, 0x80),
    'a lone continuation': inName(0x80),
    'a character cut off': bytes(good, 0xc3),
    'every byte': Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
    'bytes by chance': Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index * 31 + index) % 256)),
    'a megabyte that is not UTF-8': Buffer.alloc(FULL, 0xe9),
    'many lines that are not UTF-8': Buffer.from(filled('a: \xe9\n', 95_000), 'latin1'),
    'CR only': Buffer.from(GOOD.replaceAll('\n', '\r')),
    'CR CR LF': Buffer.from(GOOD.replaceAll('\n', '\r\r\n')),
    'line separators for lines': Buffer.from(GOOD.replaceAll('\n', '\u2028')),
    'paragraph separators for lines': Buffer.from(GOOD.replaceAll('\n', '\u2029')),
    'next-line for lines': Buffer.from(GOOD.replaceAll('\n', '\u0085')),
    'vertical tabs for lines': Buffer.from(GOOD.replaceAll('\n', '\v')),
  };
}

/** The twists of the language itself, each of which would change what a good entry says, were it followed. */
function twists(): Readonly<Record<string, string>> {
  return {
    'a second document': `${GOOD}---\n${GOOD.replace('active', 'closed')}`,
    'three documents': `---\n${GOOD}---\n${GOOD}...\n---\n${GOOD}`,
    'a directive': `%YAML 1.1\n---\n${GOOD}`,
    'an unknown directive': `%FOO bar\n---\n${GOOD}`,
    'a tag directive': `%TAG ! tag:example.org,2026:\n---\n${GOOD.replace('active', '!x active')}`,
    'a tag on the whole': `!!map\n${GOOD}`,
    'a binary': GOOD.replace('active', '!!binary YWN0aXZl'),
    'a set': `!!set\n? username\n? state\n`,
    'an anchor on the whole': `&all\n${GOOD}`,
    'an anchor and its alias': GOOD.replace('ajensen', '&a ajensen').replace('active', '*a'),
    'an explicit key': GOOD.replace('state: active', '? state\n: active'),
    'a key that is a list': GOOD.replace('state: active', '[state]: active'),
    'a key that is a group': GOOD.replace('state: active', '{ state: x }: active'),
    'a key over lines': GOOD.replace('state: active', '"sta\n  te": active'),
    'a field twice': `${GOOD}state: closed\n`,
    'a prototype': `__proto__: { state: active }\n${GOOD}`,
    'a constructor': `constructor: x\ntoString: y\nhasOwnProperty: z\n${GOOD}`,
    JSON: JSON.stringify({ username: 'ajensen', state: 'active' }),
    'JSON with an escape': '{"username": "\\u0061jensen\\u0000", "state": "active"}',
    'a list in a list': `- - ${GOOD.replaceAll('\n', '\n    ')}`,
    'a folded value': GOOD.replace('state: active', 'state: >-\n  active'),
    'a value on the next line': GOOD.replace('state: active', 'state:\n  active'),
    'a document start with a value': `--- ${GOOD}`,
    'a remark in the value': GOOD.replace('active', 'active#closed'),
  };
}

function named(documents: Readonly<Record<string, string | Uint8Array>>): readonly HostileDocument[] {
  return Object.entries(documents).map(([name, text]) => ({
    name,
    bytes: typeof text === 'string' ? Buffer.from(text) : text,
  }));
}

/** All of them; none is longer than what is looked into at all. */
export const HOSTILE_DOCUMENTS: readonly HostileDocument[] = [
  ...repeated(),
  ...named(bombs()),
  ...named(longTexts()),
  ...named(encodings()),
  ...named(twists()),
];
