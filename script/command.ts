/** Runs an outside program for the scripts and gives what came of it; never throws for what the program did. */
import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';

/** The checkout that the scripts belong to. */
export const ROOT = resolve(import.meta.dirname, '..');

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where programs are looked for, after the checkout's own; as in this process by default. */
  readonly path?: string;
  /** Also passes the output on while it comes. */
  readonly show?: boolean;
}

export interface CommandResult {
  /** Exit status; null when a signal ended it or it could not be started. */
  readonly status: number | null;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
}

/** The environment with the checkout's own programs first, Node 24 among them. */
export function toolEnvironment(
  extra: Readonly<Record<string, string>> = {},
  programs = process.env.PATH ?? '',
): NodeJS.ProcessEnv {
  const path = [join(ROOT, 'node_modules/.bin'), programs].join(delimiter);
  return { ...process.env, ...extra, PATH: path };
}

/** Resolves when the program has ended and all its output is there. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: toolEnvironment(options.env, options.path),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (text: string) => {
      output += text;
      if (options.show === true) process.stdout.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => done({ status: null, output: `${output}${command}: ${error.message}\n` }));
    child.once('close', (status) => done({ status, output }));
  });
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
