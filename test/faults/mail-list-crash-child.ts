/** A process that puts people on a control file and takes them off again until it is killed: `mail-list-crash-child.ts PATH`. */
import { controlFile } from '../../src/reconcilers/mail-blocks/control-file/adapter.ts';
import { LINE_DEFAULT } from '../../src/reconcilers/mail-blocks/control-file/settings.ts';

const [path = ''] = process.argv.slice(2);
const list = await controlFile(
  { path, line: LINE_DEFAULT },
  { instance: 'research-service', clock: Date.now },
).connect();
const listed = new Set((await list.read()).listed);
process.stdout.write('ready\n');
for (let nth = 0; ; nth += 1) {
  const keys = Array.from({ length: 8 }, (_, place) => `person${place + 8 * (nth % 5)}`);
  await Promise.all(
    keys.map((key) =>
      list.write({ key, address: null, listed: !listed.has(key), was: listed.has(key), revision: `r${nth}` }),
    ),
  );
  const { listed: now } = await list.read();
  listed.clear();
  for (const key of now) listed.add(key);
}
