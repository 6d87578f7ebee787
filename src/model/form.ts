/** One document's fields as a form: asks for each field by its rule, and collects every problem with its place. */
import {
  cutShort,
  emptyField,
  type FieldShape,
  listNeeded,
  missing,
  NONE,
  namedByKey,
  notFields,
  type Shape,
  spotOf,
  twice,
  unknownField,
  wrong,
} from './form-problems.ts';
import { nearest } from './nearest.ts';
import { bad, type Rule } from './reading.ts';
import type { Field, FieldsNode, NodeFault, Problem, Spot, Tree, TreeNode } from './tree.ts';
import { oneOf, shown } from './wording.ts';

/** A document with its fields under their names; every question adds what is wrong to `problems`. */
export interface Form {
  readonly problems: readonly Problem[];
  /** Optional fields that say `none`, those of groups inside among them. */
  readonly none: readonly string[];
  /** A field's value by its rule; null where it is missing or wrong, which is then among the problems. */
  required<T>(name: string, rule: Rule<T>): T | null;
  /** The same for an optional field; null also where it is absent or says `none`. */
  optional<T>(name: string, rule: Rule<T>): T | null;
  /** A list of at least one text by its rule; null where anything in it is wrong. */
  list<T>(name: string, rule: Rule<T>): readonly T[] | null;
  /** A group of fields inside; null where it is missing or no group. */
  group(name: string): Form | null;
  /** Adds a problem at a field's value: what only shows when fields are compared. `better` replaces the value. */
  object(name: string, message: string, better?: string): void;
}

/** Opens a node that should be a document of this shape; null, with the problem added, where it has no fields. */
export function openForm(
  tree: Tree,
  node: TreeNode,
  shape: Shape,
  problems: Problem[],
  above: Shape = {},
  none: string[] = [],
): Form | null {
  if (node.fault !== undefined) problems.push(faultProblem(node.fault, false));
  if (node.kind !== 'fields') {
    if (node.fault === undefined) problems.push(notFields(tree, node, shape));
    return null;
  }
  if (!node.fields.some((field) => Object.hasOwn(shape, field.name))) {
    const named = node.fields.find((field) => field.value.kind === 'fields');
    if (named !== undefined) {
      problems.push(namedByKey(named, shape));
      return null;
    }
  }
  return formOf(tree, node, sorted(tree, node, shape, problems, above), shape, problems, none);
}

/** The known fields under their names; unknown ones, those that stand twice and missing ones are problems. */
function sorted(
  tree: Tree,
  node: FieldsNode,
  shape: Shape,
  problems: Problem[],
  above: Shape,
): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  /** Fields that are there under a misspelt name: not missing too. */
  const meant = new Set<string>();
  let merged = false;
  for (const field of node.fields) {
    const { name } = field;
    if (fields.has(name)) {
      // Two entries run together repeat every field: said once, at the first.
      if (!merged) problems.push(twice(tree, field, node.fields[0] === fields.get(name)));
      merged ||= node.fields[0] === fields.get(name);
    } else if (Object.hasOwn(shape, name)) {
      fields.set(name, field);
    } else {
      const unknown = unknownField(tree, field, shape, above);
      problems.push(unknown.problem);
      if (unknown.meant !== null) meant.add(unknown.meant);
    }
  }
  // A group whose fields stand beside it instead of under it: said of each of them already.
  for (const name of meant) if (isEmpty(fields.get(name))) fields.delete(name);
  for (const [name, known] of Object.entries(shape)) {
    if (known.optional === true || fields.has(name) || meant.has(name)) continue;
    problems.push(missing(tree, node, name, known));
  }
  return fields;
}

function isEmpty(field: Field | undefined): boolean {
  return field?.value.kind === 'text' && field.value.style === 'empty';
}

function formOf(
  tree: Tree,
  spot: Spot,
  fields: ReadonlyMap<string, Field>,
  shape: Shape,
  problems: Problem[],
  none: string[],
): Form {
  function value<T>(name: string, rule: Rule<T>): T | null {
    const field = fields.get(name);
    return field === undefined ? null : readText(tree, field.value, name, shape[name] ?? {}, rule, problems);
  }
  return {
    problems,
    none,
    required: value,
    optional(name, rule) {
      const node = fields.get(name)?.value;
      if (node?.kind !== 'text' || node.fault !== undefined || node.text.trim() !== NONE) return value(name, rule);
      none.push(name);
      return null;
    },
    list(name, rule) {
      const field = fields.get(name);
      return field === undefined ? null : readList(tree, field, rule, problems);
    },
    group(name) {
      const field = fields.get(name);
      return field === undefined ? null : openForm(tree, field.value, shape[name]?.within ?? {}, problems, shape, none);
    },
    object(name, message, better) {
      const node = fields.get(name)?.value;
      problems.push(node?.kind === 'text' ? wrong(tree, node, message, better) : { ...spotOf(node ?? spot), message });
    },
  };
}

function readText<T>(
  tree: Tree,
  node: TreeNode,
  name: string,
  shape: Partial<FieldShape>,
  rule: Rule<T>,
  problems: Problem[],
): T | null {
  const problem = shapeProblem(tree, node, name, shape);
  if (problem !== null) problems.push(problem);
  if (problem !== null || node.kind !== 'text') return null;
  const reading = rule(node.text.trim());
  if (reading.ok) return reading.value;
  problems.push(wrong(tree, node, reading.message, reading.better));
  return null;
}

/** What keeps a node from being one text, before any rule looks at it. */
function shapeProblem(tree: Tree, node: TreeNode, name: string, shape: Partial<FieldShape>): Problem | null {
  if (node.fault !== undefined) return faultProblem(node.fault, shape.freeText === true);
  if (node.kind !== 'text') {
    return { ...spotOf(node), message: `\`${name}\` holds one text, not a list or a group of fields.` };
  }
  if (node.text.trim() === '') return emptyField(tree, node, name, shape);
  return shape.freeText === true && node.remark && node.style === 'plain' ? cutShort(tree, node) : null;
}

/** Quotes mend a mark in free text; elsewhere the mark itself has to go. */
function faultProblem({ bareFix, fix, ...problem }: NodeFault, freeText: boolean): Problem {
  const better = freeText ? fix : (bareFix ?? fix);
  return better === undefined ? problem : { ...problem, fix: better };
}

function readList<T>(tree: Tree, field: Field, rule: Rule<T>, problems: Problem[]): readonly T[] | null {
  const { name, value } = field;
  const fault = value.fault === undefined ? null : faultProblem(value.fault, false);
  const problem = fault ?? (value.kind !== 'list' || value.items.length === 0 ? listNeeded(tree, field) : null);
  if (problem !== null) problems.push(problem);
  if (problem !== null || value.kind !== 'list') return null;
  const values = value.items.map((item) => readText(tree, item, name, {}, rule, problems));
  const kept = values.filter((item) => item !== null);
  return kept.length === values.length ? kept : null;
}

/** A rule that accepts only these words, spelt like this; `hint` says what else the author may want. */
export function readWord<W extends string>(words: readonly W[], hint: string): Rule<W> {
  return (text) => {
    const exact = words.find((word) => word === text);
    if (exact !== undefined) return { ok: true, value: exact };
    const folded = words.find((word) => word === text.toLowerCase());
    if (folded !== undefined) return bad(`Write \`${folded}\` in small letters.`, folded);
    const ticked = oneOf(words.map((word) => `\`${word}\``));
    return bad(`\`${shown(text)}\` is not possible here: write ${ticked}. ${hint}`, nearest(text, words) ?? undefined);
  };
}
