/** Which process this is, and whether another one still lives: what lets a lease outlive nothing but its holder. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from every later one that gets the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks between boot and the start of the process: field 22 of /proc/PID/stat, proc(5). Null where there is no /proc. */
  readonly started: string | null;
  /** Changes with every boot: /proc/sys/kernel/random/boot_id. Null where there is no /proc. */
  readonly boot: string | null;
  /** Process numbers mean something only within one namespace, pid_namespaces(7). Null where there is no /proc. */
  readonly pidSpace: string | null;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return {
    host: hostname(),
    pid: process.pid,
    started: statOf(process.pid)?.started ?? null,
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidSpace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Whether it is certain, seen from `here`, that a process has ended. Another host or another container can't be looked
 * into, so the answer about it is always false.
 */
export function hasEnded(there: ProcessIdentity, here: ProcessIdentity): boolean {
  if (there.host !== here.host) return false;
  // Same host, started anew. Two hosts of one name can't share a database in WAL mode; a PostgreSQL store has to
  // leave this line out.
  if (there.boot !== null && here.boot !== null && there.boot !== here.boot) return true;
  if (there.pidSpace !== here.pidSpace) return false;
  if (!isNumberInUse(there.pid)) return true;
  const stat = statOf(there.pid);
  // Hidden from us (hidepid), or no /proc at all: it may be the one.
  if (stat === null || there.started === null) return false;
  return stat.over || stat.started !== there.started;
}

function isNumberInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM says that it is there and somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function statOf(pid: number): { readonly started: string; readonly over: boolean } | null {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === null) return null;
  // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const started = fields[19];
  if (state === undefined || started === undefined) return null;
  // Zombie or dead: killed, and only its entry waits for the parent.
  return { started, over: state === 'Z' || state === 'X' };
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
