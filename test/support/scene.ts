/** A whole Muster without a network, for scenarios: a real repository, a real database, an embedded directory, sealed passwords, and a clock that tests set. */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModeSettings } from '../../src/core/modes.ts';
import { approveHeld } from '../../src/core/operations/approval.ts';
import type { Operator } from '../../src/core/operations/scene.ts';
import { type PassParts, pass } from '../../src/core/pass.ts';
import type { Reconciler, Repository } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import { openOutbox } from '../../src/credentials/outbox.ts';
import { generateKey } from '../../src/credentials/seal.ts';
import { embedded } from '../../src/reconcilers/directory/embedded/adapter.ts';
import { mappingOf } from '../../src/reconcilers/directory/mapping.ts';
import type { DirectoryAdapter, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import { type DirectorySettings, directoryReconciler } from '../../src/reconcilers/directory/reconciler.ts';
import { mailBlocksReconciler } from '../../src/reconcilers/mail-blocks/reconciler.ts';
import { tokensReconciler } from '../../src/reconcilers/tokens/reconciler.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { gitSource } from '../../src/sources/git.ts';
import { lineAuthors } from '../../src/sources/line-authors.ts';
import { loaderOf } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { type OpenStore, openStore } from '../../src/store/store.ts';
import { commit, type Files, inTree, musterFile, writeFiles } from './desired-state.ts';
import { LIMITS } from './gate-builder.ts';
import { TIME_ZONE } from './ground.ts';
import { type HandDirectory, handDirectory, OU } from './hand-directory.ts';
import { type HandTokens, handTokens } from './hand-tokens.ts';
import { type MailList, mailListAt } from './mail-list.ts';
import { NOW } from './reconciliation.ts';
import { runCommand } from './run-command.ts';
import { makeTestDirectory } from './test-directory.ts';

export const INSTANCE = 'research-service';
export const OPERATOR: Operator = { by: 'oper', reason: 'looked at it' };

export interface SceneOptions extends Partial<ModeSettings> {
  /** `folder` by default. */
  readonly source?: 'folder' | 'git';
  readonly limits?: Partial<PassParts['settings']['limits']>;
  /** usernames that nobody may touch. */
  readonly protected?: readonly string[];
  /** How many servers the directory has; each holds its own copy until `replicate`. */
  readonly servers?: number;
  /** The home of a scene that nobody works in at present: this one begins with a copy of it. */
  readonly from?: string;
  /** Whether a control file says who may not send mail. */
  readonly mailBlocks?: boolean;
  /** Stands between core and the directory. */
  readonly around?: (reconciler: Reconciler) => Reconciler;
  readonly aroundMail?: (reconciler: Reconciler) => Reconciler;
  /** Whether there is a system of tokens. */
  readonly tokens?: boolean;
  /** Stands between core and the tokens. */
  readonly aroundTokens?: (reconciler: Reconciler) => Reconciler;
}

export interface Scene {
  /** Folder of everything that the scene is made of. */
  readonly home: string;
  /** Set to let time pass; the servers' own clocks are `clock.serverOffMs` ahead of it. */
  readonly clock: { now: number; serverOffMs: number };
  /** What people do in the directory by hand, on each server. */
  readonly servers: readonly HandDirectory[];
  /** The first of them. */
  readonly directory: HandDirectory;
  /** The control file, where there is one. */
  readonly mailList: MailList;
  /** The tokens, where there are any. */
  readonly tokens: HandTokens;
  readonly outbox: ReturnType<typeof openOutbox>;
  readonly store: OpenStore;
  parts(): PassParts;
  /** Writes files of the repository; where it is Git, commits and pushes them, and gives the revision. */
  /** @param at when it is committed, as Git reads it; as it happens by default. */
  declare(files: Files, at?: string, author?: string): Promise<string>;
  /** Makes the branch stand at that revision, at home and on the server. */
  forcePush(revision: string): Promise<void>;
  plan(): Promise<Report>;
  sync(trigger?: string): Promise<Report>;
  /** Approves everything that the report holds and that an approval can release. */
  approve(report: Report): Promise<void>;
  /** Syncs, approves what is held, and syncs again. */
  settle(): Promise<void>;
  /** Closes the database and opens it again, as another process would. */
  reopen(): Promise<void>;
  /** Deletes the database. */
  loseStore(): Promise<void>;
  /** A second process over the same files: its own connection to the same database. */
  second(): Promise<{ readonly parts: PassParts; readonly close: () => Promise<void> }>;
  close(): Promise<void>;
}

/** An empty repository of this instance, an empty directory, an empty database. */
export async function makeScene(options: SceneOptions = {}): Promise<Scene> {
  const home = await makeTestDirectory('scene');
  const git = options.source === 'git';
  if (options.from !== undefined) await copyHome(options.from, home.path);
  // Commits carry the real time, and a clock that is behind them would be in doubt.
  const clock = { now: git ? Date.now() : NOW, serverOffMs: 0 };
  const desk = await makeDesk(home.path, git, options.from !== undefined);
  const servers = await Promise.all(
    Array.from({ length: options.servers ?? 1 }, (_, nth) => handDirectory(join(home.path, `dc${nth + 1}.json`))),
  );
  const [directory] = servers;
  if (directory === undefined) throw new RangeError('a directory has at least one server');
  const { recipient } = await generateKey();
  const outbox = openOutbox({
    folder: join(home.path, 'outbox'),
    recipients: [recipient],
    instance: INSTANCE,
    clock: () => clock.now,
  });
  const reconciler = reconcilerOf(servers, options, clock, outbox);
  const mailList = mailListAt(join(home.path, 'blocked.txt'), INSTANCE, () => clock.now);
  const mail = mailBlocksReconciler(mailList.adapter);
  const mailReconcilers = options.mailBlocks === true ? [options.aroundMail?.(mail) ?? mail] : [];
  const tokens = handTokens(join(home.path, 'tokens.json'), () => clock.now);
  const token = tokensReconciler(tokens.adapter);
  const tokenReconcilers = options.tokens === true ? [options.aroundTokens?.(token) ?? token] : [];
  const database = join(home.path, 'muster.db');
  const open = () => openStore({ sqlite: database }, () => clock.now);
  let store = await open();
  const partsOver = (over: OpenStore) =>
    partsOf(
      options,
      desk.source,
      over,
      [options.around?.(reconciler) ?? reconciler, ...mailReconcilers, ...tokenReconcilers],
      () => clock.now,
    );
  return {
    home: home.path,
    clock,
    servers,
    directory,
    mailList,
    tokens,
    outbox,
    get store() {
      return store;
    },
    declare: desk.declare,
    forcePush: desk.forcePush,
    ...commandsOver(() => partsOver(store)),
    reopen: async () => {
      await store.close();
      store = await open();
    },
    loseStore: async () => {
      await store.close();
      for (const suffix of ['', '-wal', '-shm']) await rm(`${database}${suffix}`, { force: true });
      store = await open();
    },
    second: async () => {
      const other = await open();
      return { parts: partsOver(other), close: () => other.close() };
    },
    close: async () => {
      await store.close();
      await home.remove();
    },
  };
}

/** All but the mirror, which knows where it came from. */
async function copyHome(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => basename(path) !== 'mirror' });
}

/** Where people write, and the source that Muster reads: what is committed is on the server at once, as if it had been pushed. */
async function makeDesk(
  home: string,
  git: boolean,
  exists: boolean,
): Promise<Pick<Scene, 'declare' | 'forcePush'> & { source: Source }> {
  const folder = join(home, 'desired-state');
  const origin = join(home, 'origin.git');
  await mkdir(folder, { recursive: true });
  if (git && !exists) {
    await runCommand('git', ['init', '--quiet', '--bare', '--initial-branch=main', '--template=', origin]);
  }
  const declare = (files: Files, at?: string, author?: string) =>
    git ? commit(folder, files, 'Change', at, author, origin) : writeFiles(folder, files);
  if (!exists) await declare(musterFile(INSTANCE));
  return {
    declare,
    forcePush: async (revision) => {
      await runCommand('git', [...inTree(folder, origin), 'reset', '--quiet', '--hard', revision]);
    },
    source: git ? gitSource({ url: origin, branch: 'main' }, { mirror: join(home, 'mirror') }) : folderSource(folder),
  };
}

function partsOf(
  { mode = 'enforce', modes = new Map(), limits }: SceneOptions,
  source: Source,
  store: OpenStore,
  reconcilers: readonly Reconciler[],
  clock: () => number,
): PassParts {
  return {
    settings: { mode, modes, timeZone: TIME_ZONE, limits: { ...LIMITS, ...limits }, concurrency: 4 },
    repository: repositoryOf(source, store),
    reconcilers,
    store,
    clock,
    newId: randomUUID,
    progress: () => undefined,
    lineAuthors: lineAuthors(source),
    shutOuts: store.shutOuts,
    seals: store.seals,
    heldRevisions: store.heldRevisions,
    agreement: store.agreement,
  };
}

/** What operators type. */
function commandsOver(parts: () => PassParts): Pick<Scene, 'parts' | 'plan' | 'sync' | 'approve' | 'settle'> {
  const sync = (trigger = 'command') => pass(parts(), { trigger, dryRun: false });
  const approve = async ({ holds }: Report) => {
    for (const { digest } of holds) if (digest !== null) await approveHeld(parts(), digest, OPERATOR, 24);
  };
  return {
    parts,
    plan: () => pass(parts(), { trigger: 'command', dryRun: true }),
    sync,
    approve,
    settle: async () => {
      await approve(await sync());
      await sync();
    },
  };
}

function repositoryOf(source: Source, store: OpenStore): Repository {
  const { blobs } = store;
  const options = { source, instance: INSTANCE, blobs, goodText: blobs.goodText };
  return { load: loaderOf(options), descends: (from, to) => source.descends(from, to) };
}

function reconcilerOf(
  servers: readonly HandDirectory[],
  options: SceneOptions,
  clock: Scene['clock'],
  passwords: DirectorySettings['passwords'],
): Reconciler {
  const mapping = mappingOf({ mobile: '{phone}', company: '{institution.name}' });
  const site: DirectorySite = {
    read: [OU.researchers],
    markAttribute: 'adminDescription',
    mappedAttributes: mapping.attributes,
    protected: options.protected ?? [],
  };
  const adapters = servers.map(({ file }) => embedded({ file }, site, () => clock.now + clock.serverOffMs));
  return directoryReconciler(oneOf(adapters), {
    instance: INSTANCE,
    create: [{ ou: OU.researchers }],
    upnSuffix: 'example.org',
    protected: new Set(options.protected ?? []),
    mapping,
    reported: new Set(['company']),
    mustChangePassword: true,
    passwords,
  });
}

/** Several servers of one directory: the first that answers, or all that do. */
function oneOf(adapters: readonly DirectoryAdapter[]): DirectoryAdapter {
  const connected = async () => {
    const tried = await Promise.allSettled(adapters.map((adapter) => adapter.connect()));
    const connections = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failures = tried.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    if (connections.length === 0) throw failures[0];
    return { connections, unreachable: failures.map((error) => ({ server: 'dc', why: String(error) })) };
  };
  return {
    connect: async (suits = () => true) => {
      const { connections } = await connected();
      const positions = await Promise.all(connections.map(({ reader }) => reader.position()));
      const fit = connections.find(({ reader }, nth) => suits(positions[nth] ?? null, reader.server)) ?? connections[0];
      for (const other of connections) if (other !== fit) await other.close();
      if (fit === undefined) throw new RangeError('no server');
      return fit;
    },
    connectAll: connected,
  };
}

/** A file of the embedded directory as an outage leaves it: not there. */
export async function takeOffline({ file }: HandDirectory): Promise<() => Promise<void>> {
  const content = await readFile(file);
  await rm(file);
  return () => writeFile(file, content);
}
