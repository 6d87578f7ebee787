/** Processes that a process started, as the kernel lists them (proc_pid_task_children(5)). */
import { readFileSync } from 'node:fs';

/** Those of them whose command line has this text; none where the process is gone. */
export function childrenOf(pid: number, text: string): readonly number[] {
  const pids = read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((one) => one !== '');
  return pids.filter((one) => read(`/proc/${one}/cmdline`).includes(text)).map(Number);
}

export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1];
  // A zombie has ended, and waits for its parent to hear of it.
  return state !== undefined && state !== 'Z';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
