/** The one file behind an embedded directory: a header, then a line for each write; durable before a write resolves. */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, MusterError } from '../../../errors.ts';
import { EditQueue, type Waiting } from '../../edit-queue.ts';
import { Contents, type Header, type Line, parseHeader, parseLine, type Stored } from './contents.ts';

/** Lines that say nothing any more may be twice the accounts, and this many on top, before the file is written anew. */
const STALE_LINES_MAX = 1000;
const PRIVATE = 0o600;
/** Older kernels tell times of change by the tick only (10 ms at the longest): two edits within one may look like one. */
const TICK_MS = 20;

/** What one write does to the accounts as they stand; throws to refuse. */
export type Edit = (contents: Contents) => readonly Put[];
export type Put = { readonly put: Stored } | { readonly gone: string };

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
  /** Which file was read and in which version, how far, and how many lines that were. */
  #version = '';
  /** Whether any later edit is bound to show as another version. */
  #settled = false;
  #offset = 0;
  #lines = 0;
  readonly #edits = new EditQueue<Edit>((batch) => this.#make(batch));

  constructor(path: string) {
    this.path = path;
  }

  /** The accounts as the file has them now. @throws MusterError (`person`) where it is missing or damaged. */
  read(): Promise<Contents> {
    return this.#edits.inTurn(() => this.#refresh());
  }

  /** Makes one write: all that `edit` gives, or, when it throws, nothing. Resolves when it is on the disk. */
  write(edit: Edit): Promise<void> {
    return this.#edits.add(edit);
  }

  async #make<W extends Waiting<Edit>>(batch: readonly W[]): Promise<readonly W[]> {
    try {
      let asked = batch;
      for (let written = false; !written; ) {
        const contents = await this.#refresh();
        const accepted: W[] = [];
        const lines: Line[] = [];
        for (const waiting of asked) {
          const made = attempt(waiting, contents);
          if (made === null) continue;
          accepted.push(waiting);
          lines.push(...made);
        }
        written = lines.length === 0 || (await this.#append(contents, lines));
        // Somebody edited the file since it was read: everything is judged anew by what is there now.
        if (!written) this.#contents = null;
        asked = accepted;
      }
      return asked;
    } catch (error) {
      // Memory may be ahead of the disk now: the next turn reads the file again.
      this.#contents = null;
      throw error;
    }
  }

  /** False, with nothing written, where the file is no longer as it was read. */
  async #append(contents: Contents, lines: readonly Line[]): Promise<boolean> {
    const file = await open(this.path, constants.O_WRONLY | constants.O_APPEND);
    try {
      const before = await file.stat({ bigint: true });
      if (versionOf(before) !== this.#version) return false;
      this.#lines += lines.length;
      const stale = this.#lines > 3 * contents.size + STALE_LINES_MAX;
      // Bytes behind the last whole line are what a crash left of a write that nobody was told of.
      if (Number(before.size) > this.#offset || stale) return await this.#rewrite(contents);
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await file.writeFile(bytes);
      this.#settled = await stampExactly(file);
      await file.sync();
      const after = await file.stat({ bigint: true });
      this.#offset += bytes.length;
      // An edit of the last moment is read next time.
      this.#version = Number(after.size) === this.#offset ? versionOf(after) : '';
      return true;
    } finally {
      await file.close();
    }
  }

  /** The whole content into a new file that takes the place of the old one in one step; false where that has changed meanwhile. */
  async #rewrite(contents: Contents): Promise<boolean> {
    const temporary = `${this.path}.new`;
    const lines = [...contents.all()].map(({ stored }) => JSON.stringify({ usn: contents.usn, put: stored }));
    const text = `${[JSON.stringify(contents.header), ...lines].join('\n')}\n`;
    // What an interrupted rewrite left may have other rights than the ones asked for here.
    await rm(temporary, { force: true });
    await finish(await open(temporary, 'wx', PRIVATE), text);
    if (versionOf(await stat(this.path, { bigint: true })) !== this.#version) return false;
    await rename(temporary, this.path);
    const folder = await open(dirname(this.path));
    await folder.sync();
    await folder.close();
    this.#contents = null;
    return true;
  }

  async #refresh(): Promise<Contents> {
    const file = await openForReading(this.path);
    try {
      const found = await file.stat({ bigint: true });
      const version = versionOf(found);
      if (this.#contents !== null && this.#settled && version === this.#version) return this.#contents;
      // A longer file may have been edited in its midst as well: only the whole of it tells.
      const bytes = await readAll(file, Number(found.size));
      const whole = bytes.lastIndexOf('\n') + 1;
      const contents = this.#understand(bytes.toString('utf8', 0, whole).split('\n').slice(0, -1));
      this.#contents = contents;
      this.#version = version;
      this.#settled = Date.now() - Number(found.mtimeMs) > TICK_MS;
      this.#offset = whole;
      return contents;
    } finally {
      await file.close();
    }
  }

  #understand(texts: readonly string[]): Contents {
    let contents: Contents | null = null;
    this.#lines = 0;
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
function attempt(waiting: Waiting<Edit>, contents: Contents): readonly Line[] | null {
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
    const code = codeOf(error);
    if (code !== 'ENOENT') {
      const next = 'Give the file to the user that Muster runs as, or correct `file` in the configuration.';
      throw problem(path, `The file can't be read (${code}).`, next, error);
    }
    const start = `echo '{"format":1,"units":["OU=Researchers,DC=example,DC=org"]}' > ${path}`;
    const next = `Correct \`file\` in the configuration, or make an empty directory with these units:\n(umask 077; ${start})`;
    throw problem(path, 'There is no such file.', next, error);
  }
}

/** Inode numbers are used again, which the time of birth tells; an edit in place may keep the size, which the times of change tell. */
function versionOf({ ino, birthtimeNs, mtimeNs, ctimeNs, size }: BigIntStats): string {
  return [ino, birthtimeNs, mtimeNs, ctimeNs, size].join(' ');
}

/**
 * Gives the file a time of change between two ticks, which no edit within the same tick comes to have. False where that is
 * not allowed: the file is another user's.
 */
async function stampExactly(file: FileHandle): Promise<boolean> {
  const now = (performance.timeOrigin + performance.now()) / 1000;
  return await file.utimes(now, now).then(
    () => true,
    () => false,
  );
}

async function readAll(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
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
