/** `muster init DIR`: a configuration that only observes and a desired-state repository to begin with. */
import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, MusterError } from '../errors.ts';
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
  const { createEmbeddedDirectory, makeFolder, writeEditorFiles } = await import('../wiring.ts');
  await makeFolder(folder).catch((error: unknown) => {
    throw used(folder, `It can't be made (${codeOf(error)}).`);
  });
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const guide = [...(await guideFiles())].map(([path, text]) => [`${REPOSITORY}/${path}`, text] as const);
  const files = new Map([...initialFiles({ instance, timeZone }), ...guide]);
  for (const [path, text] of files) {
    await makeFolder(dirname(join(folder, path)));
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

async function refuseUsed(folder: string): Promise<void> {
  // As a variable of a shell that is not set gives it: it would be the folder in which one stands, whatever lies there.
  if (folder === '') throw used('DIR', 'No folder is named.');
  try {
    const found = await readdir(folder);
    if (found.length > 0) throw used(folder, `There is something in it already, ${found[0]} among it.`);
  } catch (error) {
    if (error instanceof MusterError) throw error;
    const code = codeOf(error);
    if (code !== 'ENOENT') throw used(folder, `It can't be used (${code}).`);
  }
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
