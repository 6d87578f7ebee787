/** The configuration of a Postfix map: what may be said of it, and what it is where nothing is said. */
import { expect, test } from 'vitest';
import { configFile, SMALLEST } from './support/config-file.ts';
import { refusal } from './support/refusal.ts';

const file = configFile();

function load(settings: string) {
  return file.load(`${SMALLEST}mailBlocks: { postfix: ${settings} }\n`);
}

test('has a path of its own, and everything else from Postfix as it is installed', async () => {
  expect((await load('{ map: mail/blocked }')).mailBlocks).toEqual({
    kind: 'postfix',
    map: file.beside('mail/blocked'),
    reply: 'Sending mail is blocked for this account',
    postmap: '/usr/sbin/postmap',
    configFolder: '/etc/postfix',
  });
});

test.each([
  ['{ map: blocked.lmdb }', 'named without'],
  ['{ map: "the map" }', 'white space'],
  ['{ map: blocked, reply: "no [brackets]" }', 'square brackets'],
  ['{ map: blocked, reply: "spærret" }', 'plain ASCII'],
  ['{ reply: blocked }', 'Missing'],
])('is refused as %s', async (settings, problem) => {
  const { what } = await refusal(load(settings));
  expect(what).toContain(problem);
});
