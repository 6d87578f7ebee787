/**
 * `muster sync` that kills itself at one of its writes. Arguments: the configuration, what is counted, and the number of the one to die at
 * (0: none; then it says on standard error how many of each there were, as `statement N`). Counted are: `statement`, one that writes to
 * the database, before it runs; `list-before` and `list-after`, the replacement of the control file.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { overhear } from '../store/raw-database.ts';

const [config = '', kind = 'statement', nth = '0'] = process.argv.slice(2);

const counts = { statement: 0, 'list-before': 0, 'list-after': 0 };
const passed = (what: keyof typeof counts) => {
  counts[what] += 1;
  if (what === kind && counts[what] === Number(nth)) process.kill(process.pid, 'SIGKILL');
};

overhear(({ text }) => {
  // What only reads leaves the disk as it was: being killed before it is being killed before the next write.
  if (!/^(select|with|begin)/i.test(text)) passed('statement');
});

const { rename } = fs;
fs.rename = async (from, to) => {
  const isList = String(to).endsWith('blocked.txt');
  if (isList) passed('list-before');
  await rename(from, to);
  if (isList) passed('list-after');
};
// What is imported from now on by name gets it as well.
syncBuiltinESMExports();

const { runMuster } = await import('../../src/cli/run.ts');
const streams = { out: process.stdout, err: process.stderr };
const exit = await runMuster(['sync', '--config', config, '--format', 'json'], streams, process.env);
for (const [what, count] of Object.entries(counts)) process.stderr.write(`\n${what} ${count}\n`);
process.exitCode = exit;
