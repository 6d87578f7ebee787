/** JSON Schema of what people write, from the very fields that the reader goes by: for editors that check and explain while one types. */
import { KINDS, type Kind } from './document.ts';
import { formOf } from './documents.ts';
import { type FieldShape, NONE, type Shape } from './form-problems.ts';
import { type Look, type OtherType, otherTypesOf } from './look.ts';
import { musterFileShape } from './muster-file.ts';

/** Everything that has a schema: the kinds of document, and `muster.yaml`. */
export type SchemaKind = Kind | 'muster';

export const SCHEMA_KINDS: readonly SchemaKind[] = [...KINDS, 'muster'];

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The newest draft that all editors in use know. */
const DRAFT = 'http://json-schema.org/draft-07/schema#';

/**
 * Accepts whatever the reader accepts, in the types that YAML's core schema gives it, and refuses most of what it refuses: what no
 * pattern can say (an end before its beginning, a # that cuts a text short, two entries that contradict each other) is left to
 * `muster validate`. Besides the standard's words it uses `patternErrorMessage` and `errorMessage`, which the YAML language server shows.
 */
export function jsonSchemaOf(kind: SchemaKind): JsonSchema {
  if (kind === 'muster') {
    const about = 'Which Muster this repository is for. Without this file nothing here counts.';
    return { $schema: DRAFT, title: 'muster.yaml', description: about, ...group(musterFileShape('…')) };
  }
  const { shape, listOnly, noun } = formOf(kind);
  const one = { $ref: '#/definitions/entry' };
  const definitions = { entry: group(shape) };
  if (listOnly) {
    const errorMessage = `This file is a list: each ${noun} begins with a dash.`;
    // Null: a file that says nothing, as at the beginning.
    return {
      $schema: DRAFT,
      title: `A list of ${noun}s`,
      type: ['array', 'null'],
      items: one,
      errorMessage,
      definitions,
    };
  }
  // biome-ignore lint/suspicious/noThenProperty: the word of the standard; nobody awaits a schema
  const either = { if: { type: 'array' }, then: { items: one }, else: one };
  return { $schema: DRAFT, title: `One ${noun}, or a list`, ...either, definitions };
}

function group(shape: Shape): JsonSchema {
  const fields = Object.entries(shape);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, field]) => [name, property(field)])),
    required: fields.flatMap(([name, { optional }]) => (optional === true ? [] : [name])),
    additionalProperties: false,
  };
}

function property(field: FieldShape): JsonSchema {
  const { about, look, within, list, optional } = field;
  const description = optional === true ? `${about} May be left out; \`${NONE}\` says: without, on purpose.` : about;
  if (within !== undefined) return { description, ...group(within) };
  if (look === undefined) return { description };
  if (list === true) return { description, type: 'array', minItems: 1, items: text(look, false) };
  return { description, ...text(look, optional === true) };
}

/** The reader takes the space around a text away; in quotes it may stand there. */
function text(look: Look, optional: boolean): JsonSchema {
  const { hint, example, words } = look;
  const pattern = `^\\s*(?:${look.pattern}${optional ? `|${NONE}` : ''})\\s*$`;
  const string = { type: 'string', pattern, patternErrorMessage: hint };
  if (words !== undefined) return { anyOf: [{ enum: [...words, ...numbersIn(words)] }, string], errorMessage: hint };
  const others: readonly OtherType[] = otherTypesOf(look);
  return { ...string, type: others.length === 0 ? 'string' : ['string', ...others], examples: [example] };
}

/** `format: 1` is a number to an editor. */
function numbersIn(words: readonly string[]): readonly number[] {
  return words.filter((word) => /^\d+$/.test(word)).map(Number);
}
