/** Which of the two runs Git for this process. */
import { fileURLToPath } from 'node:url';
import { ownProgram } from '../../own-files.ts';
import { GitElsewhere } from './elsewhere.ts';
import { here } from './here.ts';
import type { GitRunner } from './runner.ts';

let current: GitRunner = here;

export function gitRunner(): GitRunner {
  return current;
}

/**
 * From now on a small process runs Git, which begins with the first command: for a process that stays and grows. Where a command is all
 * that a process is for, starting another one costs more than it saves.
 * @param program a test's built one; Muster's own by default
 */
export function runGitElsewhere(program = fileURLToPath(ownProgram('sources/git-runners/process'))): void {
  if (current === here) current = new GitElsewhere(program);
}
