/** Runs Git with nothing of the machine's or the user's Git settings: what every command of the mirror shares. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '../errors.ts';
import { gitRunner } from './git-runners/current.ts';
import { makeFolder } from './making-folders.ts';

/** Everything on the local disk. */
export const LOCAL_DEADLINE_MS = 60_000;

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
function gitEnvironment(mirror: string): Record<string, string> {
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

export interface TextOptions {
  /** Ends it; by default when everything that this machine has should long be done. */
  readonly signal?: AbortSignal;
  /** More of an environment. */
  readonly more?: Readonly<Record<string, string>>;
  readonly toServer?: boolean;
}

/** What a short Git command on the mirror printed. Rejects with an Error of what Git said. */
export function gitText(
  mirror: string,
  args: readonly string[],
  { signal = AbortSignal.timeout(LOCAL_DEADLINE_MS), more = {}, toServer = false }: TextOptions = {},
): Promise<string> {
  const environment = { ...gitEnvironment(mirror), ...more };
  return gitRunner().text({ folder: mirror, args, environment, toServer }, signal);
}

/**
 * Starts one Git command that only reads and yields its output as it comes, with back-pressure.
 * Throws MusterError on failure, or when the deadline passes.
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
  const environment = { ...gitEnvironment(mirror), ...OFFLINE };
  const git = gitRunner().start({ folder: mirror, args, environment }, input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    git.end();
  }, deadlineMs);
  try {
    yield* git.output;
    const { code, errors } = await git.ended;
    if (code === null || !fine.includes(code)) throw failed(where, late, errors);
  } finally {
    clearTimeout(timer);
    git.end();
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
