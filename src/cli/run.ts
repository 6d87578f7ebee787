/** One call of muster: a command run, its failure told, an exit code. */
import { MusterError, troubleOf } from '../errors.ts';
import type { ExitCode } from './invocation.ts';
import { runProgram } from './program.ts';
import { openTerminal, type Streams, type Terminal } from './terminal.ts';

/**
 * @param args without the interpreter and the script.
 * @returns 0: done. 1: failed, which has been said on standard error. 2: something waits for a person.
 */
export async function runMuster(
  args: readonly string[],
  streams: Streams,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  const terminal = openTerminal(streams, env);
  try {
    refuseDebugOutput(env);
    return await runProgram(args, terminal, env);
  } catch (error) {
    // Where standard error is gone as well, the exit code alone tells.
    await tell(terminal, error).catch(() => undefined);
    return 1;
  }
}

/** With NODE_DEBUG set, libraries print what goes over the wire, initial passwords in clear among it. */
function refuseDebugOutput(env: Readonly<Record<string, string | undefined>>): void {
  if ((env.NODE_DEBUG ?? '') === '') return;
  throw new MusterError({
    remedy: 'person',
    where: 'environment variable NODE_DEBUG',
    what: 'It makes libraries print passwords, so Muster does not run with it.',
    next: 'Unset it. To see more of what Muster does, use --log-level debug.',
  });
}

/** Where, what, and what to do next; for what is no MusterError, also where in the code it arose. */
async function tell(terminal: Terminal, error: unknown): Promise<void> {
  const { where, what, next } = troubleOf(error);
  await terminal.say(`${where}: ${what}`, 'bad');
  await terminal.say(next);
  if (!(error instanceof MusterError) && error instanceof Error && error.stack !== undefined) {
    await terminal.say(error.stack, 'faint');
  }
}
