/** Runs postmap(1): the one program that reads and writes a map of Postfix as Postfix itself does. */
import { spawn } from 'node:child_process';
import { codeOf, MusterError, type Silence } from '../../../errors.ts';
import type { PostfixSettings } from './settings.ts';

/** Milliseconds; 100,000 entries are read in a sixth of a second. */
const PATIENCE_MS = 10_000;
/** Bytes of an answer; some hundred thousand entries. */
const OUTPUT_MAX = 64 * 2 ** 20;
/** Characters of an error message; it has what is wrong in its first line. */
const ERRORS_MAX = 2_000;

export interface Answer {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export type Postmap = (args: readonly string[], input: string, silence: Silence | null) => Promise<Answer>;

/**
 * One command, with nothing of this process's environment.
 * The promise rejects with a MusterError where it can't be started, or does not end in time: with `silence`, if that may have changed something.
 */
export function postmapOf({ postmap, configFolder }: PostfixSettings): Postmap {
  return (args, input, silence) =>
    new Promise((resolve, reject) => {
      const child = spawn(postmap, ['-c', configFolder, ...args], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const output: Buffer[] = [];
      let size = 0;
      let errors = '';
      const stop = (what: string) => {
        child.kill('SIGKILL');
        reject(failure(postmap, what, silence));
      };
      const timer = setTimeout(() => stop('It does not come to an end.'), PATIENCE_MS);
      child.stdout.on('data', (chunk: Buffer) => {
        output.push(chunk);
        size += chunk.length;
        if (size > OUTPUT_MAX) stop(`It says more than ${OUTPUT_MAX} bytes, which is no list of blocked people.`);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors = (errors + chunk.toString('utf8')).slice(0, ERRORS_MAX);
      });
      // Who ends without reading all of it says why by its exit code.
      child.stdin.on('error', () => undefined);
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(failure(postmap, `It can't be started (${codeOf(error)}).`, null, error));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, output: Buffer.concat(output).toString('utf8'), errors });
      });
      child.stdin.end(input);
    });
}

function failure(where: string, what: string, silence: Silence | null, cause?: unknown): MusterError {
  const next =
    'See that Postfix with its lmdb maps is installed, and correct "mailBlocks.postfix" in the configuration.';
  return new MusterError({ remedy: 'retry', where, what, next, ...(silence === null ? {} : { silence }) }, { cause });
}
