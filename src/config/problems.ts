/** Problems of the configuration in words: each with the setting's path, its line, and what to write. */
import { z } from 'zod';
import { nearest } from '../model/nearest.ts';
import type { FieldsNode, Problem, Spot, TreeNode } from '../model/tree.ts';
import { EXAMPLE } from './fields.ts';

type Path = readonly PropertyKey[];

/** One problem of one setting, at its line. */
export interface SettingProblem {
  readonly line: number;
  /** What is wrong and what to write; where it can be said, it begins with the setting's path. */
  readonly text: string;
}

/** Text, lists and objects as the schema wants them; every scalar stays text. */
export function plainOf(node: TreeNode): unknown {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'list') return node.items.map(plainOf);
  return Object.fromEntries(node.fields.map(({ name, value }) => [name, plainOf(value)]));
}

/**
 * What the YAML itself may not hold: nodes that can't stand (tags, aliases, texts over several lines) and settings
 * written twice, of which only one could count.
 */
export function treeProblems(node: TreeNode, path: Path = []): readonly SettingProblem[] {
  const own =
    node.fault === undefined ? [] : [{ line: node.fault.line, text: `${settingName(path)}: ${node.fault.message}` }];
  if (node.kind === 'text') return own;
  if (node.kind === 'list') return [...own, ...node.items.flatMap((item, n) => treeProblems(item, [...path, n]))];
  const seen = new Map<string, number>();
  const inner = node.fields.flatMap(({ name, line, value }) => {
    const first = seen.get(name);
    seen.set(name, first ?? line);
    const twice =
      first === undefined
        ? []
        : [{ line, text: `${settingName([...path, name])}: Stands twice, first on line ${first}. Keep one.` }];
    return [...twice, ...treeProblems(value, [...path, name])];
  });
  return [...own, ...inner];
}

/** Lines like these may hold what must not be shown, and so are not repeated as corrected lines. */
const DELICATE = /pass|secret|token|key/i;

/** A fault that the YAML reader found, with the corrected line where it knows one. */
export function faultProblem({ line, message, fix }: Problem): SettingProblem {
  const correction = fix === undefined || DELICATE.test(fix) ? '' : ` Write: ${fix.trim()}`;
  return { line, text: `${message}${correction}` };
}

function bare(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** Every name of a setting that the schema knows, at any depth. */
export function settingNames(schema: z.ZodType): ReadonlySet<string> {
  const inner = bareSchema(schema);
  if (inner instanceof z.ZodArray) return inner.element instanceof z.ZodType ? settingNames(inner.element) : new Set();
  if (!(inner instanceof z.ZodObject)) return new Set();
  const below = Object.values(inner.shape).flatMap((part: unknown) =>
    part instanceof z.ZodType ? [...settingNames(part)] : [],
  );
  return new Set([...Object.keys(inner.shape), ...below]);
}

/** Each issue of zod as one problem, and one for each unknown setting, with the known name that is nearest. */
export function settingProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  root: TreeNode,
): readonly SettingProblem[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [problemAt(root, issue.path, issue.message)];
    const known = namesAt(schema, issue.path);
    return issue.keys.map((key) => problemAt(root, [...issue.path, key], unknownSetting(key, known)));
  });
}

/** A problem of the setting at that path, at its line, or at the line of the nearest setting above it that exists. */
export function problemAt(root: TreeNode, path: Path, message: string): SettingProblem {
  return {
    line: spotOf(root, path).line,
    text: `${settingName(path)}: ${message.includes(EXAMPLE) ? message : `${bare(message)}.`}`,
  };
}

/** `directory.activeDirectory.urls[0]`. */
function settingName(path: Path): string {
  if (path.length === 0) return 'the configuration';
  return path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : `${n === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function spotOf(root: TreeNode, path: Path): Spot {
  let spot: Spot = root;
  let node: TreeNode | undefined = root;
  for (const part of path) {
    const field: { readonly spot: Spot; readonly value: TreeNode } | null = stepInto(node, part);
    if (field === null) break;
    ({ spot, value: node } = field);
  }
  return spot;
}

function stepInto(node: TreeNode, part: PropertyKey): { readonly spot: Spot; readonly value: TreeNode } | null {
  if (node.kind === 'list') {
    const value = typeof part === 'number' ? node.items[part] : undefined;
    return value === undefined ? null : { spot: value, value };
  }
  const field = node.kind === 'fields' ? fieldOf(node, String(part)) : undefined;
  return field === undefined ? null : { spot: field, value: field.value };
}

function fieldOf(node: FieldsNode, name: string) {
  return node.fields.find((field) => field.name === name);
}

function unknownSetting(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const meant = near === null ? '' : ` Did you mean "${near}"?`;
  return `No such setting.${meant} Settings here: ${known.join(', ')}`;
}

/** Names of the settings that the schema knows at that path. */
function namesAt(schema: z.ZodType, path: Path): readonly string[] {
  const [part, ...rest] = path;
  const bare = bareSchema(schema);
  if (bare instanceof z.ZodObject) {
    if (part === undefined) return Object.keys(bare.shape);
    const inner: unknown = bare.shape[String(part)];
    return inner instanceof z.ZodType ? namesAt(inner, rest) : [];
  }
  if (bare instanceof z.ZodArray && bare.element instanceof z.ZodType) return namesAt(bare.element, rest);
  return [];
}

/** Without the wrappers that make a setting optional, give it a default, or turn its text into a value. */
function bareSchema(schema: z.ZodType): z.ZodType {
  const inner: unknown =
    schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault
      ? schema.unwrap()
      : schema instanceof z.ZodPipe
        ? schema.in
        : null;
  return inner instanceof z.ZodType ? bareSchema(inner) : schema;
}
