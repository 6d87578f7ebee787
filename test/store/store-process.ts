/** Starts `store-child.ts`, speaks to it, and makes sure that it is gone after the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { NOON } from '../contracts/store-samples.ts';
import { program } from '../support/programs.ts';

export interface StoreProcess {
  readonly pid: number;
  /** Sends one command and resolves to its answer: `{ok}` or `{error}`. */
  ask(command: string): Promise<unknown>;
  /** Ends its input, and resolves to its exit code once it has ended by itself. */
  finish(): Promise<number | null>;
  /** Sends a signal; for SIGKILL it resolves when the process is gone. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

/** A process with the store open, its clock standing at `instant`. */
export async function startStoreProcess(path: string, instant = NOON): Promise<StoreProcess> {
  const child = spawn(process.execPath, [program('store-child'), path, String(instant)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the process ended without an answer');
    return JSON.parse(value);
  };
  await answer();
  return {
    pid: pidOf(child),
    ask: (command) => {
      child.stdin.write(`${command}\n`);
      return answer();
    },
    finish: async () => {
      child.stdin.end();
      await ended;
      return child.exitCode;
    },
    signal: async (name) => {
      child.kill(name);
      if (name === 'SIGKILL') await ended;
    },
  };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process did not start');
  return child.pid;
}
