/** `muster validate`: the repository alone, every mistake at once; with `--base` also the step from a revision to here. */
import { writeFile } from 'node:fs/promises';
import { type Config, loadConfig } from '../config.ts';
import { type Checked, checkRepository } from '../core/check-repository.ts';
import { type CheckedStep, checkStep } from '../core/check-step.ts';
import { MusterError, messageOf } from '../errors.ts';
import { validatePage } from '../views/validate.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export interface ValidateOptions {
  readonly all?: boolean;
  readonly base?: string;
  readonly codeQuality?: string;
}

/** Opens neither the store nor any system, so that it runs wherever the repository can be read. */
export async function validate(invocation: Invocation, options: ValidateOptions): Promise<ExitCode> {
  const config = await loadConfig(invocation.configFile);
  invocation.terminal.progress('reading the repository', 0, null);
  const result: Checked | CheckedStep = await (options.base === undefined
    ? checkState(config)
    : checkFrom(config, options.base));
  if (options.codeQuality !== undefined) await writeReport(options.codeQuality, config, result);
  await show(invocation, result, () => validatePage(result, { all: options.all === true }));
  const problems = [...result.diagnostics, ...(isStep(result) ? result.step.items : [])];
  return problems.some(({ severity }) => severity === 'error') ? 2 : 0;
}

function isStep(result: Checked | CheckedStep): result is CheckedStep {
  return 'step' in result;
}

/** Loads no more of the program than it needs, as the other does, for it runs again and again while somebody writes. */
async function checkState(config: Config): Promise<Checked> {
  const { stateOf } = await import('../wiring/state.ts');
  return checkRepository(await stateOf(config), config.timeZone, Date.now());
}

async function checkFrom(config: Config, base: string): Promise<CheckedStep> {
  const { stepSidesOf } = await import('../wiring/step.ts');
  const { timeZone, limits, directory } = config;
  const templates = Object.values(directory.accounts.attributes);
  const institutionNames = templates.some((template) => template.includes('{institution.name}'));
  return checkStep(await stepSidesOf(config, base), { timeZone, at: Date.now(), limits, institutionNames });
}

async function writeReport(file: string, { source }: Config, result: Checked): Promise<void> {
  const { codeQualityReport } = await import('../views/code-quality.ts');
  const { folderInGit } = await import('../wiring/step.ts');
  const folder = source.kind === 'folder' ? await folderInGit(source.folder) : '';
  try {
    await writeFile(file, codeQualityReport(result, folder));
  } catch (error) {
    const why = messageOf(error);
    const [where, next] = [`--code-quality ${file}`, 'Name a file in a folder that is there and can be written.'];
    throw new MusterError(
      { remedy: 'person', where, what: `The report can't be written: ${why}.`, next },
      { cause: error },
    );
  }
}
