/** Which kind of document stands where, and what to say of a file that stands where nothing is read. */
import type { Diagnostic } from '../diagnostic.ts';
import type { Kind } from '../model/document.ts';
import { MUSTER_FILE } from '../model/muster-file.ts';
import { nearest } from '../model/nearest.ts';

const FOLDERS: ReadonlyMap<string, Kind> = new Map([
  ['institutions', 'institution'],
  ['users', 'user'],
  ['servers', 'server'],
]);
const FILES: ReadonlyMap<string, Kind> = new Map([
  ['blocked-institutions.yaml', 'blocked-institution'],
  ['blocked-users.yaml', 'blocked-user'],
  ['mail-blocks.yaml', 'mail-block'],
  ['confirmed-tasks.yaml', 'confirmed-task'],
]);
const KNOWN_FILES = [...FILES.keys(), MUSTER_FILE];
/** Files that people keep beside the entries: explanations, and place holders of empty folders. */
const COMPANION = /^(?:readme|license|codeowners|contributing)(?:\.[a-z]+)?$|\.md$/i;

/** Files out of place that are named one by one, for each folder at the top. */
const STRAYS_SHOWN = 5;

/** The kind of document that a path holds; null: not a file of entries. */
export function kindAt(path: string): Kind | null {
  const slash = path.indexOf('/');
  if (slash < 0) return FILES.get(path) ?? null;
  if (!path.endsWith('.yaml') || path.startsWith('.') || path.includes('/.')) return null;
  return FOLDERS.get(path.slice(0, slash)) ?? null;
}

/** Where documents of a kind stand, as patterns for editors. */
export function placesOf(kind: Kind | 'muster'): readonly string[] {
  const isOf = ([, one]: readonly [string, Kind]) => one === kind;
  const folders = [...FOLDERS].filter(isOf).map(([folder]) => `${folder}/**/*.yaml`);
  const files = [...FILES].filter(isOf).map(([file]) => file);
  return kind === 'muster' ? [MUSTER_FILE] : [...folders, ...files];
}

/** Whether a file at this path is read. */
export function isRead(path: string): boolean {
  return path === MUSTER_FILE || kindAt(path) !== null;
}

/** Whether somebody who puts something at this path, of whatever sort, means it to be read. */
export function isMeantToBeRead(path: string): boolean {
  return isRead(path) || FOLDERS.has(path.split('/', 1)[0] ?? '');
}

/** What to say of a file that is not read although somebody may have meant it to be; null: nothing. */
function strayAt(path: string): Diagnostic | null {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const folder = parts.length > 1 ? (parts[0] ?? '') : null;
  if (name.startsWith('.') || folder?.startsWith('.') === true || COMPANION.test(name)) return null;
  const yaml = /\.ya?ml$/i.test(name);
  if (folder !== null && FOLDERS.has(folder)) return inKnownFolder(path, name, yaml);
  if (!yaml) return null;
  const near = folder === null ? nearest(name.replace(/\.yml$/i, '.yaml'), KNOWN_FILES) : nearestFolder(folder);
  if (near !== null) {
    const meant = folder === null ? near : [near, ...parts.slice(1)].join('/');
    return stray(path, 'error', `This file is not read, because of its name. Rename it to \`${meant}\`.`);
  }
  const places =
    'People stand under `users/`, institutions under `institutions/`, hosted servers under `servers/`, blocks in the three block lists at the top.';
  return stray(path, 'warning', `This file is not read: its place has no meaning here. ${places}`);
}

/** What to say of many such files: a folder that was renamed is one mistake, not one for each file in it. */
export function straysIn(paths: readonly string[]): readonly Diagnostic[] {
  const said: Diagnostic[] = [];
  const byFolder = Map.groupBy(paths, (path) => path.slice(0, path.indexOf('/') + 1));
  for (const [folder, inside] of byFolder) {
    const strays = inside.map(strayAt).filter((one) => one !== null);
    said.push(...strays.slice(0, STRAYS_SHOWN));
    const [more] = strays.slice(STRAYS_SHOWN);
    if (more === undefined) continue;
    const where = folder === '' ? 'at the top' : `under \`${folder}\``;
    const message = `${strays.length - STRAYS_SHOWN} more files ${where} are not read, for reasons like those above.`;
    said.push(stray(more.file, more.severity, message));
  }
  return said;
}

function inKnownFolder(path: string, name: string, yaml: boolean): Diagnostic {
  if (path.split('/').some((part) => part.startsWith('.'))) {
    return stray(
      path,
      'error',
      'This file is not read, because a folder on its path begins with a dot. Rename the folder.',
    );
  }
  const better = name.replace(/\.(?:ya?ml)(?:\.txt)?$/i, '').concat('.yaml');
  if (yaml || /\.ya?ml\.txt$/i.test(name)) {
    return stray(
      path,
      'error',
      `This file is not read, because its name does not end in \`.yaml\`. Rename it to \`${better}\`.`,
    );
  }
  return stray(path, 'warning', 'This file is not read, because its name does not end in `.yaml`.');
}

function nearestFolder(folder: string): string | null {
  return nearest(folder, FOLDERS.keys());
}

function stray(file: string, severity: 'error' | 'warning', message: string): Diagnostic {
  return { file, line: 1, severity, message, holds: severity === 'error' ? 'file' : 'nothing' };
}
