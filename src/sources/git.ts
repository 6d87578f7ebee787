/** A Git repository as a source: a bare mirror of one branch, fetched and read object by object, never checked out. */
import { MusterError, messageOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { blobId } from './folder.ts';
import type { GitAddress } from './git-address.ts';
import { entriesAfter, listChanges, listTree } from './git-listing.ts';
import { type Mirror, type MirrorOptions, openMirror, REF } from './git-mirror.ts';
import { firstLine, gitOutput, gitText, LOCAL_DEADLINE_MS, OFFLINE } from './git-process.ts';
import { filesAfter, fitForReading, refuseTooMuch, type TreeEntry } from './paths.ts';
import type { Blame, Snapshot, Source, SourceFile } from './source.ts';

/** Contents asked for in one process: bounds what one deadline covers. */
const CONTENTS_BATCH = 20_000;
export const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export interface GitSourceOptions extends MirrorOptions {
  /** Keep the last listing in memory, for a process that asks again and again: then only what changed since is listed. */
  readonly resident?: boolean;
}

type Stamp = Pick<Snapshot, 'revision' | 'committedAt' | 'commit'>;

/** A snapshot, and every entry of its tree, fit to be read or not. */
export interface Read {
  readonly snapshot: Snapshot;
  readonly entries: readonly TreeEntry[];
}

/** A source over one branch. The address has passed `gitSourceSchema`. */
export function gitSource(address: GitAddress, options: GitSourceOptions): Source {
  const mirror = openMirror(address, options);
  const { folder, where } = mirror;
  let last: Read | null = null;
  return {
    where,
    async snapshot(signal) {
      await mirror.fetch(signal);
      const read = await mended(mirror, () => readSnapshot(folder, where, REF, last));
      if (options.resident === true) last = read;
      return read.snapshot;
    },
    texts: (files) => contents(mirror, files),
    descends: (from, to) => descends(folder, where, from, to),
    blame: ({ file, line }, revision) => blame(folder, { file, line }, revision),
  };
}

/** What just was fetched can't be read: the mirror is fetched anew, once. */
async function mended<T>(mirror: Mirror, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    await renewAfter(mirror, error);
    return await read();
  }
}

/** Throws the error again where a new mirror is no remedy, or can't be had. */
async function renewAfter(mirror: Mirror, error: unknown): Promise<void> {
  if (!(error instanceof MusterError) || error.remedy !== 'retry') throw error;
  await mirror.renew().catch(() => {
    throw error;
  });
}

/**
 * What stands at a commit that `name` names.
 * @param folder the one in the tree that counts, as in `people/desired`; empty: all of it
 * @throws MusterError
 */
export async function readSnapshot(
  mirror: string,
  where: string,
  name: string,
  last: Read | null,
  folder = '',
): Promise<Read> {
  const { revision, ...stamp } = await stampOf(mirror, where, name);
  if (last?.snapshot.revision === revision) return last;
  const changes = last === null ? null : await listChanges(mirror, where, last.snapshot.revision, revision);
  const entries =
    last === null || changes === null
      ? await listTree(mirror, where, folder === '' ? revision : `${revision}:${folder}`)
      : entriesAfter(last.entries, changes);
  const files = last === null || changes === null ? null : filesAfter(last.snapshot.files, changes);
  const fit =
    last === null || files === null ? await fitForReading(entries) : { files, rejected: last.snapshot.rejected };
  refuseTooMuch(where, fit.files);
  return { snapshot: { revision, ...stamp, ...fit }, entries };
}

/** What a commit says of itself. */
export async function stampOf(mirror: string, where: string, name: string): Promise<Required<Stamp>> {
  const format = '--format=%H%n%ct%n%an <%ae>%n%cn <%ce>';
  const [revision = '', seconds = '', author = '', committer = ''] = (
    await local(mirror, where, ['log', '-1', format, name, '--'])
  ).split('\n');
  return { revision, committedAt: momentOf(seconds), commit: { author, committer } };
}

export async function* contents(
  mirror: Mirror,
  files: readonly SourceFile[],
): AsyncGenerator<{ readonly file: SourceFile; readonly bytes: Uint8Array }> {
  const where = `${mirror.where}, reading files`;
  let renewed = false;
  let done = 0;
  while (done < files.length) {
    try {
      for await (const content of batchOf(mirror.folder, where, files.slice(done, done + CONTENTS_BATCH))) {
        yield content;
        done += 1;
      }
    } catch (error) {
      if (renewed) throw error;
      renewed = true;
      await renewAfter(mirror, error);
    }
  }
}

/** As `contents`, of a repository that is nobody's mirror: what is missing there stays missing. */
export async function* contentsIn(
  folder: string,
  where: string,
  files: readonly SourceFile[],
): AsyncGenerator<{ readonly file: SourceFile; readonly bytes: Uint8Array }> {
  for (let start = 0; start < files.length; start += CONTENTS_BATCH) {
    yield* batchOf(folder, where, files.slice(start, start + CONTENTS_BATCH));
  }
}

/** One `cat-file --batch`: per object a header `ID blob SIZE\n`, the content, and a newline (git-cat-file(1)). */
async function* batchOf(
  mirror: string,
  where: string,
  files: readonly SourceFile[],
): AsyncGenerator<{ readonly file: SourceFile; readonly bytes: Uint8Array }> {
  const input = files.map((file) => `${file.blob}\n`).join('');
  const output = gitOutput(mirror, where, ['cat-file', '--batch', '--buffer'], input, LOCAL_DEADLINE_MS);
  let pending: Buffer = Buffer.alloc(0);
  let index = 0;
  for await (const chunk of output) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let position = 0;
    for (let file = files[index]; file !== undefined; file = files[index]) {
      const headerEnd = pending.indexOf(0x0a, position);
      if (headerEnd < 0) break;
      const start = headerEnd + 1;
      const end = start + sizeIn(pending.toString('latin1', position, headerEnd), file, where);
      if (end + 1 > pending.length) break;
      const bytes = pending.subarray(start, end);
      if (blobId(bytes, file.blob.length === 64 ? 'sha256' : 'sha1') !== file.blob) throw damaged(where, file);
      yield { file, bytes };
      position = end + 1;
      index += 1;
    }
    pending = pending.subarray(position);
  }
  const missing = files[index];
  if (missing !== undefined) throw damaged(where, missing);
}

function sizeIn(header: string, file: SourceFile, where: string): number {
  const [id, type, size] = header.split(' ');
  if (id !== file.blob || type !== 'blob' || Number(size) !== file.size) throw damaged(where, file);
  return file.size;
}

function damaged(where: string, file: SourceFile): MusterError {
  const what = `The content of ${file.path} is missing or damaged in the mirror.`;
  const next = 'It is fetched anew at the next try; if it persists, check the disk.';
  return new MusterError({ remedy: 'retry', where, what, next });
}

export async function descends(mirror: string, where: string, from: string, to: string): Promise<boolean> {
  if (from === to) return true;
  if (!COMMIT_ID.test(from) || !COMMIT_ID.test(to)) return false;
  // Counts commits that `from` has and `to` has not; an unknown commit fails, and is then no ancestor.
  const known = await local(mirror, where, ['cat-file', '-t', from]).then(
    (type) => type.trim() === 'commit',
    () => false,
  );
  if (!known) return false;
  const beyond = await local(mirror, where, ['rev-list', '--count', '--max-count=1', from, `^${to}`, '--']);
  return beyond.trim() === '0';
}

/** 9999-12-31T23:59:59Z, in seconds since 1970. */
const LAST_SECOND = 253_402_300_799;

/** Whoever commits writes the time as they like, also one that no calendar has: that counts as the last of all. */
function momentOf(seconds: string): Instant {
  return Math.min(Math.max(Number(seconds) || 0, 0), LAST_SECOND) * 1000;
}

/** `git blame --porcelain` of one line (git-blame(1)); null where the line or file is not there. */
export async function blame(
  mirror: string,
  place: { file: string; line: number },
  revision: string,
): Promise<Blame | null> {
  if (!COMMIT_ID.test(revision)) return null;
  const range = `${place.line},${place.line}`;
  const args = ['blame', '--porcelain', '-L', range, revision, '--', place.file];
  const text = await gitText(mirror, args).catch(() => null);
  if (text === null) return null;
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const at = momentOf(field('committer-time'));
  const email = field('author-mail').replace(/^<|>$/g, '');
  return { commit: text.slice(0, text.indexOf(' ')), author: field('author'), email, at, summary: field('summary') };
}

async function local(mirror: string, where: string, args: readonly string[]): Promise<string> {
  try {
    return await gitText(mirror, args, { more: OFFLINE });
  } catch (error) {
    const what = `Git failed in the mirror: ${firstLine(messageOf(error))}.`;
    throw new MusterError(
      { remedy: 'retry', where, what, next: 'If it persists, delete the mirror folder; it is fetched anew.' },
      { cause: error },
    );
  }
}
