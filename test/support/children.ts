/** Processes as the kernel lists them: all that there are (proc(5)), and those that one started (proc_pid_task_children(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** All but this one whose command line has one of these texts. */
export function processesWith(...texts: readonly string[]): readonly { readonly pid: number; readonly line: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const line = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ');
    return texts.some((text) => line.includes(text)) ? [{ pid: Number(name), line }] : [];
  });
}

/** Those that a process started whose command line has this text; none where the process is gone. */
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
