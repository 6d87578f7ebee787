/** One file as far as its content alone tells: typed entries and problems, in a form that can be cached by content. */
import type { Diagnostic, Holds } from '../diagnostic.ts';
import type { Kind } from '../model/document.ts';
import { FIELD_NAMES, readDocuments } from '../model/documents.ts';
import { packFieldLines, unpackFieldLines } from '../model/field-lines.ts';
import type { BrokenEntry, TypedEntry } from '../model/loaded.ts';
import type { Problem } from '../model/tree.ts';
import { readYaml } from './yaml.ts';

/**
 * Part of the key of every cached form. Raise it with any change of what the reader makes of a text, also by a new version of
 * `yaml` or `libphonenumber-js`; a test notices when that was forgotten.
 */
export const READER_VERSION = 5;

/** Mistakes shown of one file: whoever has more has one mistake made many times. */
const PROBLEMS_MAX = 50;

/** A problem without its file: the same content may stand in several. */
export interface HeldProblem extends Problem {
  readonly holds: Holds;
}

export interface TypedFile {
  readonly entries: readonly TypedEntry[];
  readonly broken: readonly BrokenEntry[];
  readonly problems: readonly HeldProblem[];
  readonly unreadable: boolean;
  /** The last line has no newline: the file may have been cut off. */
  readonly openEnd: boolean;
}

/** Reads one content as one kind, with its text. Never throws; pure. */
export function typeFile(kind: Kind, bytes: Uint8Array): { readonly file: TypedFile; readonly text: string } {
  const { text, tree, faults } = readYaml(bytes, FIELD_NAMES);
  const openEnd = !text.endsWith('\n');
  const typed = tree === null ? null : readDocuments(kind, tree);
  if (faults.length === 0 && typed !== null) {
    const unreadable = typed.problems.some((problem) => problem.holds === 'file');
    return { text, file: { ...typed, problems: inOrder(typed.problems), unreadable, openEnd } };
  }
  // The mended text serves to show every problem at once; none of its entries counts.
  const faulty = new Set(faults.map((fault) => fault.line));
  const others = typed?.problems.filter((problem) => !faulty.has(problem.line)) ?? [];
  const problems = [...faults, ...others].map((problem) => ({ ...problem, holds: 'file' as const }));
  return { text, file: { entries: [], broken: [], problems: inOrder(problems), unreadable: true, openEnd } };
}

function inOrder(problems: readonly HeldProblem[]): readonly HeldProblem[] {
  if (problems.length < 2) return problems;
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const [more] = sorted.slice(PROBLEMS_MAX);
  if (more === undefined) return sorted;
  const message = `This file has ${sorted.length - PROBLEMS_MAX} more mistakes from here on. They are shown once those above are mended.`;
  return [...sorted.slice(0, PROBLEMS_MAX), { line: more.line, column: more.column, message, holds: more.holds }];
}

/** The problems of a file as diagnostics at its path. */
export function diagnosticsAt(path: string, problems: readonly HeldProblem[]): readonly Diagnostic[] {
  return problems.map((problem) => ({ severity: 'error', file: path, ...problem }));
}

/** Compact JSON of a typed file: the kind and everything empty are left out. */
export function pack(file: TypedFile): string {
  const flags = (file.unreadable ? 1 : 0) | (file.openEnd ? 2 : 0);
  const entries = file.entries.map(
    ({ key, line, none, fields = {}, document }) =>
      [key, line, none.join(' '), document, packFieldLines(fields)] as const,
  );
  const broken = file.broken.map(({ key, line, refersTo }) =>
    refersTo === undefined ? ([key, line] as const) : ([key, line, refersTo] as const),
  );
  const faultless = broken.length === 0 && file.problems.length === 0;
  const packed: Packed = faultless ? [flags, entries] : [flags, entries, broken, file.problems];
  return JSON.stringify(packed);
}

type Packed = readonly [
  flags: number,
  entries: readonly (readonly [
    key: string,
    line: number,
    none: string,
    document: TypedEntry['document'],
    fields: string,
  ])[],
  broken?: readonly (readonly [key: string | null, line: number, refersTo?: string])[],
  problems?: readonly HeldProblem[],
];

/** What `pack` made, for the same kind. Throws SyntaxError on anything else. */
export function unpack(kind: Kind, packed: string): TypedFile {
  // Written by `pack` of the same READER_VERSION for the same kind, which the key of the cache vouches for.
  const [flags, entries, broken = [], problems = []] = JSON.parse(packed) as Packed;
  return {
    unreadable: (flags & 1) !== 0,
    openEnd: (flags & 2) !== 0,
    entries: entries.map(([key, line, none, document, packed]) => {
      const fields = unpackFieldLines(packed);
      return { kind, key, document, line, none: none === '' ? [] : none.split(' '), fields } as TypedEntry;
    }),
    broken: broken.map(([key, line, refersTo]) => ({
      kind,
      key,
      line,
      ...(refersTo === undefined ? {} : { refersTo }),
    })),
    problems,
  };
}
