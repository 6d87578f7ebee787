/** A process that passes again and again, and beside each pass of it the same pass of a process that begins with nothing. */
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PassParts, pass } from '../../src/core/pass.ts';
import { passReuse } from '../../src/core/pass-reuse.ts';
import type { Reconciler } from '../../src/core/ports.ts';
import type { Report } from '../../src/core/report.ts';
import type { Position } from '../../src/core/server-memory.ts';
import { openOutbox } from '../../src/credentials/outbox.ts';
import { generateKey } from '../../src/credentials/seal.ts';
import { embedded } from '../../src/reconcilers/directory/embedded/adapter.ts';
import { DirectoryFile } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import { mappingOf } from '../../src/reconcilers/directory/mapping.ts';
import type { Account, DirectoryAdapter, Reading } from '../../src/reconcilers/directory/port.ts';
import { directoryReconciler } from '../../src/reconcilers/directory/reconciler.ts';
import { folderSource } from '../../src/sources/folder.ts';
import { loaderOf } from '../../src/sources/loader.ts';
import { openStore } from '../../src/store/store.ts';
import { type Files, musterFile, writeFiles } from './desired-state.ts';
import { LIMITS } from './gate-builder.ts';
import { type HandDirectory, handDirectory, OU } from './hand-directory.ts';
import { NOW } from './reconciliation.ts';
import { rowsOfRun } from './run-rows.ts';
import { INSTANCE } from './scene.ts';
import { sorted } from './story.ts';
import { makeTestDirectory } from './test-directory.ts';
import { verySame } from './very-same.ts';

export interface Clock {
  now: number;
  /** How far the server's clock is ahead. */
  serverOffMs: number;
}

/** A pass and all that it left behind, as text in which only what a process makes up by itself is left out. */
export interface Passed {
  readonly report: string;
  readonly left: string;
}

export interface Twin {
  readonly clock: Clock;
  readonly directory: HandDirectory;
  declare(files: Files): Promise<void>;
  /** What another process does meanwhile, over the same files. */
  elsewhere<T>(work: (parts: PassParts) => Promise<T>): Promise<T>;
  /** The pass of the process that lasts, and that of a new one over a copy of everything. */
  pass(dryRun: boolean): Promise<{ readonly resident: Passed; readonly fresh: Passed; readonly written: Report }>;
  close(): Promise<void>;
}

export async function makeTwin(): Promise<Twin> {
  const home = await makeTestDirectory('twin');
  const clock: Clock = { now: NOW, serverOffMs: 0 };
  const { recipient } = await generateKey();
  const here = join(home.path, 'here');
  const there = join(home.path, 'there');
  await writeFiles(join(here, 'desired-state'), musterFile(INSTANCE));
  const directory = await handDirectory(join(here, 'dc.json'));
  let run = 0;
  const resident = await openProcess(here, { clock, recipient, resident: true, run: () => run });
  return {
    clock,
    directory,
    declare: async (files) => {
      await writeFiles(join(here, 'desired-state'), files);
    },
    elsewhere: async (work) => {
      run += 1;
      const other = await openProcess(here, { clock, recipient, resident: false, run: () => run });
      try {
        return await work(other.parts);
      } finally {
        await other.close();
      }
    },
    pass: async (dryRun) => {
      run += 1;
      await cp(here, there, { recursive: true });
      const before = await guids(directory);
      const copy = await openProcess(there, { clock, recipient, resident: false, run: () => run });
      try {
        const fresh = await pass(copy.parts, { trigger: 'schedule', dryRun });
        const written = await pass(resident.parts, { trigger: 'schedule', dryRun });
        return {
          written,
          fresh: await asText(fresh, copy.parts, there, before),
          resident: await asText(written, resident.parts, here, before),
        };
      } finally {
        await copy.close();
        await rm(there, { recursive: true, force: true });
      }
    },
    close: async () => {
      await resident.close();
      await home.remove();
    },
  };
}

interface Process {
  readonly parts: PassParts;
  readonly close: () => Promise<void>;
}

interface ProcessOptions {
  readonly clock: Clock;
  readonly recipient: string;
  readonly resident: boolean;
  /** Number of the run that ids are made of. */
  readonly run: () => number;
}

async function openProcess(home: string, { clock, recipient, resident, run }: ProcessOptions): Promise<Process> {
  const now = () => clock.now;
  const store = await openStore({ sqlite: join(home, 'muster.db'), resident }, now);
  const { blobs } = store;
  const source = folderSource(join(home, 'desired-state'));
  const load = loaderOf({ source, instance: INSTANCE, blobs, goodText: blobs.goodText, resident });
  const outbox = openOutbox({ folder: join(home, 'outbox'), recipients: [recipient], instance: INSTANCE, clock: now });
  const reconciler = reconcilerOver(home, clock, outbox, resident);
  const ids = new Map<number, number>();
  const parts: PassParts = {
    settings: { mode: 'enforce', timeZone: 'Europe/Copenhagen', limits: LIMITS, concurrency: 1 },
    repository: { load, descends: (from, to) => source.descends(from, to) },
    reconcilers: [reconciler],
    store,
    clock: now,
    newId: () => {
      const nth = (ids.get(run()) ?? 0) + 1;
      ids.set(run(), nth);
      return `id-${run()}-${nth}`;
    },
    progress: () => undefined,
    ...(resident ? { reuse: passReuse() } : {}),
  };
  return { parts: frozen(parts), close: () => store.close() };
}

function reconcilerOver(
  home: string,
  clock: Clock,
  passwords: ReturnType<typeof openOutbox>,
  resident: boolean,
): Reconciler {
  const mapping = mappingOf({ mobile: '{phone}', company: '{institution.name}' });
  const site = {
    read: [OU.researchers],
    markAttribute: 'adminDescription',
    mappedAttributes: mapping.attributes,
    protected: [],
  };
  const inFile = embedded({ file: join(home, 'dc.json') }, site, () => clock.now + clock.serverOffMs);
  const adapter = calledAlike(inFile, home);
  return directoryReconciler(
    resident ? keeping(adapter) : adapter,
    {
      instance: INSTANCE,
      create: [{ ou: OU.researchers }],
      upnSuffix: 'example.org',
      protected: new Set(),
      mapping,
      reported: new Set(['company']),
      mustChangePassword: true,
      passwords,
    },
    { lasting: resident },
  );
}

/** A copy of the directory is no other server, and is called as the one that it was copied from. */
function calledAlike(adapter: DirectoryAdapter, home: string): DirectoryAdapter {
  const alike = (text: string) => text.replaceAll(home, 'HOME');
  const alikeAt = (position: Position | null) =>
    position === null ? null : { ...position, server: alike(position.server), epoch: alike(position.epoch) };
  return {
    ...adapter,
    connect: async (suits) => {
      const asked =
        suits === undefined ? undefined : (at: Position | null, address: string) => suits(alikeAt(at), alike(address));
      const connection = await adapter.connect(asked);
      const { reader } = connection;
      return {
        ...connection,
        reader: { ...reader, server: alike(reader.server), position: async () => alikeAt(await reader.position()) },
      };
    },
  };
}

/** Accounts that are as they were are the very objects that they were, as an adapter gives them that reads only what changed. */
function keeping(adapter: DirectoryAdapter): DirectoryAdapter {
  const same = verySame<Account>(({ guid }) => guid);
  const whole = verySame<Reading>(() => '');
  const kept = ({ accounts, moved, ...rest }: Reading): Reading =>
    whole({ ...rest, accounts: accounts.map(same), moved: moved.map(same) });
  return {
    ...adapter,
    connect: async (suits) => {
      const connection = await adapter.connect(suits);
      const { reader } = connection;
      return {
        ...connection,
        reader: { ...reader, readAll: async (...asked) => kept(await reader.readAll(...asked)) },
      };
    },
  };
}

/** Whoever changes what others may still hold is stopped at once. */
function frozen(parts: PassParts): PassParts {
  const { repository, store, reconcilers } = parts;
  return {
    ...parts,
    repository: { ...repository, load: async (...asked) => deepFrozen(await repository.load(...asked)) },
    store: {
      ...store,
      ledger: { ...store.ledger, all: async (system) => deepFrozen(await store.ledger.all(system)) },
      memory: { ...store.memory, entries: async () => deepFrozen(await store.memory.entries()) },
      orders: { ...store.orders, blocks: async (at) => deepFrozen(await store.orders.blocks(at)) },
    },
    reconcilers: reconcilers.map((reconciler) => ({
      ...reconciler,
      project: (model, at) => deepFrozen(reconciler.project(deepFrozen(model), at)),
      connect: async (suits) => {
        const session = await reconciler.connect(suits);
        const { reader } = session;
        return {
          ...session,
          reader: { ...reader, observe: async (...asked) => deepFrozen(await reader.observe(...asked)) },
        };
      },
    })),
  };
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const parts = value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value);
  for (const part of parts) deepFrozen(part);
  return value;
}

async function guids({ file }: HandDirectory): Promise<ReadonlySet<string>> {
  return new Set((await accountsIn(file)).map(([, { guid }]) => guid));
}

/** New objects have names of their own making: they are called by whom they are for. */
async function asText(
  report: Report,
  { store }: PassParts,
  home: string,
  before: ReadonlySet<string>,
): Promise<Passed> {
  const directory = await accountsIn(join(home, 'dc.json'));
  const lines: string[] = [];
  const names = new Map<string, string>();
  for (const [name, { guid, dn, values }] of directory) {
    if (!before.has(guid)) names.set(guid, `new account of ${name}`);
    lines.push(JSON.stringify({ guid, dn, values }));
  }
  const readable = (value: unknown) => {
    let text = JSON.stringify(value, null, 1).replaceAll(home, 'HOME');
    for (const [guid, name] of names) text = text.replaceAll(guid, name);
    return text;
  };
  const rows = await store.ledger.all('directory');
  return {
    // What seals a row seals how long the run took as well.
    report: readable({ ...report, durationsMs: {}, audit: report.audit?.seq }),
    left: readable({
      accounts: sorted(lines.map(readable)),
      ledger: sorted(rows.map(readable)),
      entries: sorted((await store.memory.entries()).map(readable)),
      files: sorted([...(await store.memory.files())].map(readable)),
      revision: await store.memory.revision(),
      open: await store.journal.open(),
      audit: await rowsOfRun(store, report.runId),
    }),
  };
}

/** None while somebody has taken the file away. */
async function accountsIn(file: string) {
  if (!existsSync(file)) return [];
  const contents = await new DirectoryFile(file).read();
  return [...contents.all()].map(({ stored }) => [stored.values.sAMAccountName ?? '', stored] as const);
}
