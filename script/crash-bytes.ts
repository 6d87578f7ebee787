/** Crash points on the way: every byte of a plan and of a sync, over LDAP and over Git, cut, stalled and reset. */
import { join } from 'node:path';
import type { FaultBench } from '../test/support/fault-bench.ts';
import { allPoints, type Channel, nameOf } from '../test/support/fault-points.ts';
import { sweep } from '../test/support/fault-sweep.ts';
import { makeGitBench } from '../test/support/git-fault-bench.ts';
import { startGitHttpsServer, trustForGit } from '../test/support/git-https-server.ts';
import { makeLdapBench } from '../test/support/ldap-fault-bench.ts';
import { type Share, shareOf, type Tell } from '../test/support/point-share.ts';
import { makeRememberedBenches } from '../test/support/remembered-fault-bench.ts';
import { makeTestDirectory } from '../test/support/test-directory.ts';

/** A stall waits for its time-out while others work: about as many as keep a processor core busy. */
const LANES = 10;
/** On the wire each lane has a domain controller of its own. */
const WIRE_LANES = 5;

/** No two sessions have quite the same bytes on the wire, so that trying each means little: so many per process are tried. */
const WIRE_POINTS = 600;

export async function crashBytes(channel: Channel, share: Share, tell: Tell): Promise<void> {
  const wire = channel === 'ldap-wire' || channel === 'git-wire';
  const lanes = share.at !== null ? 1 : channel === 'ldap-wire' ? WIRE_LANES : LANES;
  const { benches, close } = await openBenches(channel, lanes);
  const points = wire ? Math.min(share.points ?? WIRE_POINTS, WIRE_POINTS) : share.points;
  try {
    await sweep({
      benches,
      choose: ({ bytes }) => shareOf(allPoints(channel, bytes), { ...share, points }, nameOf),
      tell,
    });
  } finally {
    await Promise.all(benches.map((bench) => bench.remove()));
    await close();
  }
}

interface Opened {
  readonly benches: readonly FaultBench[];
  readonly close: () => Promise<void>;
}

/** So many benches of that channel; the caller removes them, then closes what they share. */
export async function openBenches(channel: Channel, lanes: number): Promise<Opened> {
  if (channel === 'ldap') return await makeRememberedBenches(lanes);
  if (channel === 'ldap-wire') {
    const benches = await Promise.all(Array.from({ length: lanes }, () => makeLdapBench(channel)));
    return { benches, close: () => Promise.resolve() };
  }
  const home = await makeTestDirectory('git');
  const server = await startGitHttpsServer(home.path, join(home.path, 'keys'));
  const distrust = await trustForGit(home.path, server.tls.caFile);
  const benches = await Promise.all(Array.from({ length: lanes }, () => makeGitBench(channel, server, home.path)));
  const close = async () => {
    distrust();
    await server.close();
    await home.remove();
  };
  return { benches, close };
}
