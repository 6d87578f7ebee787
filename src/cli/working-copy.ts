/** `--into FOLDER`: the working copy of the repository, told apart from a folder that is not there or that is around it. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, MusterError } from '../errors.ts';
import { MUSTER_FILE } from '../model/muster-file.ts';
import { shellWord } from '../views/shell-word.ts';
import { REPOSITORY } from './init-files.ts';

/** The folder of a site holds a file of the same name, the configuration: only that of a repository says its format. */
const OF_REPOSITORY = /^format:/mu;

/** @throws MusterError (`person`) where no repository is there. */
export async function workingCopy(into: string): Promise<string> {
  const found = await stat(into).catch(codeOf);
  if (typeof found === 'string') throw wrong(into, `There is no such folder (${found}).`);
  if (!found.isDirectory()) throw wrong(into, 'This is no folder.');
  if (await isRepository(into)) return into;
  const below = join(into, REPOSITORY);
  if (await isRepository(below)) throw around(into, below);
  throw wrong(into, `There is no ${MUSTER_FILE} of a repository here.`);
}

async function isRepository(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, MUSTER_FILE), 'utf8').catch(() => '');
  return OF_REPOSITORY.test(text);
}

function around(into: string, below: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `--into ${into}`,
    what: `There is no ${MUSTER_FILE} of a repository here, but there is one in the folder ${REPOSITORY} below it.`,
    next: `Did you mean ${below}? Write --into ${shellWord(below)}`,
  });
}

function wrong(into: string, what: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `--into ${into}`,
    what,
    next: 'Name the working copy of the repository with --into, or begin a repository with "muster init DIR".',
  });
}
