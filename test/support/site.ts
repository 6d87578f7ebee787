/** A whole installation for tests: configuration, repository, store and outbox on disk, with commands that use them as the command line does. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { loadConfig } from '../../src/config.ts';
import { approveHeld } from '../../src/core/operations/approval.ts';
import { type Rebuild, rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Clock, Reconciler, Session } from '../../src/core/ports.ts';
import { exitCodeOf, type Report } from '../../src/core/report.ts';
import { passwordIn } from '../../src/credentials/letter.ts';
import { type OutboxEntry, openOutbox } from '../../src/credentials/outbox.ts';
import { generateKey, open } from '../../src/credentials/seal.ts';
import { type Site, wire } from '../../src/wiring.ts';
import { commit, type Files, makeRepository, musterFile } from './desired-state.ts';
import { program } from './programs.ts';
import { copyState, type SambaDc, startSamba } from './samba.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';

export const INSTANCE = 'research-service';
export const OPERATOR = { by: 'oper', reason: 'looked at them' };

export interface SiteOptions {
  /** Servers in order; the controller's own address by default. */
  readonly urls?: readonly string[];
  /** The `limits` of the configuration, as YAML in flow style. */
  readonly limits?: string;
  /** More settings of the directory, as YAML lines indented by four. */
  readonly directory?: string;
  /** More settings of the accounts, as YAML lines indented by six. */
  readonly accounts?: string;
  /** More settings of the whole, as YAML. */
  readonly settings?: string;
}

export interface TestSite {
  readonly folder: string;
  readonly repository: string;
  readonly configFile: string;
  readonly database: string;
  /** When everything is committed, as Git reads it; as it happens by default. */
  readonly committedAt?: string;
  readonly remove: () => Promise<void>;
}

/** What a test changes about one pass. */
export interface PassOptions {
  readonly clock?: Clock;
  readonly trigger?: 'command' | 'schedule';
  /** Runs once everything is planned and judged, just before the first write. */
  readonly beforeWriting?: () => Promise<void>;
}

/** An installation in a folder of its own, with an empty repository of its instance committed. */
export async function makeSite(dc: SambaDc, options: SiteOptions = {}): Promise<TestSite> {
  const home: TestDirectory = await makeTestDirectory('site');
  const site: TestSite = {
    folder: home.path,
    repository: join(home.path, 'desired-state'),
    configFile: join(home.path, 'muster.yaml'),
    database: join(home.path, 'muster.db'),
    remove: home.remove,
  };
  const { identity, recipient } = await generateKey();
  await Promise.all([
    writeFile(join(site.folder, 'key.txt'), `${identity}\n`, { mode: 0o600 }),
    writeFile(join(site.folder, 'ad-password'), `${dc.musterPassword}\n`, { mode: 0o600 }),
    configure(site, dc, recipient, options),
    makeRepository(site.repository),
  ]);
  await change(site, musterFile(INSTANCE), 'Begin');
  return site;
}

/** Commits to the site's repository. */
export async function change(site: TestSite, files: Files, message: string): Promise<string> {
  return await commit(site.repository, files, message, site.committedAt);
}

async function configure(site: TestSite, dc: SambaDc, recipient: string, options: SiteOptions): Promise<void> {
  const { urls = [dc.ldapsUrl], limits = '{}', directory = '', accounts = '', settings = '' } = options;
  const text = `instance: ${INSTANCE}
mode: enforce
timeZone: Europe/Copenhagen
source: { git: { url: ./desired-state, branch: main } }
store: { sqlite: muster.db }
directory:
  activeDirectory:
    urls: ${JSON.stringify(urls)}
    caFile: ${dc.caFile}
    bind: { user: ${dc.musterUser}, passwordFile: ad-password }
    base: ${dc.baseDn}
${directory}    accounts:
      read: ["${dc.researchersOu}"]
      create:
        - { institution: cbs, ou: "OU=CBS,${dc.researchersOu}" }
        - { institution: dtu, ou: "OU=DTU,${dc.researchersOu}" }
        - { ou: "${dc.researchersOu}" }
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
${accounts}limits: ${limits}
credentials:
  outbox: outbox
  recipients: [${recipient}]
${settings}`;
  await writeFile(site.configFile, text);
}

/** Other servers from now on, as when somebody edits the configuration. */
export async function useServers(site: TestSite, urls: readonly string[]): Promise<void> {
  const text = await readFile(site.configFile, 'utf8');
  await writeFile(site.configFile, text.replace(/^ {4}urls: .*$/m, `    urls: ${JSON.stringify(urls)}`));
}

/** Opens the installation as every command does, and closes it again: nothing but the disk lives on between two calls. */
export async function onSite<T>(site: TestSite, work: (opened: Site) => Promise<T>): Promise<T> {
  const opened = await wire(await loadConfig(site.configFile), { progress: () => undefined, logLevel: 'silent' });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** `muster sync`. */
export async function sync(site: TestSite, options: PassOptions = {}): Promise<Report> {
  const { trigger = 'command' } = options;
  return await onSite(site, ({ parts }) => pass(partsWith(parts, options), { trigger, dryRun: false }));
}

/** `muster plan`. */
export async function plan(site: TestSite, options: PassOptions = {}): Promise<Report> {
  const { trigger = 'command' } = options;
  return await onSite(site, ({ parts }) => pass(partsWith(parts, options), { trigger, dryRun: true }));
}

/** `muster approve` for everything that the report holds and an approval can release. */
export async function approveAll(site: TestSite, report: Report): Promise<void> {
  await onSite(site, async ({ parts, config }) => {
    for (const { digest } of report.holds) {
      if (digest !== null) await approveHeld(parts, digest, OPERATOR, config.approvals.expireHours);
    }
  });
}

/** `muster ledger rebuild`, twice: shown, then approved by its digest. */
export async function rebuild(site: TestSite): Promise<Rebuild> {
  const shown = await onSite(site, ({ parts }) => rebuildLedger(parts, null));
  return await onSite(site, ({ parts }) => rebuildLedger(parts, { ...OPERATOR, digest: shown.digest }));
}

/** `muster sync` in a process of its own, which a test may stop or kill; somebody must read its standard error. */
export function syncInChild(site: TestSite): ChildProcessByStdio<null, null, Readable> {
  const args = [program('main'), 'sync', '--config', site.configFile, '--format', 'json'];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function partsWith(parts: PassParts, { clock, beforeWriting }: PassOptions): PassParts {
  const timed = clock === undefined ? parts : { ...parts, clock };
  if (beforeWriting === undefined) return timed;
  let started: Promise<void> | null = null;
  const first = () => {
    started ??= beforeWriting();
    return started;
  };
  return { ...timed, reconcilers: timed.reconcilers.map((reconciler) => interrupted(reconciler, first)) };
}

/** The same reconciler, whose writers wait for `first` before they write. */
function interrupted(reconciler: Reconciler, first: () => Promise<void>): Reconciler {
  const around = ({ reader, writer }: Session): Session => ({
    reader,
    writer: {
      write: async (one, attempt) => {
        await first();
        return await writer.write(one, attempt);
      },
    },
  });
  return {
    ...reconciler,
    connect: async (suits) => around(await reconciler.connect(suits)),
    connectAll: async () => {
      const { sessions, unreachable } = await reconciler.connectAll();
      return { sessions: sessions.map(around), unreachable };
    },
  };
}

/**
 * Sealed passwords in the outbox, opened with the site's key.
 * @param of of one person; of everybody by default.
 */
export async function sealedPasswords(
  site: TestSite,
  of?: string,
): Promise<readonly (OutboxEntry & { readonly password: string })[]> {
  const identity = (await readFile(join(site.folder, 'key.txt'), 'utf8')).trim();
  const outbox = openOutbox({
    folder: join(site.folder, 'outbox'),
    recipients: [],
    instance: INSTANCE,
    clock: Date.now,
  });
  const entries = (await outbox.list()).filter(({ username }) => of === undefined || username === of);
  return await Promise.all(
    entries.map(async (entry) => {
      const letter = await open(await readFile(entry.path, 'utf8'), [identity]);
      return { ...entry, password: passwordIn(letter) ?? '' };
    }),
  );
}

/** What a report came to, in a few words: kinds of changes with their outcomes, holds and the exit code. */
export function outcomeOf(report: Report): {
  readonly applied: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>>;
  readonly exit: number;
} {
  const applied: Record<string, number> = {};
  for (const { change: one, outcome } of report.applied) {
    const name = outcome.status === 'applied' ? one.kind : `${one.kind} ${outcome.status}`;
    applied[name] = (applied[name] ?? 0) + 1;
  }
  const held: Record<string, number> = {};
  for (const { rule, changes } of report.holds) held[rule] = (held[rule] ?? 0) + changes.length;
  return { applied, held, exit: exitCodeOf(report) };
}

/** What most tests need: a controller and an installation, gone afterwards. */
export async function onFreshSite(
  options: Omit<SiteOptions, 'urls'>,
  work: (site: TestSite, dc: SambaDc) => Promise<void>,
): Promise<void> {
  const dc = await startSamba();
  try {
    const site = await makeSite(dc, options);
    try {
      await work(site, dc);
    } finally {
      await site.remove();
    }
  } finally {
    await dc.stop();
  }
}

/** An installation with two servers that hold the same accounts and do not replicate. @param begin what is there before the second one is. */
export async function onTwoServers(
  limits: string,
  begin: (site: TestSite) => Promise<void>,
  work: (site: TestSite, first: SambaDc, second: SambaDc) => Promise<void>,
): Promise<void> {
  await onFreshSite({ limits }, async (site, first) => {
    await begin(site);
    const second = await copyState(first);
    try {
      await second.beginAnotherLife();
      await useServers(site, [first.ldapsUrl, second.ldapsUrl]);
      await work(site, first, second);
    } finally {
      await second.stop();
    }
  });
}
