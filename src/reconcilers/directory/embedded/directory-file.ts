/** The one file behind an embedded directory: a header, then a line for each write; durable before a write resolves. */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MusterError } from '../../../errors.ts';
import { Contents, type Header, type Line, parseHeader, parseLine, type Stored } from './contents.ts';

/** Lines that say nothing any more may be twice the accounts, and this many on top, before the file is written anew. */
const STALE_LINES_MAX = 1000;
const PRIVATE = 0o600;

/** What one write does to the accounts as they stand; throws to refuse. */
export type Edit = (contents: Contents) => readonly Put[];
export type Put = { readonly put: Stored } | { readonly gone: string };

interface Waiting {
  readonly edit: Edit;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a new directory with these organisational units (DNs). @throws MusterError (`person`) where the file exists. */
export async function createEmbeddedDirectory(path: string, units: readonly string[]): Promise<void> {
  const header: Header = { format: 1, units: [...units] };
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, PRIVATE);
    await finish(file, `${JSON.stringify(header)}\n`);
  } catch (error) {
    throw problem(path, 'The file can’t be made, or exists already.', 'Choose another place, or remove it.', error);
  }
}

/**
 * Reads and writes one file. Writes of one process wait for each other, and those that wait together reach the disk
 * together; what another process appended is seen before each reading and each write. That two processes do not write
 * at the same moment is the work of the lease, as it is for every directory.
 */
export class DirectoryFile {
  readonly path: string;
  #contents: Contents | null = null;
  /** Which file was read, how far, and how many lines that were. */
  #identity = '';
  #offset = 0;
  #lines = 0;
  readonly #waiting: Waiting[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** The accounts as the file has them now. @throws MusterError (`person`) where it is missing or damaged. */
  read(): Promise<Contents> {
    return this.#inTurn(() => this.#refresh());
  }

  /** Makes one write: all that `edit` gives, or, when it throws, nothing. Resolves when it is on the disk. */
  async write(edit: Edit): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ edit, resolve, reject }));
    // Whoever comes first takes the others along; the later turns find nothing left to do. Both are awaited from the start: a
    // refusal comes while the turn of somebody else goes on, and must find someone who listens.
    await Promise.all([done, this.#inTurn(() => this.#flush())]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0);
    if (batch.length === 0) return;
    const accepted: Waiting[] = [];
    try {
      const contents = await this.#refresh();
      const lines: Line[] = [];
      for (const waiting of batch) {
        const made = attempt(waiting, contents);
        if (made === null) continue;
        accepted.push(waiting);
        lines.push(...made);
      }
      if (lines.length > 0) await this.#append(contents, lines);
      for (const { resolve } of accepted) resolve();
    } catch (error) {
      // Memory may be ahead of the disk now: the next turn reads the file again.
      this.#contents = null;
      for (const { reject } of batch) reject(error);
    }
  }

  async #append(contents: Contents, lines: readonly Line[]): Promise<void> {
    this.#lines += lines.length;
    const file = await open(this.path, constants.O_WRONLY | constants.O_APPEND);
    const { size } = await file.stat();
    const stale = this.#lines > 3 * contents.size + STALE_LINES_MAX;
    // Bytes behind the last whole line are what a crash left of a write that nobody was told of.
    if (size > this.#offset || stale) {
      await file.close();
      return this.#rewrite(contents);
    }
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await finish(file, bytes);
    this.#offset += bytes.length;
  }

  /** The whole content into a new file that takes the place of the old one in one step. */
  async #rewrite(contents: Contents): Promise<void> {
    const temporary = `${this.path}.new`;
    const lines = [...contents.all()].map(({ stored }) => JSON.stringify({ usn: contents.usn, put: stored }));
    const text = `${[JSON.stringify(contents.header), ...lines].join('\n')}\n`;
    // What an interrupted rewrite left may have other rights than the ones asked for here.
    await rm(temporary, { force: true });
    await finish(await open(temporary, 'wx', PRIVATE), text);
    await rename(temporary, this.path);
    const folder = await open(dirname(this.path));
    await folder.sync();
    await folder.close();
    this.#contents = null;
  }

  async #refresh(): Promise<Contents> {
    const file = await openForReading(this.path);
    try {
      const { ino, birthtimeNs, size } = await file.stat({ bigint: true });
      // Inode numbers are used again; the time of birth tells two files with the same one apart.
      const identity = `${ino} ${birthtimeNs}`;
      const known = identity === this.#identity && Number(size) >= this.#offset ? this.#contents : null;
      if (known !== null && Number(size) === this.#offset) return known;
      const from = known === null ? 0 : this.#offset;
      const bytes = await readFrom(file, from, Number(size));
      const whole = bytes.lastIndexOf('\n') + 1;
      const texts = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
      if (known === null) this.#lines = 0;
      const contents = this.#understand(texts, known);
      this.#contents = contents;
      this.#identity = identity;
      this.#offset = from + whole;
      return contents;
    } finally {
      await file.close();
    }
  }

  #understand(texts: readonly string[], known: Contents | null): Contents {
    let contents = known;
    for (const text of texts) {
      try {
        if (contents === null) contents = new Contents(parseHeader(text));
        else contents.apply(parseLine(text));
      } catch (error) {
        const at = `Line ${this.#lines + 1} of the file is damaged.`;
        throw problem(this.path, at, 'Restore the file, or make a new one.', error);
      }
      this.#lines += 1;
    }
    if (contents !== null) return contents;
    throw problem(
      this.path,
      'The file is empty.',
      'Write a first line like {"format":1,"units":["OU=Researchers,DC=example,DC=org"]}.',
    );
  }
}

/** Runs one edit against memory; a refusal reaches only the one who asked. */
function attempt(waiting: Waiting, contents: Contents): readonly Line[] | null {
  try {
    const lines = waiting.edit(contents).map((put): Line => ({ usn: contents.usn + 1, ...put }));
    for (const line of lines) contents.apply(line);
    return lines;
  } catch (error) {
    waiting.reject(error);
    return null;
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code !== 'ENOENT') {
      const next = 'Give the file to the user that Muster runs as, or correct `file` in the configuration.';
      throw problem(path, `The file can't be read (${code}).`, next, error);
    }
    const start = `echo '{"format":1,"units":["OU=Researchers,DC=example,DC=org"]}' > ${path}`;
    const next = `Correct \`file\` in the configuration, or make an empty directory with these units:\n(umask 077; ${start})`;
    throw problem(path, 'There is no such file.', next, error);
  }
}

async function readFrom(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function finish(file: FileHandle, content: string | Buffer): Promise<void> {
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function problem(path: string, what: string, next: string, cause?: unknown): MusterError {
  return new MusterError({ remedy: 'person', where: `embedded directory ${path}`, what, next }, { cause });
}
