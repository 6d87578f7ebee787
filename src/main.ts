#!/usr/bin/env node
/** Arguments to command to exit code: the only place that ends the process. */
import { printTrouble } from './cli/failure.ts';
import { runProgram } from './cli/program.ts';
import { openTerminal } from './cli/terminal.ts';
import { MusterError } from './errors.ts';

const terminal = openTerminal({ out: process.stdout, err: process.stderr }, process.env);
// A reader that goes away (as in `muster plan | head`) is not our failure; each write hears of it by itself.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

async function main(): Promise<number> {
  try {
    refuseDebugOutput(process.env);
    return await runProgram(process.argv.slice(2), terminal, process.env);
  } catch (error) {
    await printTrouble(terminal, error);
    return 1;
  }
}

/** With NODE_DEBUG set, libraries print what goes over the wire, initial passwords in clear among it. */
function refuseDebugOutput(env: NodeJS.ProcessEnv): void {
  if ((env.NODE_DEBUG ?? '') === '') return;
  throw new MusterError({
    remedy: 'person',
    where: 'environment variable NODE_DEBUG',
    what: 'It makes libraries print passwords, so Muster does not run with it.',
    next: 'Unset it. To see more of what Muster does, use --log-level debug.',
  });
}

process.exit(await main());
