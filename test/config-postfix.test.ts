/** The configuration of a Postfix map: what may be said of it, and what it is where nothing is said. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { refusal } from './support/refusal.ts';
import { makeTestDirectory } from './support/test-directory.ts';

async function withMap<T>(settings: string, work: (file: string, folder: string) => Promise<T>): Promise<T> {
  const home = await makeTestDirectory('config-postfix');
  const file = join(home.path, 'muster.yaml');
  await writeFile(
    file,
    `instance: research-service
mode: enforce
timeZone: Europe/Copenhagen
source: { folder: . }
store: { sqlite: muster.db }
directory:
  embedded:
    file: directory.json
    accounts: { read: ["OU=Researchers,DC=example,DC=org"], upnSuffix: example.org }
mailBlocks: { postfix: ${settings} }
`,
  );
  try {
    return await work(file, home.path);
  } finally {
    await home.remove();
  }
}

test('has a path of its own, and everything else from Postfix as it is installed', async () => {
  await withMap('{ map: mail/blocked }', async (file, folder) => {
    expect((await loadConfig(file)).mailBlocks).toEqual({
      kind: 'postfix',
      map: join(folder, 'mail/blocked'),
      reply: 'Sending mail is blocked for this account',
      postmap: '/usr/sbin/postmap',
      configFolder: '/etc/postfix',
    });
  });
});

test.each([
  ['{ map: blocked.lmdb }', 'named without'],
  ['{ map: "the map" }', 'white space'],
  ['{ map: blocked, reply: "no [brackets]" }', 'square brackets'],
  ['{ map: blocked, reply: "spærret" }', 'plain ASCII'],
  ['{ reply: blocked }', 'Missing'],
])('is refused as %s', async (settings, problem) => {
  const { what } = await withMap(settings, (file) => refusal(loadConfig(file)));
  expect(what).toContain(problem);
});
