/** Finds, in a text that YAML cannot read, the line that a person has to mend, and mends it. */
// Files of entries are made of short lines: `field: value`, `- field: value`, `- text`. Looking at them one by one tells what was
// meant far better than the place at which a parser gave up, which is often lines later.
import { FREE_TEXT_FIELDS } from '../model/documents.ts';
import type { Spot } from '../model/tree.ts';
import { shown } from '../model/wording.ts';
import type { Fault } from './decode.ts';
import { valueFault } from './value-faults.ts';

/** Where lines are expected to begin, as known so far; columns count from 0 here. */
interface Layout {
  /** Column of the dashes of the list of entries; null: the file is one entry. */
  readonly dash: number | null;
  /** Column of the fields of an entry. */
  readonly fields: number;
  /** First field of the first entry: where it comes again without a dash, the dash was forgotten. `[]`: there is no entry yet. */
  readonly first: string | null;
  /** The last field had no value on its line: a group or a list may follow, set in further. */
  readonly open: boolean;
  /** Column of that group, once its first line was seen. */
  readonly group: number | null;
}

interface Line {
  readonly text: string;
  readonly number: number;
  readonly indent: number;
  /** Column of what follows the dash; null: no dash. */
  readonly afterDash: number | null;
  /** What stands after indentation and dash. */
  readonly rest: string;
}

/** What a file says that has no entries, as a new repository's do. */
const EMPTY_LIST = '[]';
const FIELD = /^([\p{L}\p{N}_-]+) *:(?:\s+(.*))?$/u;

/** The fault to show for a text that the parser refused at `place`. */
export function faultIn(lines: readonly string[], place: Spot, fieldNames: ReadonlySet<string>): Fault {
  let layout: Layout | null = null;
  let brackets = 0;
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '' || text.trimStart().startsWith('#') || text.trim() === '---') continue;
    const line = lineOf(text, index + 1);
    const inside = brackets > 0 && line.indent > 0;
    brackets = Math.max(0, (inside ? brackets : 0) + bracketBalance(text));
    if (inside) continue;
    layout ??= layoutFrom(line);
    const fault =
      shapeFault(line, fieldNames) ?? indentFault(line, layout) ?? contentFault(line, lines[index + 1] ?? '');
    if (fault !== null) return fault;
    layout = after(layout, line);
  }
  return unexplained(lines, place);
}

function lineOf(text: string, number: number): Line {
  const indent = text.length - text.trimStart().length;
  const dash = /^ *-(?: +|$)/.exec(text)?.[0];
  const start = dash === undefined ? indent : dash.length;
  return { text, number, indent, afterDash: dash === undefined ? null : start, rest: text.slice(start) };
}

function layoutFrom(line: Line): Layout {
  const first = line.rest.trim() === EMPTY_LIST ? EMPTY_LIST : (FIELD.exec(line.rest)?.[1] ?? null);
  const fields = line.afterDash ?? line.indent;
  return { dash: line.afterDash === null ? null : line.indent, fields, first, open: false, group: null };
}

function after(layout: Layout, line: Line): Layout {
  const start = line.afterDash ?? line.indent;
  if (layout.open && start > layout.fields) return { ...layout, group: layout.group ?? line.indent };
  const field = FIELD.exec(line.rest);
  const empty = field !== null && (field[2] ?? '').replace(/^#.*/, '').trim() === '';
  return { ...layout, open: empty, group: null };
}

/** A dash or a colon without its space, or a line that lacks its colon. */
function shapeFault(line: Line, fieldNames: ReadonlySet<string>): Fault | null {
  const { text, number, rest } = line;
  const spot = { line: number, column: text.length - rest.length + 1 };
  const head = text.slice(0, text.length - rest.length);
  if (/^-[\p{L}]+ *:/u.test(rest)) {
    return { ...spot, message: 'There must be a space after the dash.', fix: `${head}- ${rest.slice(1)}` };
  }
  const glued = /^([\p{L}]+):(\S.*)$/u.exec(rest);
  if (glued !== null && fieldNames.has(glued[1] ?? '')) {
    const column = spot.column + (glued[1] ?? '').length + 1;
    return {
      line: number,
      column,
      message: 'There must be a space after the colon.',
      fix: `${head}${glued[1]}: ${glued[2]}`,
    };
  }
  const bare = /^([\p{L}]+)(?:\s*[=;]\s*|\s+)(.+)$/u.exec(rest);
  if (bare !== null && !FIELD.test(rest) && fieldNames.has(bare[1] ?? '')) {
    const message = `There must be a colon and a space after \`${bare[1]}\`.`;
    return { ...spot, message, fix: `${head}${bare[1]}: ${bare[2]}` };
  }
  if (fieldNames.has(rest.trim())) {
    return {
      ...spot,
      message: `There must be a colon, a space and a value after \`${rest.trim()}\`.`,
      repair: `${head}${rest.trim()}: `,
    };
  }
  return null;
}

/** A line that begins in a column where no line of this entry may begin. */
function indentFault(line: Line, layout: Layout): Fault | null {
  const { text, number, indent, afterDash, rest } = line;
  const spot = { line: number, column: indent + 1 };
  const setIn = (column: number) => ' '.repeat(column) + text.trimStart();
  if (layout.open && indent >= layout.fields && (indent > layout.fields || afterDash !== null)) {
    if (layout.group === null || layout.group === indent) return null;
    return { ...spot, message: 'This line must begin under the line above it.', fix: setIn(layout.group) };
  }
  if (afterDash !== null && layout.dash !== null) {
    if (indent === layout.dash) return null;
    return { ...spot, message: 'This dash must stand under the dash of the entry before.', fix: setIn(layout.dash) };
  }
  if (indent === layout.fields && afterDash === null) return null;
  if (afterDash !== null) {
    const message =
      layout.first === EMPTY_LIST
        ? 'An entry begins here, but the file says before it, with `[]`, that it has none. Delete that line.'
        : 'A dash begins an entry of a list, but this file began without one. Put a dash before the first entry too.';
    return { ...spot, message };
  }
  if (layout.dash === indent && FIELD.exec(rest)?.[1] === layout.first) {
    return { ...spot, message: 'A new entry begins here, so it needs a dash.', fix: `${' '.repeat(indent)}- ${rest}` };
  }
  const side = indent > layout.fields ? 'right' : 'left';
  return {
    ...spot,
    message: `This line begins too far to the ${side}: it must begin under the field before it.`,
    fix: setIn(layout.fields),
  };
}

function contentFault(line: Line, next: string): Fault | null {
  const field = FIELD.exec(line.rest);
  const value = field === null ? (line.afterDash === null ? null : line.rest) : (field[2] ?? '');
  if (value === null || value === '') return null;
  const start = line.text.length - value.length;
  const nextIsInside = next.length - next.trimStart().length > line.indent && next.trim() !== '';
  const fault = valueFault(value, { goesOn: nextIsInside, freeText: FREE_TEXT_FIELDS.has(field?.[1] ?? '') });
  if (fault === null) return null;
  const spot = { line: line.number, column: start + 1, message: fault.message };
  return fault.better === undefined ? spot : { ...spot, fix: line.text.slice(0, start) + fault.better };
}

function bracketBalance(text: string): number {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/(^|\s)#.*$/, '');
  if (!/[:-]\s*[[{]/.test(plain) && !/^\s*[\]}]/.test(plain)) return 0;
  return (plain.match(/[[{]/g)?.length ?? 0) - (plain.match(/[\]}]/g)?.length ?? 0);
}

/** Nothing known to be wrong was found: the place where reading ended is shown, and what to look for. */
function unexplained(lines: readonly string[], place: Spot): Fault {
  let { line, column } = place;
  while (line > 1 && (lines[line - 1] ?? '').trim() === '') {
    line -= 1;
    column = 1;
  }
  const said = shown((lines[line - 1] ?? '').trim());
  const message = `This line cannot be understood: \`${said}\`. Each line is a field name, a colon, a space and the value; check also the line above.`;
  return { line, column, message };
}
