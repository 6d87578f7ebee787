/** The schemas for editors: they agree with the reader, and the example repository holds them as they are now. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDay } from '../../src/model/day.ts';
import { KINDS, type Kind } from '../../src/model/document.ts';
import { jsonSchemaOf, SCHEMA_KINDS, type SchemaKind } from '../../src/model/json-schema.ts';
import type { Look } from '../../src/model/look.ts';
import { checkMusterFile } from '../../src/model/muster-file.ts';
import type { Rule } from '../../src/model/reading.ts';
import * as fields from '../../src/model/text.ts';
import { asValue, quoted } from '../../src/model/wording.ts';
import { writeEditorFiles } from '../../src/sources/editor-files.ts';
import { kindAt } from '../../src/sources/places.ts';
import { typeFile } from '../../src/sources/typed-file.ts';
import { readYaml } from '../../src/sources/yaml.ts';
import { inFolder, loadFiles, MUSTER_YAML } from '../sources/loading.ts';
import { ACCEPTED, MISTAKES } from '../sources/mistakes.ts';

const EXAMPLE = join(import.meta.dirname, '../../desired-state');
const validators = new Map(SCHEMA_KINDS.map((kind) => [kind, compile(kind)]));

function compile(kind: SchemaKind): ValidateFunction {
  return new Ajv({ strict: false }).compile(jsonSchemaOf(kind));
}

/** As an editor sees it: YAML 1.2 with the core schema. */
function editorAccepts(kind: SchemaKind, text: string): boolean {
  return validators.get(kind)?.(parse(text, { logLevel: 'error' })) === true;
}

function readerAccepts(kind: Kind, text: string): boolean {
  return typeFile(kind, Buffer.from(text)).file.problems.length === 0;
}

/** Texts that YAML's core schema takes for something else, and some that it does not. */
const odd = fc.constantFrom(
  ...'true False null NULL ~ 7 007 -1 +45 +4520123456 +45.20123456 0x1f 0o17 1e3 1.0 .5 5. .inf .nan No none active'.split(
    ' ',
  ),
  ...['2026-12-01', ' 2026-12-01 ', '2026-02-30', '1989-01-01', '31.12.2026', '+45 20 12 34 56', 'cbs', 'a-b', 'A b'],
);
const letters = fc.string({ unit: 'grapheme', maxLength: 25 }).filter((one) => !/[\p{C}\n\r\u2028\u2029]/u.test(one));
const scalar = fc.oneof({ weight: 4, arbitrary: odd }, { weight: 1, arbitrary: letters });

/** Written plain where the reader would read it back, quoted elsewhere, with and without need. */
const written = fc.tuple(scalar, fc.boolean()).map(([text, inQuotes]) => (inQuotes ? quoted(text) : asValue(text)));

const GOOD: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  institution: { id: 'cbs', name: 'CBS', contacts: '[it@example.org]', partOf: 'ucph' },
  user: {
    username: 'ajensen',
    name: '{ given: Anna, family: Jensen }',
    email: 'a@example.org',
    phone: '+45 20 12 34 56',
    institution: 'cbs',
    state: 'active',
    starts: '2026-01-01',
    ends: 'none',
  },
  'blocked-institution': {
    institution: 'cbs',
    reason: 'left',
    from: '2026-01-01',
    until: 'none',
    lifted: '2026-02-01',
  },
  'blocked-user': { user: 'ajensen', reason: 'left', from: '2026-01-01', until: '2026-02-01', lifted: 'none' },
  'mail-block': { user: 'ajensen', reason: 'left', from: '2026-01-01', until: '2026-02-01', lifted: 'none' },
  server: {
    id: 'cbs-one',
    name: 'One',
    purpose: 'Analyses',
    institution: 'cbs',
    contact: 'it@example.org',
    requested: '2026-01-01',
    steps: '{ agreed: 2026-01-02, signed: none }',
    cancelled: 'none',
  },
  'confirmed-task': { task: 'lobatu-kivo', done: '2026-01-01', by: 'none' },
};

function textOf(kind: Kind, entry: Readonly<Record<string, string>>): string {
  const lines = Object.entries(entry).map(([name, value]) => `${name}: ${value}\n`);
  return kind.includes('block') || kind === 'confirmed-task' ? `- ${lines.join('  ')}` : lines.join('');
}

/** A good entry with one value in one field replaced. */
const anyEntry = fc
  .constantFrom(...KINDS)
  .chain((kind) =>
    fc.tuple(fc.constant(kind), fc.constantFrom(...Object.keys(GOOD[kind])), written, fc.constantFrom(...'ab')),
  )
  .map(([kind, field, value, form]) => {
    const group = kind === 'user' && field === 'name';
    const list = field === 'contacts' && form === 'a' ? `\n  - ${value}` : value;
    const text = group ? `\n  given: ${value}\n  family: ${form === 'a' ? value : 'Null'}` : list;
    return { kind, text: textOf(kind, { ...GOOD[kind], [field]: text }) };
  });

describe('what the schema says', () => {
  test('agrees with the reader on a good document of each kind, alone and in a list', () => {
    for (const kind of KINDS) {
      const text = textOf(kind, GOOD[kind]);
      expect([kind, readerAccepts(kind, text), editorAccepts(kind, text)]).toEqual([kind, true, true]);
      const list = text.startsWith('- ') ? text : `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
      expect([kind, readerAccepts(kind, list), editorAccepts(kind, list)]).toEqual([kind, true, true]);
    }
  });

  test('never refuses what the reader takes, whatever YAML makes of the text in an editor', () => {
    let taken = 0;
    const property = fc.property(anyEntry, ({ kind, text }) => {
      if (!readerAccepts(kind, text)) return;
      taken += 1;
      expect(editorAccepts(kind, text), text).toBe(true);
    });
    fc.assert(property, { numRuns: 2000 });
    expect(taken).toBeGreaterThan(200);
  });

  test('no single character is refused in a text that its rule takes', () => {
    const looks: readonly (readonly [Look, Rule<string>, string])[] = [
      [fields.USERNAME_LOOK, fields.readUsername, 'a?b'],
      [fields.PERSON_NAME_LOOK, fields.readPersonName, 'a?b'],
      [fields.REASON_LOOK, fields.readReason, 'a?b'],
      [fields.EMAIL_LOOK, fields.readEmail, 'a?b@example.org'],
      [fields.INSTITUTION_ID_LOOK, fields.readInstitutionId, 'a?b'],
    ];
    for (const [{ pattern }, rule, around] of looks) {
      const fits = new RegExp(`^(?:${pattern})$`, 'u');
      const refused: string[] = [];
      for (let code = 0; code <= 0xffff; code += 1) {
        const text = around.replace('?', () => String.fromCodePoint(code));
        if (!fits.test(text) && rule(text).ok) refused.push(code.toString(16));
      }
      expect(refused, pattern).toEqual([]);
    }
  });

  test('a username of twenty letters whose accents are stored apart still fits, and one more does not', () => {
    const name = 'é'.repeat(20).normalize('NFD');
    expect(fields.readUsername(name).ok).toBe(true);
    expect(editorAccepts('user', textOf('user', { ...GOOD.user, username: name }))).toBe(true);
    expect(editorAccepts('user', textOf('user', { ...GOOD.user, username: `${name}e` }))).toBe(false);
  });

  test('every year that may be written fits, and no other does', () => {
    for (let year = 1900; year < 2300; year += 1) {
      const starts = `${year}-02-28`;
      const accepted = editorAccepts('user', textOf('user', { ...GOOD.user, starts }));
      expect([starts, accepted]).toEqual([starts, readDay(starts).ok]);
    }
  });

  test('refuses two thirds of the mistakes that people make and that YAML can be read with', () => {
    const readable = MISTAKES.flatMap(({ name, path, text, good }) => {
      const kind = kindAt(path);
      if (kind === null || typeof text !== 'string' || good !== undefined) return [];
      try {
        return [{ name, accepted: editorAccepts(kind, text) }];
      } catch {
        return [];
      }
    });
    const missed = readable.filter(({ accepted }) => accepted).map(({ name }) => name);
    expect(readable.length).toBeGreaterThan(50);
    expect(missed.length / readable.length, missed.join('; ')).toBeLessThan(1 / 3);
  });

  test('takes everything unusual that is right', () => {
    for (const { name, path, text } of ACCEPTED) {
      const kind = kindAt(path);
      if (kind === null || typeof text !== 'string') continue;
      expect([name, editorAccepts(kind, text)]).toEqual([name, true]);
    }
  });

  test('takes the format of muster.yaml as a number and in quotes, and no other', () => {
    for (const format of ['1', '"1"', '" 1 "']) {
      const text = `format: ${format}\ninstance: x\n`;
      const { tree } = readYaml(Buffer.from(text), new Set());
      expect([tree && checkMusterFile(tree, 'x'), editorAccepts('muster', text)]).toEqual([[], true]);
    }
    expect(editorAccepts('muster', 'format: 2\ninstance: x\n')).toBe(false);
    expect(editorAccepts('muster', 'format: 1\n')).toBe(false);
  });

  test('says in words what each field is, and what to write where its pattern does not fit', () => {
    const user = JSON.stringify(jsonSchemaOf('user'));
    expect(user).toContain('Last day with access.');
    expect(user).toContain('"patternErrorMessage":"A mobile number with its country code, as in +45 20 12 34 56."');
  });
});

describe('in a repository', () => {
  test('the example holds the schemas as they are now', async () => {
    await inFolder(async (folder) => {
      const paths = await writeEditorFiles(folder);
      expect(paths).toHaveLength(SCHEMA_KINDS.length + 1);
      for (const path of paths) {
        const now = readFileSync(join(folder, path), 'utf8');
        const held = readFileSync(join(EXAMPLE, path), 'utf8');
        expect(held, 'run: muster schema --write desired-state').toBe(now);
      }
      const schemas = readdirSync(join(EXAMPLE, '.muster/schema')).sort();
      expect(schemas).toEqual(SCHEMA_KINDS.map((kind) => `${kind}.json`).sort());
    });
  });

  test('nothing is said of them when the repository is read', async () => {
    await inFolder(async (folder) => {
      const paths = await writeEditorFiles(folder);
      const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
      const loaded = await loadFiles({ 'muster.yaml': MUSTER_YAML, ...files });
      expect([loaded.trusted, loaded.files, loaded.diagnostics]).toEqual([true, [], []]);
    });
  });
});
