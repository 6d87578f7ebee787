/** A sync of exactly thirty writes on a real domain controller, ready to be run again and again from the same beginning. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../src/core/change.ts';
import { lastingAccounts, writesDuring } from './account-dumps.ts';
import { blocks, daysFromToday, institution, people, person } from './desired-state.ts';
import { bindOutcome } from './directory-contents.ts';
import { runCommand } from './run-command.ts';
import { type SambaDc, type SambaSnapshot, snapshotState, startSamba } from './samba.ts';
import { approveAll, change, makeSite, onSite, outcomeOf, plan, sealedPasswords, sync, type TestSite } from './site.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';
import { startWriteTap, type WriteTap } from './write-tap.ts';

/** What the thirty are: writes by kind. */
export const THIRTY = { create: 8, update: 12, disable: 5, enable: 5 };
export const WRITES = 30;

const CREATED = named('new', 8);
const RENAMED = named('renamed', 8);
const CALLED = named('called', 4);
const BLOCKED = named('blocked', 5);
const LIFTED = named('lifted', 5);

/** Nothing waits for an approval: what is asked here is whether writes are lost or doubled. */
const LIMITS =
  '{ create: { percent: 100 }, update: { percent: 100 }, phone: { percent: 100 }, enable: { percent: 100 } }';

/** A controller, an installation behind a tap, and the state of both just before the thirty writes. */
export interface Bench {
  readonly dc: SambaDc;
  readonly tap: WriteTap;
  readonly site: TestSite;
  readonly snapshot: SambaSnapshot;
  readonly kept: TestDirectory;
}

/** What a run of the thirty changes, however interrupted, must end in. */
export interface Ending {
  readonly accounts: ReadonlyMap<string, readonly string[]>;
  /** Steps of the controller's own counter of writes. */
  readonly usnSteps: number;
  /** Write requests that it got. */
  readonly writes: number;
  readonly answers: number;
  /** `username state bindOutcome` of every sealed file that is not unused. */
  readonly passwords: readonly string[];
  /** What the ledger holds of each account, handles aside: by it alone Muster knows later what it may give back. */
  readonly ledger: readonly string[];
  /** Writes whose outcome nobody knows. */
  readonly open: number;
  /** Changes that are still planned afterwards. */
  readonly left: number;
  readonly exit: number;
}

export async function makeBench(): Promise<Bench> {
  const dc = await startSamba();
  const tap = await startWriteTap(dc);
  const site = await makeSite(dc, { urls: [tap.url], limits: LIMITS });
  await prepare(site);
  const kept = await makeTestDirectory('kept');
  await runCommand('cp', ['-a', `${site.folder}/.`, kept.path]);
  return { dc, tap, site, snapshot: await snapshotState(dc), kept };
}

export async function removeBench(bench: Bench): Promise<void> {
  await bench.tap.close();
  await Promise.all([bench.dc.stop(), bench.site.remove(), bench.snapshot.remove(), bench.kept.remove()]);
}

/** Puts directory, database, repository and outbox back to where they were before the thirty writes. */
export async function rewind({ dc, site, tap, snapshot, kept }: Bench): Promise<void> {
  tap.arm(null);
  await dc.rollBackTo(snapshot);
  await Promise.all((await readdir(site.folder)).map((name) => rm(join(site.folder, name), { recursive: true })));
  await runCommand('cp', ['-a', `${kept.path}/.`, site.folder]);
}

/** Runs the sync, as `first` does it, and then once more, undisturbed; says what it came to. */
export async function endingOf(bench: Bench, first: () => Promise<unknown>): Promise<Ending> {
  const { dc, tap, site } = bench;
  tap.forwarded = 0;
  tap.answered = 0;
  let exit = -1;
  const usnSteps = await writesDuring(dc, async () => {
    await first();
    tap.arm(null);
    exit = outcomeOf(await sync(site)).exit;
  });
  const left = (await plan(site)).plan.changes.length;
  const accounts = await lastingAccounts(dc);
  return {
    accounts,
    usnSteps,
    writes: tap.forwarded,
    answers: tap.answered,
    passwords: await passwordsOf(bench),
    ...(await memoryOf(site)),
    left,
    exit,
  };
}

async function prepare(site: TestSite): Promise<void> {
  const institutions = { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU'), ...institution('kea', 'KEA') };
  const unchanged = { ...people(RENAMED), ...people(CALLED), ...people(BLOCKED, { institution: 'kea' }) };
  await change(site, { ...institutions, ...unchanged, ...people(LIFTED, { institution: 'dtu' }) }, 'People');
  await approveAll(site, await sync(site));
  await sync(site);
  const block = { target: 'dtu', from: daysFromToday(-9) };
  await change(site, blocks('institution', [block]), 'Block DTU');
  await sync(site);
  const lifted = { ...block, lifted: daysFromToday(-1) };
  await change(
    site,
    {
      ...people(CREATED),
      ...people(RENAMED, { given: 'Anne' }),
      ...Object.assign({}, ...CALLED.map((name, n) => person(name, { phone: `+45 20 99 99 9${n}` }))),
      ...blocks('institution', [lifted, { target: 'kea', from: daysFromToday(-2) }]),
    },
    'Thirty changes',
  );
}

async function passwordsOf({ dc, site }: Bench): Promise<readonly string[]> {
  const sealed = (await sealedPasswords(site)).filter(
    ({ username, state }) => CREATED.includes(username) && state !== 'unused',
  );
  const outcomes = sealed.map(async ({ username, state, password }) => {
    return `${username} ${state} ${await bindOutcome(dc, `${username}@example.org`, password)}`;
  });
  return (await Promise.all(outcomes)).sort((a, b) => (a < b ? -1 : 1));
}

async function memoryOf(site: TestSite): Promise<Pick<Ending, 'ledger' | 'open'>> {
  return await onSite(site, async ({ parts: { store } }) => {
    const rows = await store.ledger.all('directory');
    const ledger = rows.map(({ handle: _, key, ...row }) => `${key} ${canonicalJson(row)}`);
    return { ledger: ledger.sort((a, b) => (a < b ? -1 : 1)), open: (await store.journal.open()).length };
  });
}

/** What `passwords` of an Ending must be. */
export const PASSWORDS_IN_FORCE = CREATED.map((username) => `${username} ready must change`);

function named(stem: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${stem}${n + 1}`);
}
