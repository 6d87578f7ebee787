/**
 * `muster sync` that is killed around one of its writes to the file of tokens. Arguments: the configuration, the number of the
 * write (0: none; then it says on standard error how many there were, as `writes N`), and `before` or `after`.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [config = '', nth = '0', when = 'before'] = process.argv.slice(2);

let writes = 0;
const { rename } = fs;
fs.rename = async (from, to) => {
  const counts = String(to).endsWith('tokens.json');
  if (counts) writes += 1;
  const isIt = counts && writes === Number(nth);
  if (isIt && when === 'before') process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
  if (isIt) process.kill(process.pid, 'SIGKILL');
};
// What is imported from now on by name gets it as well.
syncBuiltinESMExports();

const { runMuster } = await import('../../src/cli/run.ts');
const streams = { out: process.stdout, err: process.stderr };
const exit = await runMuster(['sync', '--config', config, '--format', 'json'], streams, process.env);
process.stderr.write(`\nwrites ${writes}\n`);
process.exitCode = exit;
