/** Which addresses of repositories are taken, and that no string, however made, makes Git run or write anything else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { gitSource } from '../../src/sources/git.ts';
import { gitSourceSchema } from '../../src/sources/git-address.ts';
import { inFolder, MUSTER_YAML } from './loading.ts';
import { file, newRepository } from './real-git.ts';

const URL = 'https://git.example.org/research/desired-state.git';

function accepts(address: { readonly url: string; readonly branch: string }): boolean {
  return gitSourceSchema.safeParse(address).success;
}

/** What would touch the canary if it came to be an option, a transport, a command or a configuration. */
function payloads(canary: string): readonly string[] {
  return [
    `--upload-pack=touch ${canary}`,
    `--upload-pack=touch\${IFS}${canary}`,
    `--exec=touch ${canary}`,
    `-u touch ${canary}`,
    `-c core.sshCommand=touch ${canary}`,
    `--config=core.fsmonitor=touch ${canary}`,
    `-oProxyCommand=touch ${canary}`,
    `--output=${canary}`,
    `-o${canary}`,
    `ext::sh -c touch% ${canary}`,
    `ext::touch ${canary}`,
    `fd::17/${canary}`,
    `file://${canary}`,
    `git://${canary}`,
    `http://${canary}`,
    `ftp://${canary}`,
    `persistent-https::x ${canary}`,
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `;touch ${canary}`,
    `|touch ${canary}`,
    `&touch ${canary}`,
    `>${canary}`,
    `\ntouch ${canary}\n`,
    `\0--output=${canary}`,
  ];
}

const WRAPPERS: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => ` ${payload}`,
  (payload) => `\t${payload}`,
  (payload) => `"${payload}"`,
  (payload) => `'${payload}'`,
  (payload) => `${payload} --`,
  (payload) => `-- ${payload}`,
  (payload) => `--end-of-options ${payload}`,
  (payload) => `ssh://${payload}/x`,
  (payload) => `ssh://git@${payload}/x`,
  (payload) => `ssh://git@git.example.org/x ${payload}`,
  (payload) => `ssh://git@git.example.org:22${payload}/x`,
  (payload) => `git@${payload}:x`,
  (payload) => `git@git.example.org:${payload}`,
  (payload) => `${payload}:x`,
  (payload) => `https://${payload}/x`,
  (payload) => `https://user:secret@git.example.org/${payload}`,
  (payload) => `https://git.example.org/x\n${payload}`,
  (payload) => `https://git.example.org/x?${payload}`,
  (payload) => `https://git.example.org/x#${payload}`,
  (payload) => `main ${payload}`,
  (payload) => `main:${payload}`,
  (payload) => `+${payload}`,
  (payload) => `^${payload}`,
  (payload) => `refs/heads/main:refs/heads/x ${payload}`,
  (payload) => `../${payload}`,
  (payload) => `main..${payload}`,
  (payload) => `main@{${payload}}`,
  (payload) => `\u202e${payload}`,
  (payload) => `\uff0d${payload}`,
  (payload) => `${payload}.lock`,
  (payload) => `@${payload}`,
  (payload) => payload.toUpperCase(),
  (payload) => `%2d${payload}`,
  (payload) => `${payload}%00`,
  (payload) => `//${payload}`,
  (payload) => `\\\\${payload}`,
  (payload) => `C:\\${payload}`,
  (payload) => `~/${payload}`,
  (payload) => `./${payload}`,
  (payload) => `*${payload}`,
  (payload) => `${payload}~1`,
];

const HOSTILE_STRINGS = 10_000;

function hostile(canary: string): readonly string[] {
  const wrapped = WRAPPERS.flatMap((wrap) => payloads(canary).map(wrap));
  // Each wrapped once more, by another wrapper each time around.
  const twice = WRAPPERS.flatMap((_, turn) =>
    wrapped.map((text, at) => WRAPPERS[(at + turn) % WRAPPERS.length]?.(text) ?? text),
  );
  return [...new Set([...wrapped, ...twice])].slice(0, HOSTILE_STRINGS);
}

describe('addresses', () => {
  test.each([
    URL,
    'https://git.example.org:8443/a/b',
    'ssh://git@git.example.org/research/desired-state.git',
    'ssh://git.example.org:2222/x',
    'git@git.example.org:research/desired-state.git',
    'git.example.org:x.git',
    '/srv/git/desired-state.git',
    '/srv/git/Research Service/desired-state.git',
    '/srv/forskning/ønsket-tilstand',
  ])('%s is taken', (url) => {
    expect(accepts({ url, branch: 'main' })).toBe(true);
  });

  test.each(['main', 'release/2027-01', 'feature#12', 'ønsket', 'a.b', 'v1@x'])('the branch %s is taken', (branch) => {
    expect(accepts({ url: URL, branch })).toBe(true);
  });

  test.each([
    '',
    'desired-state',
    './desired-state',
    '../desired-state',
    '~/desired-state',
    'http://git.example.org/x',
    'git://git.example.org/x',
    'file:///srv/git/x',
    'ftp://git.example.org/x',
    'https://user:secret@git.example.org/x',
    'https://token@git.example.org/x',
    'ssh://-oProxyCommand=x/y',
    'git@-host:x',
    'git@host:-x',
    'https://',
    '/srv/git/x\n',
  ])('the address %j is refused', (url) => {
    expect(accepts({ url, branch: 'main' })).toBe(false);
  });

  test.each([
    '',
    '-x',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a.lock/b',
    '@',
    'HEAD',
    'a@{1}',
    'a\u0007',
    'refs/heads/a\nb',
  ])('the branch %j is refused', (branch) => {
    expect(accepts({ url: URL, branch })).toBe(false);
  });

  test('a password in an address is refused in words that do not repeat it', () => {
    const result = gitSourceSchema.safeParse({ url: 'https://anna:hunter2@git.example.org/x', branch: 'main' });
    expect(result.error?.issues.map(({ message }) => message)).toEqual([
      'A user name or password does not belong in the URL: use ssh, or a netrc file for https.',
    ]);
    expect(JSON.stringify(result.error?.issues)).not.toContain('hunter2');
  });
});

describe('S7: hostile addresses and branches', () => {
  test('S7: of 10,000 hostile strings none is taken as an address or branch that Git could read otherwise', () => {
    const strings = hostile('/tmp/canary');
    expect(strings).toHaveLength(HOSTILE_STRINGS);
    for (const text of strings) {
      // What passes is harmless by shape: a path on a named host, or an absolute path that Git takes as a path.
      if (accepts({ url: text, branch: 'main' }))
        expect(text).toMatch(/^(?:https:\/\/|ssh:\/\/)?[\w@][^\s:]*[:/]|^\/[^/]/);
      if (accepts({ url: text, branch: 'main' })) expect(text).not.toMatch(/^-|::|:\/\/-|@-|:-|\p{Cc}/u);
      if (accepts({ url: URL, branch: text })) expect(text).not.toMatch(/^[^\p{L}\p{N}_]|\s|:|\p{Cc}|\.\./u);
    }
  });

  test('S7: even past the schema, Git runs nothing and writes nothing outside its mirror', async () => {
    await inFolder(async (parent) => {
      const origin = newRepository(parent);
      origin.commit([file('muster.yaml', MUSTER_YAML)]);
      const canary = join(parent, 'canary');
      const strings = [
        ...payloads(canary),
        ...WRAPPERS.map((wrap) => wrap(`--upload-pack=touch ${canary}`)),
        ...WRAPPERS.map((wrap) => wrap(`ext::touch ${canary}`)),
      ];
      const options = { mirror: join(parent, 'mirror'), fetchDeadlineMs: 5_000 };
      for (const text of strings) {
        for (const address of [
          { url: text, branch: 'main' },
          { url: origin.folder, branch: text },
        ]) {
          await gitSource(address, options)
            .snapshot()
            .catch((error: unknown) => expect(error).toBeInstanceOf(MusterError));
          expect(existsSync(canary), JSON.stringify(address)).toBe(false);
        }
      }
      const source = gitSource({ url: origin.folder, branch: 'main' }, options);
      expect((await source.snapshot()).files).toHaveLength(1);
    });
  }, 120_000);
});
