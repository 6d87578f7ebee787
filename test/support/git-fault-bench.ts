/** A small sync from a real Git server over https, with a proxy in between that disturbs it; the directory is the embedded one. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { pass } from '../../src/core/pass.ts';
import type { Repository } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import { generateKey } from '../../src/credentials/seal.ts';
import { verifyPassword } from '../../src/reconcilers/directory/embedded/adapter.ts';
import { gitSource } from '../../src/sources/git.ts';
import { loaderOf } from '../../src/sources/loader.ts';
import type { OpenStore } from '../../src/store/store.ts';
import { wire } from '../../src/wiring.ts';
import { withoutAttempt } from './account-dumps.ts';
import { commit, daysFromToday, makeRepository, musterFile } from './desired-state.ts';
import type { FaultBench, Look, Patience } from './fault-bench.ts';
import type { Step } from './fault-points.ts';
import type { GitHttpsServer } from './git-https-server.ts';
import { type HandDirectory, handDirectory, OU } from './hand-directory.ts';
import { INSTANCE, type TestSite } from './site.ts';
import { lettersOf, stateOf } from './site-state.ts';
import { FRESH, freshPasswords, prepareSmallCompany, SMALL_LIMITS } from './small-company.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';

/** What a disturbed fetch may take: long beside one on this machine, short beside a test. */
const IMPATIENT_FETCH_MS = 2_500;

/** Processes that share the points of one session must have sessions of the same bytes. */
const COMMITTED_AT = `${daysFromToday(-1)}T12:00:00Z`;

interface Parts {
  readonly proxy: TcpProxy;
  readonly site: TestSite;
  readonly directory: HandDirectory;
  readonly config: Config;
  /** Folder of the site as it was before the changes. */
  readonly kept: string;
}

let prepared = 0;

/**
 * So many benches over one repository, so that all have the same bytes.
 * @param channel the bytes that the proxies count: those of HTTP, or those on the wire.
 * @param server over `folder`, in which the benches make folders of their own; this process's Git trusts it.
 */
export async function makeGitBenches(
  channel: 'git' | 'git-wire',
  server: GitHttpsServer,
  folder: string,
  count: number,
): Promise<readonly FaultBench[]> {
  prepared += 1;
  const name = `site-${prepared}`;
  const repository = join(folder, name, 'desired-state');
  server.forget();
  await makeRepository(repository);
  await commit(repository, musterFile(INSTANCE), 'Begin', COMMITTED_AT);
  const url = (port: number) => `https://127.0.0.1:${port}/${name}/desired-state/.git`;
  const making = Array.from({ length: count }, (_, n) =>
    makeParts(channel, server, { home: join(folder, name, `lane-${n}`), repository, url }),
  );
  const all = await Promise.all(making);
  const [first, ...others] = all.map(({ site }) => site);
  if (first === undefined) throw new RangeError('no bench is wanted');
  const disable = () => Promise.all(all.map(({ directory }) => directory.disable('byhand')));
  await prepareSmallCompany(first, disable, others);
  server.remember();
  await Promise.all(all.map(({ site, kept }) => cp(site.folder, kept, { recursive: true })));
  return all.map((parts) => benchOver(channel, parts));
}

interface Place {
  readonly home: string;
  readonly repository: string;
  readonly url: (port: number) => string;
}

async function makeParts(
  channel: 'git' | 'git-wire',
  server: GitHttpsServer,
  { home, repository, url }: Place,
): Promise<Parts> {
  await mkdir(home);
  const tls = channel === 'git' ? { tls: server.tls, answerer: server.connect } : {};
  const proxy = await startProxy({ host: '127.0.0.1', port: server.port, ...tls });
  const site = siteIn(home, repository);
  const directory = await handDirectory(join(home, 'directory.json'));
  const { identity, recipient } = await generateKey();
  await writeFile(join(home, 'key.txt'), `${identity}\n`);
  await writeFile(site.configFile, configText(url(proxy.port), directory.file, recipient));
  return { proxy, site, directory, config: await loadConfig(site.configFile), kept: `${home}-kept` };
}

function siteIn(home: string, repository: string): TestSite {
  return {
    folder: home,
    repository,
    configFile: join(home, 'muster.yaml'),
    database: join(home, 'muster.db'),
    committedAt: COMMITTED_AT,
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

function benchOver(channel: 'git' | 'git-wire', parts: Parts): FaultBench {
  const { proxy, site, kept } = parts;
  return {
    channel,
    proxy,
    configFile: site.configFile,
    run: (step, patience) => runStep(parts.config, step, patience),
    look: () => lookAt(parts.directory),
    state: async () => ({ lasting: await stateOf(site), cached: await mirrorState(join(site.folder, 'mirror.git')) }),
    letters: async () => [...(await lettersOf(site)), ...(await passwordsInForce(parts))],
    rewind: () => rewind(parts),
    remove: async () => {
      await proxy.close();
      await Promise.all([site.remove(), rm(kept, { recursive: true })]);
    },
  };
}

function configText(url: string, file: string, recipient: string): string {
  return `instance: ${INSTANCE}
mode: enforce
timeZone: Europe/Copenhagen
source: { git: { url: "${url}", branch: main } }
store: { sqlite: muster.db }
directory:
  embedded:
    file: ${file}
    accounts:
      read: ["${OU.researchers}"]
      create: [{ ou: "${OU.researchers}" }]
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
limits: ${SMALL_LIMITS}
credentials:
  outbox: outbox
  recipients: [${recipient}]
`;
}

async function runStep(config: Config, step: Step, patience: Patience): Promise<Report> {
  const opened = await wire(config, { progress: () => undefined, logLevel: 'silent' });
  try {
    const { parts } = opened;
    // What `wire` opens is an OpenStore; a pass needs less of it, and its type says so.
    const repository = patience === 'patient' ? parts.repository : impatient(config, parts.store as OpenStore);
    return await pass({ ...parts, repository }, { trigger: 'command', dryRun: step === 'plan' });
  } finally {
    await opened.close();
  }
}

/** The same repository with a shorter deadline, which no installation needs to set. */
function impatient({ source: from, instance }: Config, { blobs }: OpenStore): Repository {
  if (from.kind !== 'git') throw new TypeError('this bench has a Git server');
  const { url, branch, mirror } = from;
  const source = gitSource({ url, branch }, { mirror, fetchDeadlineMs: IMPATIENT_FETCH_MS });
  return {
    load: loaderOf({ source, instance, blobs, goodText: blobs.goodText }),
    descends: (before, after) => source.descends(before, after),
  };
}

async function lookAt(directory: HandDirectory): Promise<Look> {
  const accounts = [...(await directory.all()).values()].map(({ dn, values }) => {
    const lines = Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
    return [
      dn,
      lines
        .filter((line) => !line.startsWith('pwdLastSet: '))
        .map(withoutAttempt)
        .sort(),
    ] as const;
  });
  return { accounts: new Map(accounts.sort(([a], [b]) => (a < b ? -1 : 1))), usn: await directory.writes() };
}

async function rewind({ site, proxy, kept, directory }: Parts): Promise<Look> {
  proxy.passEverything();
  proxy.resetConnections();
  for (const name of ['muster.db', 'muster.db-wal', 'muster.db-shm', 'outbox', 'mirror.git', 'directory.json']) {
    await rm(join(site.folder, name), { recursive: true, force: true });
  }
  for (const name of ['muster.db', 'outbox', 'mirror.git', 'directory.json']) {
    await cp(join(kept, name), join(site.folder, name), { recursive: true });
  }
  return await lookAt(directory);
}

/** What the mirror holds: its files, without the random parts of names of what was begun and not finished, and where its branch stands. */
async function mirrorState(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).map((name) =>
    name.replace(/(tmp_[a-z]+_|tmp_objdir-[a-z]+-)[A-Za-z0-9]{6}/g, '$1'),
  );
  const ref = await readFile(join(folder, 'refs/muster/source'), 'utf8').catch(() => 'packed');
  return [...new Set(names)].sort().join(' ') + ref;
}

async function passwordsInForce({ site, directory }: Parts): Promise<readonly string[]> {
  const passwords = await freshPasswords(site);
  const outcomes = await Promise.all(passwords.map((password) => verifyPassword(directory.file, FRESH, password)));
  return outcomes.map((right) => (right ? 'right password' : 'wrong password'));
}
