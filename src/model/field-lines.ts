/** Field lines: on which line of its entry each field stands, so that a reason names the line that decided it. */
import type { Origin } from '../diagnostic.ts';
import type { FieldsNode } from './tree.ts';

/** Name of a field to lines below the first one of its entry; fields of a group under `group.field`. */
export type FieldLines = Readonly<Record<string, number>>;

/** Where an entry stands, and its fields. */
export interface Placed {
  /** Of what vanished: where it last stood. */
  readonly origin: Origin;
  /** Absent: nobody knows where they stand. */
  readonly fields?: FieldLines | undefined;
  /** It stood there once, and need not any more: whoever wrote what stands there now did not write it. */
  readonly past?: boolean | undefined;
}

export function fieldLinesOf({ line, fields }: FieldsNode): FieldLines {
  const lines: Record<string, number> = {};
  for (const field of fields) {
    lines[field.name] = field.line - line;
    if (field.value.kind !== 'fields') continue;
    for (const within of field.value.fields) lines[`${field.name}.${within.name}`] = within.line - line;
  }
  return unpackFieldLines(packFieldLines(lines));
}

/** As in `username name,name.given,name.family email  state`: a space for each new line, a comma between fields of one line. */
export function packFieldLines(lines: FieldLines): string {
  let packed = '';
  let at = 0;
  for (const [name, line] of Object.entries(lines).sort(([, a], [, b]) => a - b)) {
    packed += (line > at ? ' '.repeat(line - at) : packed === '' ? '' : ',') + name;
    at = line;
  }
  return packed;
}

/** Different layouts that are shared; people write far fewer, and what is beyond them costs memory, no more. */
const LAYOUTS_SHARED_MAX = 4_096;
const shared = new Map<string, FieldLines>();

/** What `packFieldLines` made of it: entries that are laid out alike, as nearly all are, get the very same lines. */
export function unpackFieldLines(packed: string): FieldLines {
  const before = shared.get(packed);
  if (before !== undefined) return before;
  const lines: Record<string, number> = {};
  for (const [line, names] of packed.split(' ').entries()) {
    if (names !== '') for (const name of names.split(',')) lines[name] = line;
  }
  if (shared.size < LAYOUTS_SHARED_MAX) shared.set(packed, lines);
  return lines;
}

export function sameFieldLines(a: FieldLines | undefined, b: FieldLines | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && packFieldLines(a) === packFieldLines(b));
}

/** Where the first of these fields stands that the entry has; where it has none of them, where the entry begins. */
export function placeOfField({ origin, fields, past }: Placed, ...names: readonly string[]): Origin {
  const name = names.find((one) => fields?.[one] !== undefined);
  const below = name === undefined ? undefined : fields?.[name];
  if (below === undefined) return past === true ? { ...origin, past } : origin;
  const { file, line } = origin;
  return { file, line: line + below, ...(past === true ? { past } : {}) };
}
