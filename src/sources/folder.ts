/** A plain folder as a source: for trying out, for tests, and for checks before a commit. */
import { hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { MusterError, messageOf } from '../errors.ts';
import { FILE_BYTES_MAX } from './decode.ts';
import { type EntryMode, FILES_MAX, fitForReading, refuseTooMuch, type TreeEntry, tooMuch } from './paths.ts';
import { isRead } from './places.ts';
import type { SeenFiles } from './seen-files.ts';
import { pauses } from './slices.ts';
import type { Snapshot, Source, SourceFile } from './source.ts';

/** Deeper than any sensible layout; keeps a loop of mounts from being walked for ever. */
const FOLDER_DEPTH_MAX = 32;

/**
 * A source over one folder. Contents that are read are kept in memory from the snapshot on, so that files changed meanwhile do not mix
 * with it. Links are never followed, special files never opened for reading.
 * @param seen what is known of the files from earlier commands, so that only those that changed are read; null: nothing
 */
export function folderSource(folder: string, seen: SeenFiles | null = null): Source {
  const where = `folder ${folder}`;
  let contents: ReadonlyMap<string, Uint8Array> = new Map();
  return {
    where,
    async snapshot(): Promise<Snapshot> {
      const reading: Reading = { folder, seen, kept: new Map() };
      try {
        const entries = await read(reading, where);
        const { files, rejected } = await fitForReading(entries);
        refuseTooMuch(where, files);
        contents = reading.kept;
        return { revision: revisionOf(files), committedAt: null, files, rejected };
      } catch (error) {
        throw error instanceof MusterError ? error : unreadable(where, error);
      }
    },
    async *texts(files) {
      for (const file of files) yield { file, bytes: contents.get(file.blob) ?? readAgain(folder, where, file) };
    },
    descends: () => Promise.resolve(true),
    blame: () => Promise.resolve(null),
  };
}

/** Git's id of a content (gitrepository-layout: SHA-1 over `blob LENGTH\0CONTENT`), or its SHA-256 form. */
export function blobId(bytes: Uint8Array, algorithm: 'sha1' | 'sha256' = 'sha1'): string {
  return hash(algorithm, Buffer.concat([Buffer.from(headerOf(bytes.length)), bytes]));
}

function headerOf(size: number): string {
  return `blob ${size}\0`;
}

function revisionOf(files: readonly SourceFile[]): string {
  // One text, because handing over each line costs more than hashing it.
  return `folder-${hash('sha256', files.map(({ path, blob }) => `${path}\0${blob}\n`).join(''))}`;
}

interface Reading {
  readonly folder: string;
  readonly seen: SeenFiles | null;
  /** Contents by their ids. */
  readonly kept: Map<string, Uint8Array>;
}

/**
 * Every entry under the folder; contents of those that matter are kept. File by file on the spot, in slices: handing each small file
 * to a thread and back costs ten times what reading it does.
 */
async function read(reading: Reading, where: string): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const pause = pauses();
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > FOLDER_DEPTH_MAX) throw tooMuch(where, `Folders are nested more than ${FOLDER_DEPTH_MAX} deep.`);
    for (const item of readdirSync(join(reading.folder, next.path), { withFileTypes: true })) {
      const turn = pause();
      if (turn !== undefined) await turn;
      const path = next.path === '' ? item.name : `${next.path}/${item.name}`;
      if (item.name === '.git') continue;
      if (item.isDirectory()) pending.push({ path, depth: next.depth + 1 });
      else entries.push(entryAt(reading, path, item.isSymbolicLink() ? 'symlink' : item.isFile() ? 'file' : 'other'));
      if (entries.length > FILES_MAX) throw tooMuch(where, `There are more than ${FILES_MAX} files.`);
    }
  }
  return entries;
}

function entryAt(reading: Reading, path: string, mode: EntryMode): TreeEntry {
  if (mode !== 'file' || !isRead(path)) return { path, mode, blob: '', size: 0 };
  const { folder, seen, kept } = reading;
  if (seen !== null) {
    const stats = lstatSync(`${folder}/${path}`);
    const blob = seen.blobOf(path, stats);
    if (blob !== null) return { path, mode, blob, size: stats.size };
  }
  const { stats, content } = readFile(folder, path);
  if (content === null) return { path, mode, blob: '', size: stats.size };
  kept.set(content.blob, content.bytes);
  seen?.saw(path, stats, content.blob);
  return { path, mode, blob: content.blob, size: content.bytes.length };
}

/** A file of the last snapshot that needed no reading then. */
function readAgain(folder: string, where: string, { path, blob }: SourceFile): Uint8Array {
  try {
    const { content } = readFile(folder, path);
    if (content?.blob === blob) return content.bytes;
    throw new Error(`${path} was changed while the others were being read`);
  } catch (error) {
    throw unreadable(where, error);
  }
}

interface Content {
  readonly bytes: Buffer;
  readonly blob: string;
}

/** A file, and how it was before it was read. `content` is null where it is too large. */
function readFile(folder: string, path: string): { readonly stats: Stats; readonly content: Content | null } {
  // O_NOFOLLOW and O_NONBLOCK: what became a link or a pipe since it was listed is neither followed nor waited for.
  const file = openSync(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    return { stats, content: stats.size > FILE_BYTES_MAX ? null : readWhole(file, stats.size) };
  } finally {
    closeSync(file);
  }
}

/**
 * Whatever the file holds by now, with Git's id of it; in one go, and behind what Git puts before a content, where it is as long as it
 * was a moment ago, as nearly all are.
 */
function readWhole(file: number, size: number): Content {
  const header = headerOf(size);
  const end = header.length + size;
  // One byte more, to see that nothing follows.
  const room = Buffer.allocUnsafe(end + 1);
  room.write(header, 'latin1');
  if (readSync(file, room, header.length, size + 1, 0) === size) {
    return { bytes: room.subarray(header.length, end), blob: hash('sha1', room.subarray(0, end)) };
  }
  const bytes = readFileSync(file);
  return { bytes, blob: blobId(bytes) };
}

function unreadable(where: string, error: unknown): MusterError {
  const reason = messageOf(error);
  return new MusterError(
    {
      remedy: 'retry',
      where: `${where}, reading files`,
      what: `${reason}.`,
      next: 'Check that the folder is there and that Muster may read it.',
    },
    { cause: error },
  );
}
