/** Several passes behind an address where a frozen copy of the domain controller answers reads as well, ready to be run again and again. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { adopt } from '../../src/core/operations/adopt.ts';
import { approveHeld } from '../../src/core/operations/approval.ts';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { pass } from '../../src/core/pass.ts';
import type { Report } from '../../src/core/report.ts';
import { type Site, wire } from '../../src/wiring.ts';
import type { Dump } from './account-dumps.ts';
import { type AdminSession, openAdminSession } from './admin-session.ts';
import { blocks, daysFromToday, type Files, institution, people, person, writeFiles } from './desired-state.ts';
import { addUsers } from './directory-contents.ts';
import { type SambaDc, type SambaSnapshot, snapshotState, startSamba } from './samba.ts';
import { approveAll, makeSite, OPERATOR, sync, type TestSite } from './site.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';
import { startTwoFacedServer, type TwoFacedServer } from './two-faced-server.ts';

const CBS = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];
const DTU = ['d1', 'd2', 'd3'];
/** Exists before it is declared. */
const STRANGER = 'x1';
/** Three numbers go through by themselves, four wait for an approval. */
const LIMITS = '{ always: 20, phone: { people: 3 } }';

/** `serve`: one process for all passes, which remembers what it read. `sync`: each pass a command of its own. */
export type Way = 'serve' | 'sync';

export interface StaleBench {
  readonly dc: SambaDc;
  readonly face: TwoFacedServer;
  readonly site: TestSite;
  readonly snapshot: SambaSnapshot;
  readonly kept: TestDirectory;
}

/** What the scenario came to. */
export interface Course {
  /** The accounts after each step, hand-made changes included. */
  readonly states: readonly Dump[];
  /** How far the directory's own counter of writes moved. */
  readonly usnSteps: number;
  /** Searches in the scenario, without the passes that end it. */
  readonly reads: number;
  /** Changes that are still planned at the end. */
  readonly left: readonly string[];
  readonly staleReads: number;
}

/** Twelve people known, one of them and nobody else blocked; frozen here. */
export async function makeStaleBench(): Promise<StaleBench> {
  const dc = await startSamba();
  const face = await startTwoFacedServer(dc);
  const site = await makeSite(dc, { urls: [face.url], limits: LIMITS });
  // What Git costs each pass is more than all the rest, and this is not about Git.
  const text = await readFile(site.configFile, 'utf8');
  await writeFile(site.configFile, text.replace(/^source: .*$/m, 'source: { folder: ./desired-state }'));
  await declare(site, { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU'), ...people([...CBS, ...DTU]) });
  await approveAll(site, await sync(site));
  await sync(site);
  await addUsers(dc, [{ name: STRANGER }]);
  await declare(site, { ...person(STRANGER), ...block('d3') });
  await sync(site);
  await face.freeze();
  const kept = await makeTestDirectory('kept');
  await cp(site.folder, kept.path, { recursive: true, preserveTimestamps: true });
  return { dc, face, site, snapshot: await snapshotState(dc), kept };
}

export async function removeStaleBench({ dc, face, site, snapshot, kept }: StaleBench): Promise<void> {
  await face.close();
  await Promise.all([dc.stop(), site.remove(), snapshot.remove(), kept.remove()]);
}

/** Runs the scenario from its beginning, with reads that go astray as `readsFrom` says, and ends it undisturbed. */
export async function courseOf(bench: StaleBench, way: Way, readsFrom: TwoFacedServer['readsFrom']): Promise<Course> {
  await rewind(bench);
  const admin = await openAdminSession(bench.dc);
  try {
    return await runCourse(bench, admin, way, readsFrom);
  } finally {
    await admin.close();
  }
}

async function runCourse(
  { dc, face, site }: StaleBench,
  admin: AdminSession,
  way: Way,
  readsFrom: TwoFacedServer['readsFrom'],
): Promise<Course> {
  const before = await admin.look();
  const states: Dump[] = [before.accounts];
  const muster = await openMuster(site, way);
  face.countAnew();
  face.readsFrom = readsFrom;
  for (const step of STEPS) {
    await step({ dc, site, admin, muster });
    states.push((await admin.look()).accounts);
  }
  const { reads, staleReads } = face;
  face.readsFrom = () => 'live';
  await muster.sync();
  // What an operator could not do then is done now, and what Muster asks an operator for; nobody else helps.
  if (!(await muster.adopt(STRANGER))) {
    await muster.rebuild();
    await muster.adopt(STRANGER);
  }
  await muster.approve(await muster.sync());
  await muster.sync();
  const left = (await muster.plan()).plan.changes.map(({ kind, person: { key } }) => `${kind} ${key}`);
  await muster.close();
  const after = await admin.look();
  states.push(after.accounts);
  return { states, usnSteps: after.usn - before.usn, reads, left, staleReads };
}

async function rewind({ dc, face, site, snapshot, kept }: StaleBench): Promise<void> {
  face.readsFrom = () => 'live';
  await dc.rollBackTo(snapshot);
  await Promise.all((await readdir(site.folder)).map((name) => rm(join(site.folder, name), { recursive: true })));
  await cp(kept.path, site.folder, { recursive: true, preserveTimestamps: true });
}

/** Muster as the steps use it; a failure is told to whoever asked, and nothing else happens. */
interface Muster {
  sync(): Promise<Report | null>;
  plan(): Promise<Report>;
  approve(report: Report | null): Promise<void>;
  /** False where it was refused altogether. */
  adopt(username: string): Promise<boolean>;
  /** Says that the directory, as it is, is the truth. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

async function openMuster(site: TestSite, way: Way): Promise<Muster> {
  const open = async () =>
    wire(await loadConfig(site.configFile), {
      progress: () => undefined,
      logLevel: 'silent',
      resident: way === 'serve',
    });
  const resident = way === 'serve' ? await open() : null;
  const on = async <T>(work: (opened: Site) => Promise<T>): Promise<T> => {
    if (resident !== null) return work(resident);
    const opened = await open();
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  };
  return {
    // As somebody asks for it: what failed before is tried again at once.
    sync: () => on(({ parts }) => pass(parts, { trigger: 'command', dryRun: false })),
    plan: () => on(({ parts }) => pass(parts, { trigger: 'command', dryRun: true })),
    approve: (report) =>
      on(async ({ parts }) => {
        for (const { digest } of report?.holds ?? []) {
          if (digest !== null) await approveHeld(parts, digest, OPERATOR, 24).catch(() => undefined);
        }
      }),
    adopt: (username) =>
      on(({ parts }) =>
        adopt(parts, [username], OPERATOR).then(
          () => true,
          () => false,
        ),
      ),
    rebuild: () =>
      on(async ({ parts }) => {
        const { digest } = await rebuildLedger(parts, null);
        await rebuildLedger(parts, { ...OPERATOR, digest });
      }),
    close: async () => resident?.close(),
  };
}

/** Who acts in a step, and on what. */
interface Actors {
  readonly dc: SambaDc;
  readonly site: TestSite;
  readonly admin: AdminSession;
  readonly muster: Muster;
}

type Step = (actors: Actors) => Promise<void>;

/** New documents, then a pass. */
function declared(files: Files): Step {
  return async ({ site, muster }) => {
    await declare(site, files);
    await muster.sync();
  };
}

async function declare({ repository }: TestSite, files: Files): Promise<void> {
  await writeFiles(repository, files);
}

/** Somebody's hands in the directory. */
function byHand(...acts: readonly (readonly [username: string, attribute: string, value: string])[]): Step {
  return async ({ dc, admin }) => {
    for (const [username, attribute, value] of acts) {
      await admin.set(`CN=${username},OU=CBS,${dc.researchersOu}`, attribute, value);
    }
  };
}

function block(username: string, isLifted = false): Files {
  const lifted = isLifted ? { lifted: daysFromToday(-1) } : {};
  return blocks('user', [{ target: username, from: daysFromToday(-9), ...lifted }]);
}

function phones(names: readonly string[]): Files {
  return Object.assign({}, ...names.map((name, nth) => person(name, { phone: `+45 20 77 77 7${nth}` })));
}

/** Created, changed, blocked, given back, undone by hand, adopted, approved, closed. */
const STEPS: readonly Step[] = [
  declared({
    ...people(['n1', 'n2']),
    ...person('a1', { given: 'Ida' }),
    ...person('a2', { phone: '+45 20 99 99 92' }),
  }),
  declared({ 'blocked-users.yaml': both(block('d3'), block('a3')) }),
  byHand(['a3', 'userAccountControl', '512'], ['a4', 'userAccountControl', '514'], ['a5', 'mobile', '+4520666666']),
  async ({ muster }) => {
    await muster.sync();
  },
  declared({ 'blocked-users.yaml': both(block('d3', true), block('a3', true)) }),
  async ({ muster }) => {
    await muster.adopt(STRANGER);
    await muster.sync();
  },
  async ({ site, muster }) => {
    await declare(site, phones(['a1', 'a5', 'a7', 'n1']));
    await muster.approve(await muster.sync());
    await muster.sync();
  },
  declared({ ...person('a6', { state: 'closed' }), ...person('n2', { starts: daysFromToday(30) }) }),
  declared({ ...person('a6', { state: 'active' }), ...person('n2', { starts: 'none' }) }),
];

function both(...files: readonly Files[]): string {
  return files.map((one) => one['blocked-users.yaml'] ?? '').join('');
}
