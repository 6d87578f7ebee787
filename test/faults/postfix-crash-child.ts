/** A process that blocks people in a map of Postfix and lets them go again until it is killed: `postfix-crash-child.ts FOLDER`. */
import { postfixMapIn } from '../support/postfix-map.ts';

const PEOPLE = 40;
const AT_ONCE = 8;

const [folder = ''] = process.argv.slice(2);
const list = await postfixMapIn(folder, `${folder}/blocked`).adapter().connect();
let { listed } = await list.read();
process.stdout.write('ready\n');
for (let nth = 0; ; nth += 1) {
  const keys = Array.from({ length: AT_ONCE }, (_, place) => `person${(place + AT_ONCE * nth) % PEOPLE}`);
  const edits = keys.map((key) => ({
    key,
    address: `${key}@example.org`,
    listed: !listed.has(key),
    was: listed.has(key),
  }));
  // What was left in part by a kill is neither; it is mended by the test, as the next pass would.
  await Promise.allSettled(edits.map((edit) => list.write({ ...edit, revision: 'r1' })));
  ({ listed } = await list.read());
}
