/** A failure at the terminal: where, what, and what to do next. */
import { MusterError, troubleOf } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** On standard error; for what is no MusterError, also where in the code it arose. */
export async function printTrouble(terminal: Terminal, error: unknown): Promise<void> {
  const { where, what, next } = troubleOf(error);
  await terminal.say(`${where}: ${what}`, 'bad');
  await terminal.say(next);
  if (!(error instanceof MusterError) && error instanceof Error && error.stack !== undefined) {
    await terminal.say(error.stack, 'faint');
  }
}
