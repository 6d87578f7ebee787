/** A working copy of the repository that import writes into: what stands there, what would stand there, and new files. */
import { constants } from 'node:fs';
import { link, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareText } from '../diagnostic.ts';
import { codeOf, MusterError } from '../errors.ts';
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

/** What would stand in the folder with these files, in the place of what stands at their paths. @throws MusterError where the folder can't be read. */
export function loadWith(folder: string, rules: ShelfRules, besides: ReadonlyMap<string, string>): Promise<Loaded> {
  return load({ ...rules, ...FORGETFUL, source: withFiles(folderSource(folder), besides) });
}

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
      const kept = snapshot.files.filter(({ path }) => !besides.has(path));
      return { ...snapshot, files: [...kept, ...files].sort((a, b) => compareText(a.path, b.path)) };
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
  const folders = new Set([...files.keys()].map((path) => dirname(path)));
  for (const path of folders) await makeFolder(folder, path);
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [path, text] = next;
      if (!(await writeOne(join(folder, path), text))) taken.add(path);
    }
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, lane));
  return taken;
}

/** Makes it and those above it. A link in the working copy may come from anybody who can propose a change, and lead anywhere. */
async function makeFolder(folder: string, path: string): Promise<void> {
  let at = folder;
  for (const name of path.split('/')) {
    at = join(at, name);
    try {
      await mkdir(at);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(at, error);
      await refuseLink(at);
    }
  }
}

async function refuseLink(at: string): Promise<void> {
  if ((await lstat(at)).isSymbolicLink()) throw isLink(at);
}

/** A new file: what an import that was cut off left at that name is taken away, be it a link, and nothing is written through it. */
async function writePart(part: string, text: string): Promise<void> {
  await rm(part, { force: true });
  await writeFile(part, text, { flag: 'wx' });
}

/** A cut-off entry may lack its end and be valid all the same: the name appears only once the whole content is there. */
async function writeOne(file: string, text: string): Promise<boolean> {
  const part = `${file}.part`;
  try {
    await writePart(part, text);
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
    return await readFile(join(folder, path), { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    if (codeOf(error) === 'ELOOP') throw isLink(join(folder, path));
    throw unwritable(join(folder, path), error);
  }
}

/** Puts a text in the place of a file; nothing is written where it says that already. */
export async function writeOver(folder: string, path: string, text: string): Promise<void> {
  if ((await textAt(folder, path)) === text) return;
  const file = join(folder, path);
  try {
    await writePart(`${file}.part`, text);
    await rename(`${file}.part`, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function isLink(where: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where,
    what: 'This is a link, and import writes nothing through a link: it may lead out of the repository.',
    next: 'Put a folder or a file in its place, and import again; what was written stays.',
  });
}

function unwritable(where: string, error: unknown): MusterError {
  return new MusterError({
    remedy: 'person',
    where,
    what: `This file can't be read or written (${codeOf(error)}).`,
    next: 'Check that the folder is a working copy of the repository that you may write to, and try again; what was written stays.',
  });
}
