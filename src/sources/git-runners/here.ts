/** Git as a child of this process. */
import { spawn } from 'node:child_process';
import { simpleGit } from 'simple-git';
import { markedCommand } from './leftovers.ts';
import type { Ended, GitCommand, GitRunner, Running } from './runner.ts';

/** Characters of what Git says when it fails. */
const ERRORS_MAX = 2_000;

export const here: GitRunner = { text, start };

async function text({ folder, args, environment, toServer }: GitCommand, signal: AbortSignal): Promise<string> {
  const marked = toServer === true ? markedCommand() : null;
  const env = { ...environment, ...marked?.environment };
  const endHelpers = () => marked?.endHelpers();
  signal.addEventListener('abort', endHelpers, { once: true });
  try {
    return await simpleGit({
      baseDir: folder,
      abort: signal,
      errors: (error, { exitCode, stdErr }) => error ?? failureOf(exitCode, Buffer.concat(stdErr)),
      // Both only concern values that are fixed here: the empty template, and the global configuration that is /dev/null.
      allowEnvironment: Object.keys(env),
      unsafe: { allowUnsafeTemplateDir: true, allowUnsafeConfigPaths: true },
    })
      .env(env)
      .raw([...args]);
  } finally {
    signal.removeEventListener('abort', endHelpers);
  }
}

/**
 * simple-git by itself takes a Git that was killed, or that failed without a word, for one that did its work.
 * @param exitCode null where a signal ended it, whatever simple-git's type says
 */
function failureOf(exitCode: number | null, said: Buffer): Buffer | Error | undefined {
  if (exitCode === 0) return undefined;
  if (said.length > 0) return said;
  return new Error(exitCode === null ? 'it was killed, perhaps for want of memory' : `it ended with ${exitCode}`);
}

/**
 * simple-git gathers a command's whole output in memory and decodes it as text, which neither contents nor a tree of unknown size
 * allow; hence this one direct spawn.
 */
function start({ folder, args, environment }: GitCommand, input: string): Running {
  const child = spawn('git', args, { cwd: folder, env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < ERRORS_MAX) errors += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ code: null, errors: error.message }));
    child.once('close', (code) => resolve({ code, errors }));
  });
  child.stdin.on('error', () => undefined); // Git ended early: its exit code says why
  child.stdin.end(input);
  // A stream without encoding yields buffers.
  return { output: child.stdout, ended, end: () => child.kill('SIGKILL') };
}
