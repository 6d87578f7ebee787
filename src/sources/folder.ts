/** A plain folder as a source: for trying out, for tests, and for checks before a commit. */
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../errors.ts';
import { FILE_BYTES_MAX } from './decode.ts';
import { type EntryMode, FILES_MAX, fitForReading, refuseTooMuch, type TreeEntry, tooMuch } from './paths.ts';
import { isRead } from './places.ts';
import { pauses } from './slices.ts';
import type { Snapshot, Source, SourceFile } from './source.ts';

/** Deeper than any sensible layout; keeps a loop of mounts from being walked for ever. */
const FOLDER_DEPTH_MAX = 32;

/**
 * A source over one folder. Contents are kept in memory from the snapshot on, so that files changed meanwhile do not mix with it.
 * Links are never followed, special files never opened for reading.
 */
export function folderSource(folder: string): Source {
  const where = `folder ${folder}`;
  let contents: ReadonlyMap<string, Uint8Array> = new Map();
  return {
    where,
    async snapshot(): Promise<Snapshot> {
      const kept = new Map<string, Uint8Array>();
      try {
        const entries = await read(folder, where, kept);
        const { files, rejected } = await fitForReading(entries);
        refuseTooMuch(where, files);
        contents = kept;
        return { revision: revisionOf(files), committedAt: null, files, rejected };
      } catch (error) {
        throw error instanceof MusterError ? error : unreadable(where, error);
      }
    },
    async *texts(files) {
      for (const file of files) {
        const bytes = contents.get(file.blob);
        if (bytes === undefined) throw unreadable(where, new Error(`${file.path} is not of the last snapshot`));
        yield { file, bytes };
      }
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

/**
 * Every entry under the folder; contents of those that matter go into `kept` under their ids. File by file on the spot, in slices:
 * handing each small file to a thread and back costs ten times what reading it does.
 */
async function read(folder: string, where: string, kept: Map<string, Uint8Array>): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const pause = pauses();
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > FOLDER_DEPTH_MAX) throw tooMuch(where, `Folders are nested more than ${FOLDER_DEPTH_MAX} deep.`);
    for (const item of readdirSync(join(folder, next.path), { withFileTypes: true })) {
      const turn = pause();
      if (turn !== undefined) await turn;
      const path = next.path === '' ? item.name : `${next.path}/${item.name}`;
      if (item.name === '.git') continue;
      if (item.isDirectory()) pending.push({ path, depth: next.depth + 1 });
      else
        entries.push(
          readEntry(folder, path, item.isSymbolicLink() ? 'symlink' : item.isFile() ? 'file' : 'other', kept),
        );
      if (entries.length > FILES_MAX) throw tooMuch(where, `There are more than ${FILES_MAX} files.`);
    }
  }
  return entries;
}

function readEntry(folder: string, path: string, mode: EntryMode, kept: Map<string, Uint8Array>): TreeEntry {
  if (mode !== 'file' || !isRead(path)) return { path, mode, blob: '', size: 0 };
  // O_NOFOLLOW and O_NONBLOCK: what became a link or a pipe since it was listed is neither followed nor waited for.
  const file = openSync(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (size > FILE_BYTES_MAX) return { path, mode, blob: '', size };
    const { bytes, blob } = readWhole(file, size);
    kept.set(blob, bytes);
    return { path, mode, blob, size: bytes.length };
  } finally {
    closeSync(file);
  }
}

/**
 * Whatever the file holds by now, with Git's id of it; in one go, and behind what Git puts before a content, where it is as long as it
 * was a moment ago, as nearly all are.
 */
function readWhole(file: number, size: number): { readonly bytes: Buffer; readonly blob: string } {
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
  const reason = error instanceof Error ? error.message : String(error);
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
