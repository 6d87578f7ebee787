/** The words for what can be wrong with a document's fields, each with the corrected line. */
import type { Look } from './look.ts';
import { nearest } from './nearest.ts';
import { type Field, lineWith, type Problem, type Spot, type TextNode, type Tree, type TreeNode } from './tree.ts';
import { asValue, shown } from './wording.ts';

/** What is known of a field before it is read. */
export interface FieldShape {
  /** The line to write, with `…` for what only the author knows. */
  readonly write: string;
  /** What it says, for whoever looks at it in an editor. */
  readonly about: string;
  /** What its text, or each text of its list, looks like; absent where it is a group. */
  readonly look?: Look;
  /** A list of at least one text, even of one. */
  readonly list?: true;
  /** Optional fields take the word `none` for "deliberately without". */
  readonly optional?: true;
  /** Text in the author's own words: a `#` straight after it would cut it short in silence. */
  readonly freeText?: true;
  /** The fields inside, where the field is a group of its own. */
  readonly within?: Shape;
}

export type Shape = Readonly<Record<string, FieldShape>>;

/** What the author writes in an optional field that deliberately has no value. */
export const NONE = 'none';

/** A problem with a value; `better` is the value that was probably meant. */
export function wrong(tree: Tree, node: TextNode, message: string, better?: string): Problem {
  if (better === undefined) return { ...spotOf(node), message };
  return { ...spotOf(node), message, fix: lineWith(tree, node, asValue(better)) };
}

/** A required field that the entry lacks; the line to write is set in like the entry's other fields. */
export function missing(tree: Tree, node: Spot, name: string, shape: FieldShape): Problem {
  const before = (tree.lines[node.line - 1] ?? '').slice(0, node.column - 1);
  const ownLine = /^[ -]*$/.test(before);
  const indent = shape.write.startsWith('- ') ? node.column - 3 : node.column - 1;
  const message = `The field \`${name}\` is missing. Add it to this entry.`;
  return { ...spotOf(node), message, fix: `${' '.repeat(ownLine ? Math.max(0, indent) : 0)}${shape.write}` };
}

/** A `#` straight after free text: what follows would be lost. */
export function cutShort(tree: Tree, node: TextNode): Problem {
  const rest = restOf(tree, node);
  const message = 'Everything after # is a remark and would be lost. Put the text in quotes if the # belongs to it.';
  return wrong(tree, { ...node, end: node.end + rest.length }, message, node.text + rest);
}

export function emptyField(tree: Tree, node: TextNode, name: string, shape: Partial<FieldShape>): Problem {
  const line = tree.lines[node.line - 1] ?? '';
  const colon = line.slice(0, node.end - 1).lastIndexOf(':') + 1;
  const write = (value: string) => ({ fix: `${line.slice(0, colon)} ${value}` });
  if (shape.freeText === true && node.remark) {
    const message = `\`${name}\` is empty, because everything after # is a remark. Put the text in quotes.`;
    return { ...spotOf(node), message, ...write(asValue(line.slice(colon).trim())) };
  }
  if (shape.optional === true) {
    const message = `\`${name}\` is empty. Write the value, or \`${NONE}\` if there is deliberately none.`;
    return { ...spotOf(node), message, ...write(NONE) };
  }
  const pattern = shape.write?.replace(/^(- )?[a-zA-Z]+: /, '');
  const message = `\`${name}\` is empty. Write the value after the colon.`;
  return { ...spotOf(node), message, ...(pattern === undefined || shape.within !== undefined ? {} : write(pattern)) };
}

/** A text or a list stands where fields with names belong. */
export function notFields(tree: Tree, node: TreeNode, shape: Shape): Problem {
  const names = Object.keys(shape);
  const fields = names.length > 3 ? `${names.slice(0, 3).join(', ')} and so on` : names.join(' and ');
  if (node.kind !== 'text')
    return { ...spotOf(node), message: `A list stands here, but fields belong here: ${fields}.` };
  const said = node.text.trim() === '' ? 'Nothing stands here' : `\`${shown(node.text)}\` stands here`;
  const message = `${said}, but fields with names belong here: ${fields}.`;
  const pattern = names.map((name) => shape[name]?.write ?? '').join(', ');
  const isGroup = names.length <= 3;
  const space = node.style === 'empty' ? ' ' : '';
  return { ...spotOf(node), message, ...(isGroup ? { fix: lineWith(tree, node, `${space}{ ${pattern} }`) } : {}) };
}

export function listNeeded(tree: Tree, field: Field): Problem {
  const { name, value } = field;
  if (value.kind === 'text' && value.text.trim() !== '') {
    const message = `\`${name}\` is a list, even of one. Put it in square brackets.`;
    return { ...spotOf(value), message, fix: lineWith(tree, value, `[${asValue(value.text.trim())}]`) };
  }
  return { ...spotOf(field), message: `\`${name}\` is a list of at least one.` };
}

/** The same field a second time in one entry, or the first field of the next entry without its dash. */
export function twice(tree: Tree, field: Field, isFirst: boolean): Problem {
  const spot = spotOf(field);
  const line = tree.lines[field.line - 1] ?? '';
  const said = `The field \`${shown(field.name)}\` stands here a second time.`;
  const indent = field.column - 3;
  if (isFirst && indent >= 0 && line.slice(0, field.column - 1).trim() === '') {
    const fix = `${' '.repeat(indent)}- ${line.trimStart()}`;
    return { ...spot, message: `${said} If a new entry begins here, it needs a dash.`, fix };
  }
  return { ...spot, message: `${said} Keep the line that is right and delete the other.` };
}

/** A field that the shape does not have, and the known one that is `meant`; `above` is the shape of the entry around a group. */
export function unknownField(
  tree: Tree,
  field: Field,
  shape: Shape,
  above: Shape,
): { readonly problem: Problem; readonly meant: string | null } {
  const { name } = field;
  const spot = spotOf(field);
  const line = tree.lines[field.line - 1] ?? '';
  const glued = /^([a-z]+):(.+)$/i.exec(name)?.[1];
  if (glued !== undefined && Object.hasOwn(shape, glued)) {
    const fix = line.replaceAll(/([{,]\s*[a-zA-Z]+):(?=\S)/g, '$1: ');
    return { problem: { ...spot, message: 'There must be a space after the colon.', fix }, meant: glued };
  }
  if (name.startsWith('-') && Object.hasOwn(shape, name.slice(1))) {
    const problem = {
      ...spot,
      message: 'There must be a space after the dash.',
      ...renamed(line, field, `- ${name.slice(1)}`),
    };
    return { problem, meant: name.slice(1) };
  }
  const group = Object.keys(shape).find((known) => Object.hasOwn(shape[known]?.within ?? {}, name));
  if (group !== undefined) {
    const message = `\`${name}\` belongs to \`${group}\`: write it below that, two spaces further right.`;
    return { problem: { ...spot, message, fix: `${' '.repeat(field.column + 1)}${line.trimStart()}` }, meant: group };
  }
  if (Object.hasOwn(above, name)) {
    const message = `\`${name}\` begins too far to the right: it belongs to the entry itself.`;
    return { problem: { ...spot, message, fix: line.trimStart() }, meant: null };
  }
  const near = nearest(name, Object.keys(shape));
  const said = `There is no field \`${shown(name)}\``;
  if (near !== null) {
    return { problem: { ...spot, message: `${said}. Is it \`${near}\`?`, ...renamed(line, field, near) }, meant: near };
  }
  const message = `${said} here. The fields are ${Object.keys(shape).join(', ')}.`;
  return { problem: { ...spot, message }, meant: null };
}

/** An entry under a person's or institution's name as its key: the identifier is a value like any other. */
export function namedByKey(field: Field, shape: Shape): Problem {
  const first = Object.values(shape)[0]?.write ?? '';
  const message = `\`${shown(field.name)}\` is not the name of a field. Who or what is meant is said by a field of its own, above the others.`;
  return { ...spotOf(field), message, fix: ' '.repeat(field.column - 1) + first.replace('…', field.name) };
}

/** The line with the field's name replaced, where the name stands on it as it was read. */
function renamed(line: string, field: Field, better: string): { readonly fix?: string } {
  const start = field.column - 1;
  if (!line.startsWith(field.name, start)) return {};
  return { fix: line.slice(0, start) + better + line.slice(start + field.name.length) };
}

/** The rest of the line after a value: the space and the remark. */
function restOf(tree: Tree, node: TextNode): string {
  return (tree.lines[node.line - 1] ?? '').slice(node.end - 1).trimEnd();
}

export function spotOf(spot: Spot): Spot {
  return { line: spot.line, column: spot.column };
}
