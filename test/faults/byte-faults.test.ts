/** A plan and a sync, cut, stalled and reset at bytes that a seed chooses, and delivered byte by byte: script/crash tries every byte. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/core/report.ts';
import { referenceOf } from '../support/disturbed-session.ts';
import type { FaultBench } from '../support/fault-bench.ts';
import { allPoints, type Channel, sampleOf } from '../support/fault-points.ts';
import { sweep } from '../support/fault-sweep.ts';
import { figure } from '../support/figures.ts';
import { makeGitBenches } from '../support/git-fault-bench.ts';
import { type GitHttpsServer, startGitHttpsServer, trustForGit } from '../support/git-https-server.ts';
import { makeLdapBench } from '../support/ldap-fault-bench.ts';
import type { PointResult } from '../support/point-share.ts';
import { makeRememberedBenches } from '../support/remembered-fault-bench.ts';
import { missingForSamba } from '../support/samba.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';

/** Set MUSTER_SEED to repeat a run. */
const SEED = Number(process.env.MUSTER_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A few seconds each on two idle cores. */
const POINTS: Readonly<Record<Channel | 'remembered', number>> = {
  ldap: 10,
  remembered: 5,
  'ldap-wire': 6,
  git: 8,
  'git-wire': 5,
};
const LANES = 1;
async function faultsIn(
  channel: Channel,
  benches: readonly FaultBench[],
  points = POINTS[channel],
  close = () => Promise.resolve(),
): Promise<void> {
  const results: PointResult[] = [];
  try {
    await sweep({
      benches,
      choose: ({ bytes }) => sampleOf(allPoints(channel, bytes), points, SEED),
      tell: (result) => results.push(result),
    });
  } finally {
    await Promise.all(benches.map((bench) => bench.remove()));
    await close();
  }
  const again = 'script/crash --at';
  const wrong = results.filter((one) => one.wrong.length > 0);
  expect(wrong.map(({ point, wrong: what }) => `${again} ${point}: ${what.join('; ')}`)).toEqual([]);
  expect(results).toHaveLength(points);
  figure(`${results.length} points of ${channel}, seed ${SEED}`);
}

function ldapBenches(channel: 'ldap' | 'ldap-wire'): Promise<readonly FaultBench[]> {
  return Promise.all(Array.from({ length: LANES }, () => makeLdapBench(channel)));
}

/** Every border between two reads that there can be. */
async function slicedIn(bench: FaultBench): Promise<void> {
  try {
    const reference = await referenceOf(bench);
    const before = await bench.look();
    bench.proxy.slices = true;
    const plan = await bench.run('plan', 'patient');
    expect(plan.plan.changes.map(({ kind, person }) => `${kind} ${person.key}`).sort()).toEqual(reference.planned);
    expect(exitCodeOf(await bench.run('sync', 'patient'))).toBe(0);
    bench.proxy.slices = false;
    const after = await bench.look();
    expect([...after.accounts]).toEqual([...reference.after]);
    expect(after.usn - before.usn).toBe(reference.steps);
    expect(await bench.letters()).toEqual(reference.letters);
  } finally {
    await bench.remove();
  }
}

const PROMISE = 'nothing wrong is decided, nothing hangs, and the next run ends where it should';

describe.skipIf(missingForSamba().length > 0)('A1: a directory session', () => {
  test(`A1: LDAP bytes cut, stalled and reset: ${PROMISE}`, async () => faultsIn('ldap', await ldapBenches('ldap')));

  test(`A1: LDAP bytes of a controller that is asked everything once, as script/crash does, cut, stalled and reset: ${PROMISE}`, async () => {
    const { benches, close } = await makeRememberedBenches(LANES);
    await faultsIn('ldap', benches, POINTS.remembered, close);
  });

  test(`A1: TLS bytes to the directory cut, stalled and reset: ${PROMISE}`, async () =>
    faultsIn('ldap-wire', await ldapBenches('ldap-wire')));

  test('A1: a directory whose bytes come one at a time is read and written as any other', async () => {
    await slicedIn(await makeLdapBench('ldap'));
  });
});

describe('S1: a Git session', () => {
  let home: TestDirectory;
  let server: GitHttpsServer;
  let distrust: () => void;
  beforeAll(async () => {
    home = await makeTestDirectory('git');
    server = await startGitHttpsServer(home.path, join(home.path, 'keys'));
    distrust = await trustForGit(home.path, server.tls.caFile);
  });
  afterAll(async () => {
    distrust();
    await server.close();
    await home.remove();
  });

  test(`S1: HTTP bytes of a fetch cut, stalled and reset: ${PROMISE}`, async () =>
    faultsIn('git', await makeGitBenches('git', server, home.path, LANES)));

  test(`S1: TLS bytes of a fetch cut, stalled and reset: ${PROMISE}`, async () =>
    faultsIn('git-wire', await makeGitBenches('git-wire', server, home.path, LANES)));

  test('S1: a Git server whose bytes come one at a time is read as any other', async () => {
    for (const bench of await makeGitBenches('git', server, home.path, 1)) await slicedIn(bench);
  });
});
