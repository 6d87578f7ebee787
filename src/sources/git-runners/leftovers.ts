/** Processes that Git leaves when it is ended: the helpers that speak to the server know nothing of it, and wait on. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** Marks the processes of one command: its helpers inherit it, also those that lost their parent. */
const MARK = 'MUSTER_GIT_COMMAND';

export interface MarkedCommand {
  /** For the environment of the command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends its helpers by their ids. Git itself, a child of this process, is left to tidy up after its own signal. */
  endHelpers(): void;
}

export function markedCommand(): MarkedCommand {
  const mark = randomUUID();
  return {
    environment: { [MARK]: mark },
    endHelpers: () => {
      for (const pid of helpersOf(`${MARK}=${mark}`)) end(pid);
    },
  };
}

/** Given to the small process that runs Git, and by it to every Git: what is left when it was killed bears it. */
export const PROCESS_MARK = 'MUSTER_GIT_PROCESS';

/** Ends by their ids all that bear this mark. */
export function endMarked(mark: string): void {
  for (const pid of bearing(`${PROCESS_MARK}=${mark}`)) end(pid);
}

function helpersOf(entry: string): readonly number[] {
  return bearing(entry).filter((pid) => parentOf(pid) !== process.pid);
}

/** By proc(5); none where there is no such thing, for only Linux has it. */
function bearing(entry: string): readonly number[] {
  return numbersIn('/proc').filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(entry));
}

function parentOf(pid: number): number {
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
  return Number(parent);
}

/** Empty where it is somebody else's, or gone by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function numbersIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
