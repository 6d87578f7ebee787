/** One process of script/crash: a class and a share of its points as arguments, what is done already on its input; tells of each point in a line of JSON. */
import process from 'node:process';
import { json } from 'node:stream/consumers';
import type { Share } from '../test/support/point-share.ts';
import { CRASH_CLASSES } from './crash-classes.ts';

const [name, share = '{}'] = process.argv.slice(2);
const found = CRASH_CLASSES.find((one) => one.name === name);
if (found === undefined) throw new RangeError(`there is no class ${name}`);
// Both were written by script/crash.ts a moment ago.
const rest = JSON.parse(share) as Omit<Share, 'done'>;
const done = new Set((await json(process.stdin)) as readonly string[]);
await found.run({ ...rest, done }, (result) => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
});
// What is left open by a fault that was found must not keep the others waiting.
process.exit(0);
