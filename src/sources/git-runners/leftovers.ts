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

/** By proc(5); none where there is no such thing, for only Linux has it. */
function helpersOf(entry: string): readonly number[] {
  return numbersIn('/proc').filter((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(entry)) return false;
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
      return Number(parent) !== process.pid;
    } catch {
      // Somebody else's, or gone by now.
      return false;
    }
  });
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
