/** A Git repository as a source: a bare mirror of one branch, fetched and read object by object, never checked out. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
import { MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { blobId } from './folder.ts';
import type { GitAddress } from './git-address.ts';
import { firstLine, gitEnvironment, gitOutput, writeMirrorConfig } from './git-process.ts';
import { fetchTrouble } from './git-trouble.ts';
import { type EntryMode, fitForReading, refuseTooMuch, type TreeEntry, tooMuch } from './paths.ts';
import type { Blame, Snapshot, Source, SourceFile } from './source.ts';

/** Where the fetched branch stands in the mirror, whatever it is called at its home. */
const REF = 'refs/muster/source';
/** A first fetch of a large history over a slow line; later ones take a second. */
const FETCH_DEADLINE_MS = 120_000;
/** Everything on the local disk. */
const LOCAL_DEADLINE_MS = 60_000;
/** Listing of FILES_MAX files with paths of some 200 bytes: keeps a tree that folds onto itself from filling the memory. */
const LISTING_BYTES_MAX = 64 * 1024 * 1024;
/** Contents asked for in one process: bounds what one deadline covers. */
const CONTENTS_BATCH = 20_000;
/** Files of some fifty packs: beyond that, looking objects up slows down (gc.autoPackLimit of git-config(1)). */
const PACK_FILES_MAX = 100;
const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export interface GitSourceOptions {
  /** Folder of the bare mirror, absolute; made if absent, Muster's alone, a cache: it may be deleted. */
  readonly mirror: string;
  readonly fetchDeadlineMs?: number;
}

/** A source over one branch. The address has passed `gitSourceSchema`. */
export function gitSource(address: GitAddress, options: GitSourceOptions): Source {
  const { mirror } = options;
  const where = `${address.url}, branch ${address.branch}`;
  return {
    where,
    async snapshot() {
      await openMirror(mirror, where);
      await fetchBranch(address, options, where);
      return await readSnapshot(mirror, where);
    },
    texts: (files) => contents(mirror, where, files),
    descends: (from, to) => descends(mirror, where, from, to),
    blame: ({ file, line }, revision) => blame(mirror, { file, line }, revision),
  };
}

/** Runs one short Git command on the mirror; the fixed part of the environment is explained at `gitEnvironment`. */
function git(mirror: string, signal: AbortSignal): SimpleGit {
  const environment = gitEnvironment(mirror);
  return simpleGit({
    baseDir: mirror,
    abort: signal,
    // Both only concern values that are fixed here: the empty template, and the global configuration that is /dev/null.
    allowEnvironment: Object.keys(environment),
    unsafe: { allowUnsafeTemplateDir: true, allowUnsafeConfigPaths: true },
  }).env(environment);
}

async function openMirror(mirror: string, where: string): Promise<void> {
  try {
    await writeMirrorConfig(mirror);
    // A mirror borrows no objects from elsewhere: they could vanish, or be put there by somebody else.
    await rm(join(mirror, 'objects', 'info', 'alternates'), { force: true });
    const ready = await stat(join(mirror, 'HEAD')).catch(() => null);
    if (ready === null) {
      await git(mirror, AbortSignal.timeout(LOCAL_DEADLINE_MS)).raw(['init', '--quiet', '--bare', '--template=']);
      await writeMirrorConfig(mirror);
    }
  } catch (error) {
    const what = `The mirror folder ${mirror} cannot be prepared: ${firstLine(messageOf(error))}.`;
    const next =
      'Check that the folder can be written, that the disk has room, and that git (2.39 or newer) is installed.';
    throw new MusterError({ remedy: 'person', where, what, next }, { cause: error });
  }
}

async function fetchBranch({ url, branch }: GitAddress, options: GitSourceOptions, where: string): Promise<void> {
  const deadlineMs = options.fetchDeadlineMs ?? FETCH_DEADLINE_MS;
  const signal = AbortSignal.timeout(deadlineMs);
  const refspec = `+refs/heads/${branch}:${REF}`;
  const flags = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetch = () => git(options.mirror, signal).raw(['fetch', ...flags, '--end-of-options', url, refspec]);
  try {
    await fetch().catch(async (error: unknown) => {
      if (!/\.lock': File exists/.test(messageOf(error))) throw error;
      // Left by a Git that was killed: the lease lets only one process of Muster use this mirror.
      await rm(join(options.mirror, `${REF}.lock`), { force: true });
      await fetch();
    });
  } catch (error) {
    if (signal.aborted) throw fetchTrouble(where, `not finished within ${Math.round(deadlineMs / 1000)} s`, null);
    const heads = /couldn't find remote ref/i.test(messageOf(error)) ? await branchesOf(options.mirror, url) : null;
    throw fetchTrouble(where, messageOf(error), heads);
  }
  await tidy(options.mirror);
}

/** Checked objects arrive as one pack a fetch, and pile up; a failure to tidy is no reason not to read. */
async function tidy(mirror: string): Promise<void> {
  const packs = await readdir(join(mirror, 'objects', 'pack')).catch(() => []);
  if (packs.length < PACK_FILES_MAX) return;
  const signal = AbortSignal.timeout(LOCAL_DEADLINE_MS);
  await git(mirror, signal)
    .raw(['gc', '--quiet'])
    .catch(() => undefined);
}

/** Branches that the repository has, to name them where the configured one is missing; null where they cannot be had. */
async function branchesOf(mirror: string, url: string): Promise<readonly string[] | null> {
  try {
    const args = ['ls-remote', '--heads', '--quiet', '--end-of-options', url];
    const listing = await git(mirror, AbortSignal.timeout(LOCAL_DEADLINE_MS)).raw(args);
    return [...listing.matchAll(/\trefs\/heads\/(.+)$/gm)].map((match) => match[1] ?? '');
  } catch {
    return null;
  }
}

async function readSnapshot(mirror: string, where: string): Promise<Snapshot> {
  const [revision = '', seconds = ''] = (await local(mirror, where, ['log', '-1', '--format=%H %ct', REF, '--']))
    .trim()
    .split(' ');
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', revision];
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of gitOutput(mirror, `${where}, listing files`, args, '', LOCAL_DEADLINE_MS)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LISTING_BYTES_MAX) throw tooMuch(where, 'The repository has too many files to list.');
  }
  const { files, rejected } = fitForReading(listingOf(Buffer.concat(chunks).toString('utf8')));
  refuseTooMuch(where, files);
  return { revision, committedAt: Number(seconds) * 1000, files, rejected };
}

const MODES: Readonly<Record<string, EntryMode>> = {
  '100644': 'file',
  '100755': 'file', // the executable bit means nothing here: it is data
  '120000': 'symlink',
  '160000': 'gitlink',
};

/** `MODE TYPE ID SIZE\tPATH` entries, each ended by NUL (git-ls-tree(1)); a path that is not UTF-8 holds U+FFFD, and is unfit by that. */
function listingOf(listing: string): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const entry of listing.split('\0')) {
    if (entry === '') continue;
    const tab = entry.indexOf('\t');
    const [mode = '', , blob = '', size = '0'] = entry.slice(0, tab).split(/ +/);
    entries.push({
      path: entry.slice(tab + 1),
      mode: MODES[mode] ?? 'other',
      blob,
      size: size === '-' ? 0 : Number(size),
    });
  }
  return entries;
}

async function* contents(
  mirror: string,
  where: string,
  files: readonly SourceFile[],
): AsyncGenerator<{ readonly file: SourceFile; readonly bytes: Uint8Array }> {
  for (let start = 0; start < files.length; start += CONTENTS_BATCH) {
    yield* batchOf(mirror, `${where}, reading files`, files.slice(start, start + CONTENTS_BATCH));
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
  return new MusterError({ remedy: 'person', where, what, next: 'Delete the mirror folder; it is fetched anew.' });
}

async function descends(mirror: string, where: string, from: string, to: string): Promise<boolean> {
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

/** `git blame --porcelain` of one line (git-blame(1)); null where the line or file is not there. */
async function blame(mirror: string, place: { file: string; line: number }, revision: string): Promise<Blame | null> {
  if (!COMMIT_ID.test(revision)) return null;
  const range = `${place.line},${place.line}`;
  const args = ['blame', '--porcelain', '-L', range, revision, '--', place.file];
  const text = await git(mirror, AbortSignal.timeout(LOCAL_DEADLINE_MS))
    .raw(args)
    .catch(() => null);
  if (text === null) return null;
  const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const at: Instant = Number(field('committer-time')) * 1000;
  const email = field('author-mail').replace(/^<|>$/g, '');
  return { commit: text.slice(0, text.indexOf(' ')), author: field('author'), email, at, summary: field('summary') };
}

async function local(mirror: string, where: string, args: readonly string[]): Promise<string> {
  try {
    return await git(mirror, AbortSignal.timeout(LOCAL_DEADLINE_MS)).raw([...args]);
  } catch (error) {
    const what = `Git failed in the mirror: ${firstLine(messageOf(error))}.`;
    throw new MusterError(
      { remedy: 'retry', where, what, next: 'If it persists, delete the mirror folder; it is fetched anew.' },
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
