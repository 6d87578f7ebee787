/** Runs the programs that prove signatures, with nothing of anybody's settings, in a folder that is gone afterwards. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../errors.ts';

/** Milliseconds; a signature is proven in some ten. */
const PATIENCE_MS = 10_000;
/** Characters of an answer; a proof says a few lines. */
const ANSWER_MAX = 64 * 1024;

export interface Answer {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export type Program = (args: readonly string[], input: Buffer | string) => Promise<Answer>;

/** A folder for its owner alone. */
export async function inWorkplace<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-evidence-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Days of validity without a zone are read in UTC. The promise rejects with a MusterError where the program is missing or does
 * not come to an end.
 */
export function programIn(folder: string, name: 'ssh-keygen' | 'gpg'): Program {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: folder, GNUPGHOME: folder };
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = spawn(name, [...args], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
      let output = '';
      let errors = '';
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(failure(name, 'It does not come to an end.'));
      }, PATIENCE_MS);
      child.stdout.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString('utf8')).slice(0, ANSWER_MAX);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors = (errors + chunk.toString('utf8')).slice(0, ANSWER_MAX);
      });
      // Who ends without reading all of it says why by its exit code.
      child.stdin.on('error', () => undefined);
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(failure(name, `It can't be started (${'code' in error ? String(error.code) : error.message}).`));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, output, errors });
      });
      child.stdin.end(input);
    });
}

function failure(where: string, what: string): MusterError {
  const next = 'Install it (Debian: openssh-client has ssh-keygen, gnupg has gpg); without it no signature is proven.';
  return new MusterError({ remedy: 'person', where, what, next });
}
