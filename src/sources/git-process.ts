/** Runs Git with nothing of the machine's or the user's Git settings: what every command of the mirror shares. */
import { spawn } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '../errors.ts';
import { makeFolder } from './making-folders.ts';

/** Variables that reach Git: how to find programs, keys and proxies; nothing that begins with GIT_. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/**
 * The mirror's whole configuration, written anew before each use: no hooks, no helpers, no prompts, three transports, and every fetched
 * object checked. Names in trees that Git calls suspicious only warn here: the reader rejects them one by one, so that one
 * bad name does not keep everybody else's entries away; `.gitmodules` is never acted on.
 */
const MIRROR_CONFIG = `[core]
\trepositoryformatversion = 0
\tbare = true
\thooksPath = /dev/null
\tfsmonitor = false
\taskPass =
\tsshCommand = ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=2
[credential]
\thelper =
[protocol]
\tallow = never
[protocol "https"]
\tallow = always
[protocol "ssh"]
\tallow = always
[protocol "file"]
\tallow = always
[transfer]
\tfsckObjects = true
[fetch]
\tfsckObjects = true
\trecurseSubmodules = false
[fetch "fsck"]
${[
  'emptyName',
  'fullPathname',
  'hasDot',
  'hasDotdot',
  'hasDotgit',
  'zeroPaddedFilemode',
  'badFilemode',
  'gitmodulesSymlink',
  'gitmodulesUrl',
  'gitmodulesName',
  'gitmodulesPath',
  'gitmodulesUpdate',
  'gitmodulesParse',
  'gitmodulesBlob',
]
  .map((name) => `\t${name} = warn`)
  .join('\n')}
[submodule]
\trecurse = false
[gc]
\tautoDetach = false
\tcruftPacks = true
\tpruneExpire = never
\treflogExpire = never
[maintenance]
\tautoDetach = false
`;

/** Environment of every Git process on this mirror. GIT_DIR keeps Git from looking for a repository in the folders above. */
export function gitEnvironment(mirror: string): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    GIT_DIR: mirror,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  };
}

/** For a command that only reads what is on this machine: what is missing here is not asked for anywhere, by nobody's settings. */
export const OFFLINE = { GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' } as const;

/** Writes the mirror's configuration, whatever was there before. */
export async function writeMirrorConfig(mirror: string): Promise<void> {
  await makeFolder(mirror, 0o700);
  const draft = join(mirror, `config.${process.pid}`);
  await writeFile(draft, MIRROR_CONFIG, { mode: 0o600 });
  await rename(draft, join(mirror, 'config'));
}

/**
 * Starts one Git command that only reads and yields its output as it comes, with back-pressure. simple-git gathers a command's whole output
 * in memory and decodes it as text, which neither contents nor a tree of unknown size allow; hence this one direct spawn,
 * with a fixed argument list and the same environment. Throws MusterError on failure, or when the deadline passes.
 * @param fine exit codes that are no failure
 */
export async function* gitOutput(
  mirror: string,
  where: string,
  args: readonly string[],
  input: string,
  deadlineMs: number,
  fine: readonly number[] = [0],
): AsyncGenerator<Buffer> {
  const env = { ...gitEnvironment(mirror), ...OFFLINE };
  const child = spawn('git', args, { cwd: mirror, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  let late = false;
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 2_000) errors += chunk.toString();
  });
  const exit = new Promise<number | Error>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, deadlineMs);
  child.stdin.on('error', () => undefined); // Git ended early: its exit code says why
  child.stdin.end(input);
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer; // a stream without encoding yields buffers
    const ended = await exit;
    if (ended instanceof Error) throw failed(where, late, ended.message);
    if (!fine.includes(ended)) throw failed(where, late, errors);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

function failed(where: string, late: boolean, errors: string): MusterError {
  const what = late ? 'Git did not finish in time.' : `Git failed: ${firstLine(errors) || 'without saying why'}.`;
  const next = 'Check disk space and rights of the mirror folder; it may be deleted, and is then fetched anew.';
  return new MusterError({ remedy: 'retry', where, what, next });
}

/** The line of Git's output that says what went wrong, fit to be printed. */
export function firstLine(errors: string): string {
  const lines = errors.split('\n').map((line) => line.trim());
  const line = lines.find((text) => /^(fatal|error):/.test(text)) ?? lines.find((text) => text !== '') ?? '';
  return line
    .replace(/\p{Cc}/gu, ' ')
    .replace(/^(fatal|error): /, '')
    .replace(/\.$/, '')
    .slice(0, 300);
}
