/** A working copy of the repository that import writes into: what stands there, what would stand there, and new files. */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareText } from '../diagnostic.ts';
import { MusterError } from '../errors.ts';
import type { Loaded } from '../model/loaded.ts';
import { blobId, folderSource } from './folder.ts';
import { type LoadOptions, load } from './loader.ts';
import type { Source, SourceFile } from './source.ts';

/** Files on their way to the disk at once: more does not make it faster. */
const WRITES_AT_ONCE = 32;

export type ShelfRules = Pick<LoadOptions, 'instance' | 'phoneCountries'>;

const FORGETFUL: Pick<LoadOptions, 'blobs' | 'goodText'> = {
  blobs: { get: async () => new Map(), put: async () => undefined, text: async () => null },
  goodText: async () => null,
};

/** What stands in the folder, and these files besides. @throws MusterError where the folder can't be read. */
export function loadWith(folder: string, rules: ShelfRules, besides: ReadonlyMap<string, string>): Promise<Loaded> {
  return load({ ...rules, ...FORGETFUL, source: withFiles(folderSource(folder), besides) });
}

/** The source with more files, none of which stands in it. */
function withFiles(source: Source, besides: ReadonlyMap<string, string>): Source {
  const contents = new Map<string, Uint8Array>();
  const files = [...besides].map(([path, text]): SourceFile => {
    const bytes = Buffer.from(text);
    const blob = blobId(bytes);
    contents.set(blob, bytes);
    return { path, blob, size: bytes.length };
  });
  return {
    ...source,
    snapshot: async () => {
      const snapshot = await source.snapshot();
      return { ...snapshot, files: [...snapshot.files, ...files].sort((a, b) => compareText(a.path, b.path)) };
    },
    async *texts(wanted) {
      for (const file of wanted) {
        const bytes = contents.get(file.blob);
        if (bytes === undefined) yield* source.texts([file]);
        else yield { file, bytes };
      }
    },
  };
}

/**
 * Writes new files, each whole or not at all, and none over another.
 * @returns the paths at which something stood already
 */
export async function writeNew(folder: string, files: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  const waiting = [...files];
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [path, text] = next;
      if (!(await writeOne(join(folder, path), text))) taken.add(path);
    }
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, lane));
  return taken;
}

/** A cut-off entry may lack its end and be valid all the same: the name appears only once the whole content is there. */
async function writeOne(file: string, text: string): Promise<boolean> {
  const part = `${file}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, text);
    await link(part, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unwritable(file, error);
  } finally {
    await rm(part, { force: true });
  }
}

/** Null: there is no such file. */
export async function textAt(folder: string, path: string): Promise<string | null> {
  try {
    return await readFile(join(folder, path), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unwritable(join(folder, path), error);
  }
}

/** Puts a text in the place of a file; nothing is written where it says that already. @returns whether it was */
export async function writeOver(folder: string, path: string, text: string): Promise<boolean> {
  if ((await textAt(folder, path)) === text) return false;
  const file = join(folder, path);
  try {
    await writeFile(`${file}.part`, text);
    await rename(`${file}.part`, file);
    return true;
  } catch (error) {
    throw unwritable(file, error);
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}

function unwritable(where: string, error: unknown): MusterError {
  return new MusterError({
    remedy: 'person',
    where,
    what: `This file can't be read or written (${codeOf(error) ?? String(error)}).`,
    next: 'Check that the folder is a working copy of the repository that you may write to, and try again; what was written stays.',
  });
}
