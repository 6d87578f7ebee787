/** A located tree as the documents of one kind: one, or a list of them; each wrong one alone is left out. */
import type { Holds } from '../diagnostic.ts';
import { INSTITUTION_BLOCK_SHAPE, readInstitutionBlock, readUserBlock, USER_BLOCK_SHAPE } from './block.ts';
import { CONFIRMED_TASK_SHAPE, readConfirmedTask } from './confirmed-task.ts';
import type { Documents, Kind } from './document.ts';
import { fieldLinesOf } from './field-lines.ts';
import { type Form, openForm } from './form.ts';
import type { Shape } from './form-problems.ts';
import { readServer, SERVER_SHAPE } from './hosted-server.ts';
import { INSTITUTION_SHAPE, readInstitution } from './institution.ts';
import type { BrokenEntry, TypedEntry } from './loaded.ts';
import type { Problem, Tree, TreeNode } from './tree.ts';
import { readUser, USER_SHAPE } from './user.ts';

/** What a file of one kind says. */
export interface Typed {
  readonly entries: readonly TypedEntry[];
  readonly broken: readonly BrokenEntry[];
  readonly problems: readonly (Problem & { readonly holds: Holds })[];
}

interface KindReader<K extends Kind> {
  readonly shape: Shape;
  /** Lists of blocks and of confirmed tasks are always lists, also of one and of none. */
  readonly listOnly: boolean;
  readonly noun: string;
  read(form: Form): {
    readonly key: string | null;
    readonly document: Documents[K] | null;
    readonly refersTo?: string | null;
  };
}

const READERS: { readonly [K in Kind]: KindReader<K> } = {
  institution: { shape: INSTITUTION_SHAPE, listOnly: false, noun: 'institution', read: readInstitution },
  user: { shape: USER_SHAPE, listOnly: false, noun: 'person', read: readUser },
  'blocked-institution': { shape: INSTITUTION_BLOCK_SHAPE, listOnly: true, noun: 'block', read: readInstitutionBlock },
  'blocked-user': { shape: USER_BLOCK_SHAPE, listOnly: true, noun: 'block', read: readUserBlock },
  'mail-block': { shape: USER_BLOCK_SHAPE, listOnly: true, noun: 'mail block', read: readUserBlock },
  server: { shape: SERVER_SHAPE, listOnly: false, noun: 'hosted server', read: readServer },
  'confirmed-task': { shape: CONFIRMED_TASK_SHAPE, listOnly: true, noun: 'confirmed task', read: readConfirmedTask },
};

/** What a kind of document looks like: its fields, whether its files are always lists, and what people call one of it. */
export function formOf(kind: Kind): Pick<KindReader<Kind>, 'shape' | 'listOnly' | 'noun'> {
  return READERS[kind];
}

/** Reads every document of a tree; problems come in the order of the file. */
export function readDocuments(kind: Kind, tree: Tree): Typed {
  const entries: TypedEntry[] = [];
  const broken: BrokenEntry[] = [];
  const problems: (Problem & { holds: Holds })[] = [];
  const { listOnly } = READERS[kind];
  const { root } = tree;
  if (root === null || (root.kind === 'text' && root.style === 'empty')) {
    if (!listOnly) problems.push(nothing(kind));
    return { entries, broken, problems };
  }
  const found: Problem[] = [];
  const known = root.kind === 'fields' && root.fields.some(({ name }) => Object.hasOwn(READERS[kind].shape, name));
  if (known && listOnly) found.push(dashMissing(kind, tree, root));
  if (root.kind === 'list' && root.fault !== undefined) found.push(root.fault);
  const wholeIsWrong = found.length > 0;
  for (const node of root.kind === 'list' ? root.items : [root]) {
    const before = found.length;
    const read = readDocument(kind, tree, node, found);
    if (read.entry !== null && found.length === before && !wholeIsWrong) entries.push(read.entry);
    else
      broken.push({
        kind,
        key: read.key,
        line: node.line,
        ...(read.refersTo === null ? {} : { refersTo: read.refersTo }),
      });
  }
  problems.push(...once(found).map((problem) => ({ ...problem, holds: 'entry' as const })));
  return { entries, broken, problems };
}

function readDocument<K extends Kind>(
  kind: K,
  tree: Tree,
  node: TreeNode,
  problems: Problem[],
): { readonly key: string | null; readonly entry: TypedEntry | null; readonly refersTo: string | null } {
  const reader: KindReader<K> = READERS[kind];
  const own: Problem[] = [];
  const form = openForm(tree, node, reader.shape, own);
  const { key, document, refersTo = null } = form === null ? { key: null, document: null } : reader.read(form);
  problems.push(...own);
  if (form === null || key === null || document === null) return { key, entry: null, refersTo };
  // The reader of a kind makes that kind's document; TypeScript cannot see that through the index.
  const fields = node.kind === 'fields' ? fieldLinesOf(node) : undefined;
  const entry = { kind, key, document, line: node.line, none: form.none, fields } as TypedEntry;
  return { key, entry, refersTo };
}

/** Without what is already said of the same line: its corrected line covers both. */
function once(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length < 2) return problems;
  const said = new Set<string>();
  return problems.filter(({ line, message }) => {
    const fresh = !said.has(`${line} ${message}`);
    said.add(`${line} ${message}`);
    return fresh;
  });
}

function nothing(kind: Kind): Problem & { holds: Holds } {
  const { noun, shape } = READERS[kind];
  const lines = Object.values(shape).filter((field) => field.optional !== true);
  const message = `This file says nothing. Describe the ${noun} here.`;
  return { line: 1, column: 1, message, fix: lines[0]?.write ?? '', holds: 'file' };
}

function dashMissing(kind: Kind, tree: Tree, root: TreeNode): Problem {
  const { noun, shape } = READERS[kind];
  const line = tree.lines[root.line - 1] ?? '';
  const message = `This file is a list: each ${noun} begins with a dash, and its other lines begin two spaces further right.`;
  const isField = Object.keys(shape).some((name) => line.startsWith(`${name}:`));
  return { line: root.line, column: root.column, message, ...(isField ? { fix: `- ${line}` } : {}) };
}

/** Every field name of every kind, those inside groups included. */
export const FIELD_NAMES: ReadonlySet<string> = new Set(
  Object.values(READERS).flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, field]) => [name, ...Object.keys(field.within ?? {})]),
  ),
);

/** Names of the fields that hold their author's own words. */
export const FREE_TEXT_FIELDS: ReadonlySet<string> = new Set(
  Object.values(READERS).flatMap(({ shape }) =>
    Object.entries(shape).flatMap(([name, field]) => (field.freeText === true ? [name] : [])),
  ),
);
