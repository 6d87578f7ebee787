/** Runs one program to its end and says how long it took by the clock on the wall, and how much memory it had at most. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type FileHandle, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** GNU time: the largest resident set of the program, threads included, and of whatever it waited for. */
const TIME = '/usr/bin/time';
/** A run that takes longer hangs: the slowest, 200 accounts by a loop of modules, takes under a minute. */
const TIMEOUT_MS = 600_000;

export interface TimedOptions {
  /** For files of the measurement itself. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input: a text, or an open file. */
  readonly input?: string | FileHandle;
  /** Exit codes that count as done; 0 unless told. */
  readonly accept?: readonly number[];
  /** False: standard output goes to /dev/null, as a floor's does. */
  readonly keepOutput?: boolean;
}

export interface Timed {
  readonly ms: number;
  /** Largest resident set in MB (10^6 bytes). */
  readonly peakMb: number;
  readonly output: string;
}

/** What this machine lacks for it, as Debian packages. */
export function missingForTiming(): string[] {
  return existsSync(TIME) ? [] : ['time'];
}

/** @throws Error with what it printed when it ends otherwise than accepted. */
export async function timed(command: string, args: readonly string[], options: TimedOptions): Promise<Timed> {
  const { accept = [0], keepOutput = true, input = '' } = options;
  const report = join(options.folder, 'time.txt');
  const begin = performance.now();
  const child = spawn(TIME, ['-f', '%M', '-o', report, '--', command, ...args], {
    stdio: [typeof input === 'string' ? 'pipe' : input.fd, keepOutput ? 'pipe' : 'ignore', 'pipe'],
    env: { ...process.env, ...options.env },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin?.on('error', () => undefined);
  if (typeof input === 'string') child.stdin?.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const outputs = [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream)));
  const [status, output = '', errors = ''] = await Promise.all([ended, ...outputs]);
  const ms = performance.now() - begin;
  if (status === null || !accept.includes(status)) {
    throw new Error(`${command} ${args[0] ?? ''} ended with ${status}: ${(errors || output).trim().slice(0, 2000)}`);
  }
  // GNU time puts a line about an exit code other than 0 before the figure, which is in KiB.
  const kib = Number((await readFile(report, 'utf8')).trim().split('\n').at(-1));
  return { ms, peakMb: (kib * 1024) / 1e6, output };
}
