/** The head of the audit chain in a file of its own, best on another machine: what a restored database is measured by. */
import { access, constants, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { HeadFile, KeptHead } from '../core/restored.ts';
import { codeOf, MusterError } from '../errors.ts';

const form = z.object({
  format: z.literal(1),
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
});

/** Readable by whoever backs it up: there is nothing secret in it. */
const MODE = 0o644;

/** Milliseconds that a pass waits for it: a share that hangs must not keep a block waiting. */
const PATIENCE_MS = 3_000;

export function headFileAt(path: string): HeadFile {
  const inTime = patience(path);
  return {
    place: path,
    read: () => inTime(() => read(path)),
    write: (head) => inTime(() => write(path, head)),
    checkWritable: async () => {
      try {
        await access(dirname(path), constants.W_OK | constants.X_OK);
      } catch (error) {
        throw trouble(path, `Nothing can be written in ${dirname(path)} (${codeOf(error)}).`, error);
      }
    },
  };
}

/** Gives up on what takes too long, and begins nothing more while that still hangs: each would hold a thread of this process. */
function patience(path: string): <T>(work: () => Promise<T>) => Promise<T> {
  let hanging = false;
  const silent = () => trouble(path, `${path} does not answer.`, null);
  return async (work) => {
    if (hanging) throw silent();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        hanging = true;
        reject(silent());
      }, PATIENCE_MS);
    });
    const running = work();
    const over = () => {
      hanging = false;
      clearTimeout(timer);
    };
    running.then(over, over);
    return await Promise.race([running, late]);
  };
}

async function read(path: string): Promise<KeptHead | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw trouble(path, `${path} can't be read (${codeOf(error)}).`, error);
  }
  try {
    const { seq, hash, at } = form.parse(JSON.parse(text));
    return { seq, hash, at: Date.parse(at) };
  } catch (error) {
    throw trouble(path, `${path} does not hold the head of an audit chain.`, error, NOT_A_HEAD);
  }
}

/** Beside it first, then in its place, each on the disk before the next: after a loss of power the old or the new one is there, whole. */
async function write(path: string, { seq, hash, at }: KeptHead): Promise<void> {
  const text = `${JSON.stringify({ format: 1, seq, hash, at: new Date(at).toISOString() })}\n`;
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    const file = await open(aside, 'w', MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw trouble(path, `${path} can't be written (${codeOf(error)}).`, error);
  }
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

const OUT_OF_REACH =
  'Check "audit.headFile" in the configuration, the rights of that file and its folder, and whether its disk or share is there.';
const NOT_A_HEAD =
  'Check "audit.headFile" in the configuration: it may name the wrong file. If it is the right one, find out who wrote to it, and put back a copy of what it held.';

function trouble(path: string, what: string, cause: unknown, next = OUT_OF_REACH): MusterError {
  return new MusterError({ remedy: 'retry', where: `audit head file ${path}`, what, next }, { cause });
}
