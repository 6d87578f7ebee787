/** What a mistake keeps from happening until it is mended, where there is no last good document that could go on. */
import type { Diagnostic } from '../diagnostic.ts';
import type { AnyEntry, Kind } from './document.ts';
import type { Loaded, LoadedFile } from './loaded.ts';

/** Of one entry that was never good; `key` null: not even whom it is about could be read. */
export function withoutEntry(kind: Kind, key: string | null): string {
  const target = key === null ? null : key.replace(/@[^@]*$/u, '');
  switch (kind) {
    case 'user':
      return `Until then there is no such person, and ${key === null ? 'nobody gets an account' : `\`${key}\` gets no account`} by it.`;
    case 'institution':
      return 'Until then there is no such institution, and nobody can belong to it.';
    case 'server':
      return 'Until then nothing follows from it.';
    case 'confirmed-task':
      return 'Until then it confirms nothing.';
    case 'mail-block':
      return target === null
        ? 'Until then it keeps nobody from sending mail.'
        : `Until then it does not keep \`${target}\` from sending mail.`;
    case 'blocked-user':
    case 'blocked-institution':
      return target === null ? 'Until then nobody is blocked by it.' : `Until then \`${target}\` is not blocked by it.`;
  }
}

const NEW_FILE = 'Until then nothing in this file counts.';

/** The diagnostics of the files, with the consequence of those that concern what was never good. */
export function withConsequences(loaded: Loaded, remembered: readonly AnyEntry[]): readonly Diagnostic[] {
  const faulty = loaded.files.filter(({ diagnostics }) => diagnostics.length > 0);
  if (faulty.length === 0) return [];
  const { known, inFile } = rememberedOf(faulty, remembered);
  return faulty.flatMap((file) => {
    const before = (inFile.get(file.path) ?? []).filter(({ kind }) => kind === file.kind);
    return file.diagnostics.map((diagnostic) => {
      const consequence = consequenceIn(file, diagnostic, known, before);
      return consequence === null ? diagnostic : { ...diagnostic, consequence };
    });
  });
}

/** Of a few files, among all that is remembered: which identities are known, and what was good in which file. */
function rememberedOf(files: readonly LoadedFile[], remembered: readonly AnyEntry[]) {
  const keys = new Set(files.flatMap(({ broken }) => broken.flatMap(({ key }) => key ?? [])));
  const paths = new Set(files.map(({ path }) => path));
  const concerned = remembered.filter(({ key, origin }) => keys.has(key) || paths.has(origin.file));
  return {
    known: new Set(concerned.map(({ kind, key }) => identity(kind, key))),
    inFile: Map.groupBy(concerned, ({ origin }) => origin.file),
  };
}

/** Null: what was last good goes on, or nothing stands still. */
function consequenceIn(
  file: LoadedFile,
  { severity, holds, line }: Diagnostic,
  known: ReadonlySet<string>,
  before: readonly AnyEntry[],
): string | null {
  if (severity !== 'error') return null;
  if (holds === 'file') return before.length === 0 ? NEW_FILE : null;
  if (holds !== 'entry') return null;
  const entry = entryAt(file, line);
  if (entry === null) return null;
  if (entry.key !== null) return known.has(identity(file.kind, entry.key)) ? null : withoutEntry(file.kind, entry.key);
  // It may be one that was good in this file and is missing now.
  const here = new Set([...file.entries, ...file.broken].map(({ key }) => key));
  return before.every(({ key }) => here.has(key)) ? withoutEntry(file.kind, null) : null;
}

/** The broken entry that a line belongs to: the last that begins on it or above. */
function entryAt(file: LoadedFile, line: number): { readonly key: string | null } | null {
  const first = file.broken[0] ?? null;
  const above = file.broken.filter((entry) => entry.line <= line);
  return above.at(-1) ?? first;
}

function identity(kind: Kind, key: string): string {
  return `${kind} ${key}`;
}
