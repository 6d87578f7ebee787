/** Many small syncs side by side against one real domain controller that is asked everything once: for trying each byte of a session. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { openAdminSession } from './admin-session.ts';
import type { FaultBench, Look } from './fault-bench.ts';
import { fixedChance } from './fixed-chance.ts';
import { putSiteBack, runStep, useFolder } from './ldap-fault-bench.ts';
import { RememberedController } from './remembered-controller.ts';
import { RememberedPlace } from './remembered-link.ts';
import { startSamba } from './samba.ts';
import { makeSite, type TestSite, useServers } from './site.ts';
import { lettersOf, stateOf } from './site-state.ts';
import { disableByHand, FRESH, freshPasswords, prepareSmallCompany, SMALL_LIMITS } from './small-company.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';
import { makeTestDirectory } from './test-directory.ts';

interface Parts {
  readonly place: RememberedPlace;
  readonly proxy: TcpProxy;
  readonly site: TestSite;
  readonly config: Config;
  /** Folder of the site as it was before the changes. */
  readonly kept: string;
}

export interface RememberedBenches {
  readonly controller: RememberedController;
  readonly benches: readonly FaultBench[];
  /** After the benches were removed. */
  readonly close: () => Promise<void>;
}

/** So many benches; the bytes that their proxies count are those of LDAP. */
export async function makeRememberedBenches(count: number): Promise<RememberedBenches> {
  const dc = await startSamba();
  const site = await makeSite(dc, { limits: SMALL_LIMITS });
  await useFolder(site);
  const admin = await openAdminSession(dc);
  await prepareSmallCompany(site, () => disableByHand(admin, dc.researchersOu));
  await admin.close();
  const controller = await RememberedController.begin(dc);
  const benches = await Promise.all(Array.from({ length: count }, () => makeBench(controller, site)));
  const close = async () => {
    await controller.remove();
    await site.remove();
  };
  return { controller, benches, close };
}

async function makeBench(controller: RememberedController, original: TestSite): Promise<FaultBench> {
  const { dc } = controller;
  const place = new RememberedPlace(controller);
  const proxy = await startProxy({ host: dc.address, port: 636, ldaps: dc, answerer: () => place.connect() });
  const home = await makeTestDirectory('site');
  await cp(original.folder, home.path, { recursive: true });
  const site: TestSite = {
    folder: home.path,
    repository: join(home.path, 'desired-state'),
    configFile: join(home.path, 'muster.yaml'),
    database: join(home.path, 'muster.db'),
    remove: home.remove,
  };
  await useServers(site, [`ldaps://${proxy.host}:${proxy.port}`]);
  const parts = { place, proxy, site, config: await loadConfig(site.configFile), kept: original.folder };
  return {
    channel: 'ldap',
    proxy,
    configFile: site.configFile,
    run: (step, patience) => runStep(parts.config, step, patience, fixedChance(patience)),
    look: async () => {
      await place.settled();
      return place.state.look;
    },
    state: async () => ({ lasting: await stateOf(site), cached: '' }),
    letters: async () => [...(await lettersOf(site)), ...(await passwordsInForce(parts))],
    rewind: () => rewind(parts),
    remove: async () => {
      await proxy.close();
      await site.remove();
    },
  };
}

async function rewind({ place, proxy, site, kept }: Parts): Promise<Look> {
  proxy.passEverything();
  proxy.resetConnections();
  await place.settled();
  place.state = place.controller.beginning;
  await putSiteBack(site, kept);
  return place.state.look;
}

async function passwordsInForce({ place: { controller, state }, site }: Parts): Promise<readonly string[]> {
  const passwords = await freshPasswords(site);
  return await Promise.all(passwords.map((password) => controller.bind(state, `${FRESH}@example.org`, password)));
}
