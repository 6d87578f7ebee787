/** Runs one outside program to its end and gives its output, or an error that says what it printed. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** A program that hangs would hang the whole test run; nothing that these tests start takes longer. */
const TIMEOUT_MS = 120_000;

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program that ended with another status than 0; `status` is null when a signal ended it. */
export class CommandError extends Error {
  readonly status: number | null;
  readonly stderr: string;

  constructor(command: string, status: number | null, stderr: string, stdout: string) {
    super(`${command} ended with status ${status}: ${stderr.trim() || stdout.trim() || 'no output'}`);
    this.name = 'CommandError';
    this.status = status;
    this.stderr = stderr;
  }
}

/**
 * Runs `command` with fixed arguments (no shell), writes `input` to it and gives its standard output as text.
 * Throws `CommandError` when it ends with another status than 0 or takes longer than two minutes.
 */
export async function runCommand(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    stdio: 'pipe',
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  // A program that ends without reading its input breaks the pipe; its status says why, and is reported below.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (status !== 0) throw new CommandError(command, status, stderr, stdout);
  return stdout;
}
