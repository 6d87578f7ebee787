/** A small sync between Muster and a real domain controller, with a proxy in between that disturbs it. */
import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import { type WireOptions, wire } from '../../src/wiring.ts';
import { type AdminSession, openAdminSession } from './admin-session.ts';
import { bindOutcome } from './directory-contents.ts';
import type { FaultBench, Look, Patience } from './fault-bench.ts';
import type { Step } from './fault-points.ts';
import { type SambaDc, startSamba } from './samba.ts';
import { makeSite, type TestSite } from './site.ts';
import { lettersOf, stateOf } from './site-state.ts';
import { disableByHand, FRESH, freshPasswords, prepareSmallCompany, SMALL_LIMITS } from './small-company.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';

/** What a disturbed run waits for: long beside an answer of an idle controller, short beside a test. */
const IMPATIENT = { connectSeconds: 2, answerSeconds: 0.8, readSeconds: 10 };

/** What chance would bring otherwise: for runs that are to be the same each time. */
export type Chance = Pick<WireOptions, 'random'> & Partial<Pick<PassParts, 'newId'>>;

interface Parts {
  readonly dc: SambaDc;
  readonly admin: AdminSession;
  readonly proxy: TcpProxy;
  readonly site: TestSite;
  readonly config: Config;
  /** The site as it was before the changes. */
  readonly kept: TestDirectory;
  readonly before: Look;
}

/** @param channel the bytes that the proxy counts: those of LDAP, or those on the wire. */
export async function makeLdapBench(channel: 'ldap' | 'ldap-wire'): Promise<FaultBench> {
  const parts = await makeParts(channel);
  const { proxy, site, admin } = parts;
  return {
    channel,
    proxy,
    configFile: site.configFile,
    run: (step, patience) => runStep(parts.config, step, patience),
    look: () => admin.look(),
    state: async () => ({ lasting: await stateOf(site), cached: '' }),
    letters: async () => [...(await lettersOf(site)), ...(await passwordsInForce(parts))],
    rewind: () => rewind(parts),
    remove: () => remove(parts),
  };
}

async function makeParts(channel: 'ldap' | 'ldap-wire'): Promise<Parts> {
  const dc = await startSamba();
  const proxy = await startProxy({ host: dc.address, port: 636, ...(channel === 'ldap' ? { ldaps: dc } : {}) });
  const site = await makeSite(dc, { urls: [`ldaps://${proxy.host}:${proxy.port}`], limits: SMALL_LIMITS });
  await useFolder(site);
  const admin = await openAdminSession(dc);
  await prepareSmallCompany(site, () => disableByHand(admin, dc.researchersOu));
  const kept = await makeTestDirectory('kept');
  await cp(site.folder, kept.path, { recursive: true });
  const before = await admin.look();
  return { dc, admin, proxy, site, config: await loadConfig(site.configFile), kept, before };
}

async function remove({ dc, admin, proxy, site, kept }: Parts): Promise<void> {
  await admin.close();
  await proxy.close();
  await Promise.all([dc.stop(), site.remove(), kept.remove()]);
}

/** Git has faults of its own; here a folder says the same in a tenth of the time. */
export async function useFolder(site: TestSite): Promise<void> {
  const text = await readFile(site.configFile, 'utf8');
  await writeFile(site.configFile, text.replace(/^source: .*$/m, 'source: { folder: ./desired-state }'));
}

export async function runStep(
  config: Config,
  step: Step,
  patience: Patience,
  { random, ...chance }: Chance = {},
): Promise<Report> {
  const options = { progress: () => undefined, logLevel: 'silent', ...(random && { random }) } as const;
  const opened = await wire(patience === 'patient' ? config : impatient(config), options);
  try {
    return await pass({ ...opened.parts, ...chance }, { trigger: 'command', dryRun: step === 'plan' });
  } finally {
    await opened.close();
  }
}

/** The configuration takes whole seconds only; nobody needs less but a test that waits ten thousand times. */
function impatient(config: Config): Config {
  const { directory } = config;
  if (directory.kind !== 'active-directory') throw new TypeError('this bench has a domain controller');
  return { ...config, directory: { ...directory, server: { ...directory.server, timeouts: IMPATIENT } } };
}

async function rewind({ admin, site, kept, before, proxy }: Parts): Promise<Look> {
  proxy.passEverything();
  proxy.resetConnections();
  const now = await admin.look();
  const same = JSON.stringify([...now.accounts]) === JSON.stringify([...before.accounts]);
  if (!same) await admin.putBack(before.accounts, now.accounts);
  await putSiteBack(site, kept.path);
  return same ? now : await admin.look();
}

/** Makes memory and outbox what they are in the folder `kept`. */
export async function putSiteBack(site: TestSite, kept: string): Promise<void> {
  for (const name of ['muster.db-wal', 'muster.db-shm']) await rm(join(site.folder, name), { force: true });
  await copyFile(join(kept, 'muster.db'), site.database);
  await putFolderBack(join(kept, 'outbox'), join(site.folder, 'outbox'));
}

/** Makes the folder hold the same files again, none of which is ever changed in place. */
async function putFolderBack(from: string, to: string): Promise<void> {
  const [wanted, present] = await Promise.all([readdir(from), readdir(to)]);
  await Promise.all(present.filter((name) => !wanted.includes(name)).map((name) => rm(join(to, name))));
  const missing = wanted.filter((name) => !present.includes(name));
  await Promise.all(missing.map((name) => cp(join(from, name), join(to, name))));
}

async function passwordsInForce({ dc, site }: Parts): Promise<readonly string[]> {
  const passwords = await freshPasswords(site);
  return await Promise.all(passwords.map((password) => bindOutcome(dc, `${FRESH}@example.org`, password)));
}
