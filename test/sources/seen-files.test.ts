/** What was seen of a work tree before: files that nothing touched are not read again, and any touch is noticed. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blobId, folderSource } from '../../src/sources/folder.ts';
import { workTreeAt } from '../../src/sources/git-revision.ts';
import { seenFiles } from '../../src/sources/seen-files.ts';
import { all, inFolder, MUSTER_YAML, writeFiles } from './loading.ts';
import { userYaml } from './real-git.ts';

const PATH = 'users/a.yaml';
const BEFORE = userYaml('a');
/** As long as the other. */
const AFTER = userYaml('b');
/** The id of no content here: whoever is told it did not read the file. */
const PLANTED = '0'.repeat(40);
const idOf = (text: string) => blobId(Buffer.from(text));
/** By then, nobody has touched anything for an hour. */
const later = () => Date.now() + 3_600_000;

/** Looks at the folder, as one command does, and gives the id of the one file. */
async function look(folder: string, clock?: () => number): Promise<string | undefined> {
  const seen = await seenFiles(join(folder, '.git'), clock);
  const { files } = await folderSource(folder, seen).snapshot();
  await seen.save();
  return files.find(({ path }) => path === PATH)?.blob;
}

/** Keeps a false id for the file, as it lies there now. */
async function plant(folder: string, clock?: () => number): Promise<void> {
  const seen = await seenFiles(join(folder, '.git'), clock);
  seen.saw(PATH, lstatSync(join(folder, PATH)), PLANTED);
  await seen.save();
}

async function inWorkTree(use: (folder: string, file: string) => Promise<void>): Promise<void> {
  await inFolder(async (parent) => {
    const folder = join(parent, 'tree');
    await writeFiles(folder, { 'muster.yaml': MUSTER_YAML, [PATH]: BEFORE, '.git/HEAD': 'ref: refs/heads/main\n' });
    await use(folder, join(folder, PATH));
  });
}

/** Until the clock of the file system has gone on since the file was last touched. */
function afterATick(file: string, touch: () => void): void {
  const { ctimeMs } = lstatSync(file);
  do touch();
  while (lstatSync(file).ctimeMs === ctimeMs);
}

test('a file that nothing touched since it was read is not read again', async () => {
  await inWorkTree(async (folder) => {
    await plant(folder, later);
    expect(await look(folder)).toBe(PLANTED);
  });
});

test('a file that was touched just before it was read is read again, for the next touch may not show', async () => {
  await inWorkTree(async (folder) => {
    await plant(folder);
    expect(await look(folder, later)).toBe(idOf(BEFORE));
  });
});

test('a file whose time lies ahead is read again', async () => {
  await inWorkTree(async (folder, file) => {
    utimesSync(file, 4_000_000_000, 4_000_000_000);
    await plant(folder, later);
    expect(await look(folder)).toBe(idOf(BEFORE));
  });
});

test('changes as fast as they can be made, of the same length, are all noticed', async () => {
  await inWorkTree(async (folder, file) => {
    for (let round = 0; round < 50; round += 1) {
      const text = round % 2 === 0 ? AFTER : BEFORE;
      writeFileSync(file, text);
      expect(await look(folder)).toBe(idOf(text));
    }
  });
});

test('a change of the same length is noticed although the time of the content was set back', async () => {
  await inWorkTree(async (folder, file) => {
    const { atime, mtime, size } = lstatSync(file);
    utimesSync(file, atime, mtime);
    expect(await look(folder, later)).toBe(idOf(BEFORE));
    afterATick(file, () => {
      writeFileSync(file, AFTER);
      utimesSync(file, atime, mtime);
    });
    expect(lstatSync(file)).toMatchObject({ size, mtime });
    expect(await look(folder, later)).toBe(idOf(AFTER));
  });
});

test('another file in its place is noticed', async () => {
  await inWorkTree(async (folder, file) => {
    const other = join(folder, 'other');
    writeFileSync(other, AFTER);
    await look(folder, later);
    renameSync(other, file);
    expect(await look(folder, later)).toBe(idOf(AFTER));
  });
});

test('what was kept of another folder is not believed, also where it came along with a copy', async () => {
  await inWorkTree(async (folder) => {
    await plant(folder, later);
    const copy = `${folder}-copy`;
    execFileSync('cp', ['-a', folder, copy]);
    expect(await look(copy)).toBe(idOf(BEFORE));
    expect(await look(folder)).toBe(PLANTED);
  });
});

test('a work tree whose Git directory is not where its file says has none, and nothing is made in that place', async () => {
  await inFolder(async (parent) => {
    const named = join(parent, 'elsewhere/.git/worktrees/tree');
    await writeFiles(parent, { 'tree/.git': `gitdir: ${named}\n`, '.git/HEAD': 'ref: refs/heads/main\n' });
    expect(await workTreeAt(join(parent, 'tree'))).toBeNull();
    await writeFiles(named, { HEAD: 'ref: refs/heads/main\n' });
    expect(await workTreeAt(join(parent, 'tree'))).toMatchObject({ git: named, folder: '' });
  });
});

test('a damaged file of what was seen is not believed, and where none can be written everything is read', async () => {
  await inWorkTree(async (folder) => {
    await plant(folder, later);
    const kept = join(folder, '.git/muster/seen-1.json');
    writeFileSync(kept, readFileSync(kept, 'utf8').replace(PLANTED, '1'.repeat(40)));
    expect(await look(folder)).toBe(idOf(BEFORE));
  });
  await inWorkTree(async (folder) => {
    await writeFiles(folder, { '.git/muster': 'in the way' });
    expect(await look(folder, later)).toBe(idOf(BEFORE));
    expect(await look(folder, later)).toBe(idOf(BEFORE));
  });
});

test('the content of a file that needed no reading is read when it is asked for, and is that of the snapshot or none', async () => {
  await inWorkTree(async (folder, file) => {
    await look(folder, later);
    const source = folderSource(folder, await seenFiles(join(folder, '.git')));
    const { files } = await source.snapshot();
    const texts = async () => (await all(source.texts(files))).map(({ bytes }) => Buffer.from(bytes).toString());
    expect(await texts()).toEqual([MUSTER_YAML, BEFORE]);
    writeFileSync(file, AFTER);
    await expect(texts()).rejects.toMatchObject({ remedy: 'retry', what: expect.stringContaining(PATH) });
  });
});
