/** Closing: what a run has opened is closed, whatever became of the run. */
import { MusterError } from '../errors.ts';
import type { Session, Store } from './ports.ts';

/** Never throws: all that was to be said on these connections has been said, and one that fails to close must not hide it. */
export async function closeAll(sessions: Iterable<Session>): Promise<void> {
  for (const { reader } of sessions) await reader.close().catch(() => undefined);
}

/** Never throws: a lease that could not be given back ends by itself within a minute. */
export async function giveBack({ lease }: Store): Promise<void> {
  await lease.release().catch(() => undefined);
}

/** For whoever goes on with a connection after closing it. */
export function closedBefore(server: string): MusterError {
  return new MusterError({
    remedy: 'bug',
    where: server,
    what: 'The connection was closed before.',
    next: 'Please report this with the log of the run.',
  });
}
