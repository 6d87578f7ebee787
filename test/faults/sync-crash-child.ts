/**
 * `muster sync` that kills itself before one of its writes to the database. Arguments: the configuration, and the number of the
 * writing statement (0: none; then it says on standard error how many there were, as `statements N`).
 */
import { runMuster } from '../../src/cli/run.ts';
import { overhear } from '../store/raw-database.ts';

const [config = '', killBefore = '0'] = process.argv.slice(2);

let statements = 0;
overhear(({ text }) => {
  // What only reads leaves the disk as it was: being killed before it is being killed before the next write.
  if (/^(select|with|begin)/i.test(text)) return;
  statements += 1;
  if (statements === Number(killBefore)) process.kill(process.pid, 'SIGKILL');
});

const streams = { out: process.stdout, err: process.stderr };
const exit = await runMuster(['sync', '--config', config, '--format', 'json'], streams, process.env);
process.stderr.write(`\nstatements ${statements}\n`);
process.exitCode = exit;
