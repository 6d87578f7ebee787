/** `muster import`: an entry of the repository for every account that exists and can be said. */
import { type Config, loadConfig } from '../config.ts';
import { importPeople } from '../core/operations/import.ts';
import { MusterError } from '../errors.ts';
import { importPage, leftOutPage } from '../views/import.ts';
import { pageAsMarkdown } from '../views/markdown.ts';
import { importPortsOf, readScopeOf, writeLeftOut } from '../wiring/importing.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { workingCopy } from './working-copy.ts';

export interface ImportOptions {
  readonly ou: readonly string[];
  readonly into?: string;
  readonly institution?: string;
  readonly only: readonly string[];
  readonly except: readonly string[];
  readonly update?: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
}

/** Opens neither the store nor anything to write to but the working copy. */
export async function importAccounts(invocation: Invocation, options: ImportOptions): Promise<ExitCode> {
  const config = await loadConfig(invocation.configFile);
  const folder = options.into === undefined ? folderOf(config) : await workingCopy(options.into);
  invocation.terminal.progress('reading accounts', 0, null);
  const { ou: units, only, except } = options;
  const ports = importPortsOf(config, { units, only, except, folder });
  const asked = { only, except, ...readScopeOf(config, { units, only, except }) };
  const write = options.dryRun !== true;
  const choice = { institution: options.institution ?? null, update: options.update === true, write };
  const imported = await importPeople(ports, choice);
  if (write && asked.whole) {
    await writeLeftOut(folder, pageAsMarkdown(leftOutPage(imported.left, asked)), imported.left.length);
  }
  await show(invocation, imported, () => importPage(imported, asked, { all: options.all === true }));
  return imported.left.length > 0 ? 2 : 0;
}

function folderOf({ source }: Config): string {
  if (source.kind === 'folder') return source.folder;
  throw noWorkingCopy();
}

function noWorkingCopy(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'muster import',
    what: 'The repository is in Git, and files are written into a working copy of it.',
    next: 'Clone it, and name the folder: muster import --into FOLDER',
  });
}
