/** Remembers, at the end of a pass, how far its servers have come, what was written in it included. */
import type { Instant } from '../model/document.ts';
import { rememberPosition } from './connecting.ts';
import type { Store } from './ports.ts';
import type { Applied } from './report.ts';
import type { SystemResult } from './system-pass.ts';

/** Of a server that is in doubt, nothing is remembered. */
export async function rememberServers(
  store: Pick<Store, 'servers'>,
  at: Instant,
  systems: readonly SystemResult[],
  applied: readonly Applied[],
): Promise<void> {
  for (const { system, session, footing, believed } of systems) {
    if (session === null || footing === null || !believed) continue;
    const wrote = applied.some((one) => one.change.address.system === system && isCounted(one));
    await rememberPosition(store, system, session, footing, at, wrote);
  }
}

/** Servers confirm without a change of their own that an account is now what somebody else has just made it. */
function isCounted({ change, outcome }: Applied): boolean {
  return outcome.status === 'applied' && change.kind !== 'disable' && change.kind !== 'enable';
}
