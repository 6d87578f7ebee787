/** A list in one file: read whole, and replaced whole in one step, so that whoever reads it finds the old one or the new one. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { closedBefore } from '../../core/closing.ts';
import { codeOf, MusterError, type Silence } from '../../errors.ts';
import { EditQueue, type Waiting } from '../edit-queue.ts';
import type { BlockList, Edit, Listing } from './port.ts';
import { changedMeanwhile } from './standing.ts';

/** Bytes; some hundred thousand people, and far more than any site blocks. */
const SIZE_MAX = 16 * 2 ** 20;

/** Readable for the mailer, whoever it runs as. */
const MODE = 0o644;
const MODE_BITS = 0o7777;

/** Milliseconds that a pass waits for it: a share that hangs must keep nothing else waiting. */
const PATIENCE_MS = 5_000;

/** So often somebody else may write it between a reading and its replacement before that is given up. */
const ATTEMPTS_MAX = 3;

/** What one form of list makes of bytes, and bytes of it. */
export interface Form<C> {
  /** Null: there is no file. Throws MusterError where it can't be taken for such a list. */
  parse(bytes: Buffer | null): C;
  listing(content: C): Listing;
  /** The content with these edits made. */
  edited(content: C, edits: readonly Edit[]): C;
  render(content: C, revision: string): Buffer;
}

/** All connections of one adapter share one of these; that two processes do not write at once is the work of the lease. */
export class ListFile<C> {
  readonly #path: string;
  readonly #form: Form<C>;
  readonly #edits = new EditQueue<Edit>((batch) => this.#inTime(() => this.#replace(batch), 'unanswered'));
  #hanging = false;

  constructor(path: string, form: Form<C>) {
    this.#path = path;
    this.#form = form;
  }

  async read(): Promise<Listing> {
    const { bytes } = await this.#inTime(() => load(this.#path), null);
    return this.#form.listing(this.#form.parse(bytes));
  }

  /** Whoever comes first takes along all that wait by then. */
  write(edit: Edit): Promise<void> {
    return this.#edits.add(edit);
  }

  async #replace<W extends Waiting<Edit>>(batch: readonly W[]): Promise<readonly W[]> {
    // Who was refused once is told so, and must not be written after all.
    let asked = batch;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const { bytes, stats } = await load(this.#path);
      const content = this.#form.parse(bytes);
      const { listed } = this.#form.listing(content);
      const accepted = asked.filter(({ edit, reject }) => {
        const holds = listed.has(edit.key) === edit.was;
        if (!holds) reject(changedMeanwhile(this.#path, edit));
        return holds;
      });
      if (accepted.length === 0) return [];
      asked = accepted;
      const edits = accepted.map(({ edit }) => edit);
      const wanted = this.#form.render(this.#form.edited(content, edits), edits[0]?.revision ?? '');
      if (!(await replaceFile(this.#path, wanted, bytes, stats))) continue;
      const found = await load(this.#path).catch(() => null);
      if (found?.bytes?.equals(wanted) !== true) throw notAsWritten(this.#path);
      return accepted;
    }
    throw trouble(this.#path, 'Somebody else writes it all the time.', 'Stop whatever else writes it.');
  }

  /** Gives up on what takes too long, and begins nothing more while that still hangs: each would hold a thread of this process. */
  async #inTime<T>(work: () => Promise<T>, silence: Silence | null): Promise<T> {
    if (this.#hanging) throw silent(this.#path, null);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.#hanging = true;
        reject(silent(this.#path, silence));
      }, PATIENCE_MS);
    });
    const running = work();
    const over = () => {
      this.#hanging = false;
      clearTimeout(timer);
    };
    running.then(over, over);
    return await Promise.race([running, late]);
  }
}

/** A connection to such a file, or to what is read and written like one, called `server` in messages. */
export async function listIn(
  file: Pick<BlockList, 'read' | 'write'>,
  server: string,
  clock: () => number,
): Promise<BlockList> {
  let isOpen = true;
  const whileOpen = <T>(work: () => Promise<T>): Promise<T> => (isOpen ? work() : Promise.reject(closedBefore(server)));
  await file.read();
  return {
    server,
    now: async () => clock(),
    read: () => whileOpen(() => file.read()),
    write: (edit) => whileOpen(() => file.write(edit)),
    close: async () => {
      isOpen = false;
    },
  };
}

interface Loaded {
  /** Null: there is no file. */
  readonly bytes: Buffer | null;
  readonly stats: Stats | null;
}

async function load(path: string): Promise<Loaded> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw trouble(path, `It can't be looked at (${codeOf(error)}).`, RIGHTS, error);
  });
  if (stats === null) return { bytes: null, stats };
  if (!stats.isFile()) throw noFile(path, stats);
  try {
    // Whatever took its place meanwhile is neither followed nor waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return { bytes: await whole(file, path), stats };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw trouble(path, `It can't be read (${codeOf(error)}).`, RIGHTS, error);
  }
}

async function whole(file: FileHandle, path: string): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > SIZE_MAX) throw trouble(path, `It has ${size} bytes, and no such list has.`, 'Look at what is in it.');
  return await file.readFile();
}

/** False, with nothing replaced, where the file is no longer as it was read. */
async function replaceFile(path: string, bytes: Buffer, read: Buffer | null, stats: Stats | null): Promise<boolean> {
  const aside = asideOf(path);
  try {
    // What an interrupted run left may have other rights.
    await rm(aside, { force: true });
    const file = await open(aside, 'wx', MODE);
    try {
      await file.writeFile(bytes);
      await file.chmod(stats === null ? MODE : stats.mode & MODE_BITS);
      const { uid, gid } = await file.stat();
      if (stats !== null && stats.gid !== gid) await file.chown(uid, stats.gid);
      await file.sync();
    } finally {
      await file.close();
    }
    const { bytes: now } = await load(path);
    if (!isSame(now, read)) return false;
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    if (error instanceof MusterError) throw error;
    throw trouble(path, `It can't be replaced (${codeOf(error)}), and is as it was.`, RIGHTS, error);
  }
  await syncFolder(dirname(path));
  return true;
}

/** In the same folder, and so on the same disk: only there a name can be given to another file in one step. */
export function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.muster`);
}

function isSame(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** Not every file system knows how (a share may refuse); the name is then as safe as that system makes it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

const RIGHTS =
  'Check its path in the configuration, the rights of its folder, and whether its disk is there and has room.';

function noFile(path: string, stats: Stats): MusterError {
  const what = stats.isSymbolicLink()
    ? 'It is a symbolic link, which a replacement would take away.'
    : 'It is no ordinary file.';
  return trouble(path, what, 'Name the file itself in the configuration.');
}

function notAsWritten(path: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: path,
    what: 'It did not read back as it was written.',
    next: 'Stop whatever else writes it, then sync again.',
    silence: 'unanswered',
  });
}

function silent(path: string, silence: Silence | null): MusterError {
  const what = 'The file does not answer.';
  const next = 'Look at the disk or share that it lies on.';
  return new MusterError({ remedy: 'retry', where: path, what, next, ...(silence === null ? {} : { silence }) });
}

function trouble(path: string, what: string, next: string, cause?: unknown): MusterError {
  return new MusterError({ remedy: 'person', where: path, what, next }, { cause });
}
