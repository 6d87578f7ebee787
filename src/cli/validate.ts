/** `muster validate`: the repository alone, every mistake at once. */
import { loadConfig } from '../config.ts';
import { checkRepository } from '../core/check-repository.ts';
import { validatePage } from '../views/validate.ts';
import { repositoryOf } from '../wiring.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';

export interface ValidateOptions {
  readonly all?: boolean;
}

/** Opens neither the store nor any system, so that it runs wherever the repository can be read. */
export async function validate(invocation: Invocation, options: ValidateOptions): Promise<ExitCode> {
  const config = await loadConfig(invocation.configFile);
  invocation.terminal.progress('reading the repository', 0, null);
  const result = await checkRepository(repositoryOf(config), config.timeZone, Date.now());
  await show(invocation, result, () => validatePage(result, { all: options.all === true }));
  return result.diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
}
