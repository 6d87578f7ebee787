/** `muster init DIR`: a configuration that only observes and a desired-state repository to begin with. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MusterError } from '../errors.ts';
import { initPage } from '../views/init.ts';
import { CONFIGURATION, DIRECTORY, initialFiles, REPOSITORY } from './init-files.ts';
import { guideFiles, UNIT } from './init-repository.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export interface InitCommandOptions {
  readonly instance: string;
}

/** Refuses a folder in which anything stands: nothing of anybody is written over. */
export async function init(
  invocation: Invocation,
  { instance }: InitCommandOptions,
  folder: string,
): Promise<ExitCode> {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(instance)) throw noName(instance);
  await refuseUsed(folder);
  await makeFolder(folder);
  const { createEmbeddedDirectory, writeEditorFiles } = await import('../wiring.ts');
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const guide = [...(await guideFiles())].map(([path, text]) => [`${REPOSITORY}/${path}`, text] as const);
  const files = new Map([...initialFiles({ instance, timeZone }), ...guide]);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
  }
  await createEmbeddedDirectory(join(folder, DIRECTORY), [UNIT]);
  const forEditors = await writeEditorFiles(join(folder, REPOSITORY));
  const written = [...files.keys(), DIRECTORY, ...forEditors.map((path) => `${REPOSITORY}/${path}`)];
  await show(invocation, { format: 1, folder, written }, () =>
    initPage({ folder, written, configFile: join(folder, CONFIGURATION), repository: join(folder, REPOSITORY) }),
  );
  return 0;
}

/**
 * One folder after the other: where one that exists says of a new one that it is not there, as /proc does, Node's recursive mkdir
 * tries for ever.
 */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  try {
    for (let at = resolve(folder); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
    for (const at of missing) await mkdir(at);
  } catch (error) {
    throw used(folder, `It can't be made (${codeOf(error)}).`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function refuseUsed(folder: string): Promise<void> {
  try {
    const found = await readdir(folder);
    if (found.length > 0) throw used(folder, `There is something in it already, ${found[0]} among it.`);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    const code = codeOf(error);
    if (code !== 'ENOENT') throw used(folder, `It can't be used (${code}).`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function used(where: string, what: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where,
    what,
    next: 'Name a folder that is empty, or one that does not exist yet and that you may make. What goes into Git comes to lie in a folder below it.',
  });
}

function noName(instance: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: '--instance',
    what: `${JSON.stringify(instance)} is no name of an installation.`,
    next: 'Write up to 40 small letters, digits and hyphens, as in --instance research-service.',
  });
}
