/** Which entries of a tree are fit to be read: regular files with plain, unambiguous paths; all others are named and left alone. */
import { byPlace, compareText, type Diagnostic } from '../diagnostic.ts';
import { MusterError } from '../errors.ts';
import { fold } from '../model/document.ts';
import { codePoint } from '../model/wording.ts';
import { isMeantToBeRead, isRead } from './places.ts';
import { pauses } from './slices.ts';
import type { SourceFile } from './source.ts';

/** Three times the largest population that Muster is measured with; more is a mistake or an attack. */
export const FILES_MAX = 300_000;
/** 1.7 kB for each of that many files: entries are a tenth of it. */
export const TOTAL_BYTES_MAX = 512 * 1024 * 1024;
/** Longer paths than any file system of an editor takes; also bounds what a path can do to a log. */
const PATH_MAX = 1_024;

/** How an entry is kept; the names are Git's octal modes put into words. */
export type EntryMode = 'file' | 'symlink' | 'gitlink' | 'other';

export interface TreeEntry extends SourceFile {
  readonly mode: EntryMode;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNFIT_CHARACTER = /[\0-\x1f\x7f-\x9f\\\ufffd\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** Paths that are fit, and their own folded form: nearly all. */
const PLAIN = /^[a-z0-9_][a-z0-9_.@-]*(?:\/[a-z0-9_][a-z0-9_.@-]*)*$/;

/**
 * Splits the entries of a tree into files fit to be read, in the order of their paths, and diagnostics for the rest, in the order
 * of their places. The order of the entries does not matter.
 */
export async function fitForReading(entries: readonly TreeEntry[]): Promise<{
  readonly files: readonly SourceFile[];
  readonly rejected: readonly Diagnostic[];
}> {
  const pause = pauses();
  const rejected: Diagnostic[] = [];
  const plain: TreeEntry[] = [];
  /** Only the others by their folded names: a plain one has a twin only among them. */
  const byName = new Map<string, TreeEntry[]>();
  for (const entry of entries) {
    const turn = pause();
    if (turn !== undefined) await turn;
    const { path } = entry;
    if (entry.mode === 'file' && path.length <= PATH_MAX && PLAIN.test(path)) {
      plain.push(entry);
      continue;
    }
    const unfit = unfitBecause(entry);
    if (unfit === null) addTo(byName, fold(path), entry);
    else rejected.push(reject(path, unfit));
  }
  const files = byName.size === 0 ? plain : plain.filter((entry) => !byName.get(entry.path)?.push(entry));
  for (const twins of byName.values()) {
    const [first, second] = twins.sort(byPath);
    if (first !== undefined && second === undefined) files.push(first);
    else rejected.push(...twins.map((twin) => reject(twin.path, twinOf(twin, twins))));
  }
  return { files: files.sort(byPath), rejected: rejected.sort(byPlace) };
}

/**
 * What `fitForReading` makes of a tree of which some files were replaced by files in their places. Null where that is not all: then
 * other entries may have become fit or unfit, too.
 * @param files those fit to be read before, in the order of their paths
 * @param changes what stands now at each path that differs; null: nothing
 */
export function filesAfter(
  files: readonly SourceFile[],
  changes: ReadonlyMap<string, TreeEntry | null>,
): readonly SourceFile[] | null {
  const after = [...files];
  for (const [path, entry] of changes) {
    const place = placeOf(path, files);
    // Whether a path is fit depends on paths and modes alone, and a regular file was here before.
    if (place === null || entry?.mode !== 'file') return null;
    after[place] = entry;
  }
  return after;
}

/** Where a path stands among others in their order; null: nowhere. */
export function placeOf(path: string, items: readonly { readonly path: string }[]): number | null {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(items[middle]?.path ?? '', path) < 0) low = middle + 1;
    else high = middle;
  }
  return items[low]?.path === path ? low : null;
}

function addTo(groups: Map<string, TreeEntry[]>, name: string, entry: TreeEntry): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [entry]);
  else group.push(entry);
}

function byPath(a: TreeEntry, b: TreeEntry): number {
  return compareText(a.path, b.path);
}

/** Why an entry is not read, as one or two sentences; null: it is. */
function unfitBecause({ path, mode }: TreeEntry): string | null {
  if (path.length > PATH_MAX) return `The path of this file is longer than ${PATH_MAX} characters.`;
  const odd = UNFIT_CHARACTER.exec(path)?.[0];
  if (odd !== undefined)
    return `The name of this file holds a character that no name may hold (${codePoint(odd)}). Rename it.`;
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.' || part === ''))
    return 'The path of this file leads out of its folder.';
  if (parts.some((part) => part.startsWith('-')))
    return 'The name of this file or its folder begins with a hyphen. Rename it.';
  if (parts.some((part) => part !== part.trim()))
    return 'The name of this file or its folder begins or ends with a space. Rename it.';
  if (mode === 'symlink') return 'This is a symbolic link, and links are not followed. Put the file itself here.';
  if (mode === 'gitlink')
    return 'This is no file, but a reference to another repository (a submodule), which is not read.';
  return mode === 'other' ? 'This is not a regular file, so it is not read.' : null;
}

function twinOf(entry: TreeEntry, twins: readonly TreeEntry[]): string {
  const others = twins.filter((twin) => twin !== entry).map((twin) => `\`${twin.path}\``);
  const same = 'differ only in upper and lower case, or in how an accent is stored, so neither is read';
  return `This file and ${others.join(', ')} ${same}. Rename or delete one.`;
}

function reject(path: string, message: string): Diagnostic {
  const holds = isMeantToBeRead(path);
  return {
    file: printable(path),
    line: 1,
    severity: holds ? 'error' : 'warning',
    message,
    holds: holds ? 'file' : 'nothing',
  };
}

/** A path as it may be printed: what cannot be seen is named, what is long is cut. */
export function printable(path: string): string {
  const seen = path.replace(new RegExp(UNFIT_CHARACTER, 'g'), (character) => `<${codePoint(character)}>`);
  return seen.length <= PATH_MAX ? seen : `${seen.slice(0, PATH_MAX)}…`;
}

/** Throws MusterError when there is more than Muster reads. */
export function refuseTooMuch(where: string, files: readonly SourceFile[]): void {
  // Nearly every repository is so small that it need not be told which of its files are read.
  if (files.length <= FILES_MAX && bytesOf(files) <= TOTAL_BYTES_MAX) return;
  const read = files.filter((file) => isRead(file.path));
  const bytes = bytesOf(read);
  if (read.length > FILES_MAX) throw tooMuch(where, `There are more than ${FILES_MAX} files of entries.`);
  if (bytes > TOTAL_BYTES_MAX) throw tooMuch(where, `The files of entries hold more than ${TOTAL_BYTES_MAX} bytes.`);
}

function bytesOf(files: readonly SourceFile[]): number {
  let bytes = 0;
  for (const { size } of files) bytes += size;
  return bytes;
}

export function tooMuch(where: string, what: string): MusterError {
  const next = 'Look at what the newest commits brought in, and take out what does not belong there.';
  return new MusterError({ remedy: 'person', where, what, next });
}
