/** A sync of exactly forty writes on a real domain controller, of which people are told by mail; to be run again and again from the same beginning. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isWhole, verifyAudit } from '../../src/core/audit-proof.ts';
import { canonicalJson } from '../../src/core/change.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import { call, type Ran } from '../cli/site-folder.ts';
import { withRaw } from '../store/raw-database.ts';
import { lastingAccounts, writesDuring } from './account-dumps.ts';
import { blocks, daysFromToday, institution, people, person } from './desired-state.ts';
import { bindOutcome } from './directory-contents.ts';
import { faultsOfMails } from './mail-faults.ts';
import { type MailServer, type MailStep, startMailServer } from './mail-server.ts';
import { runCommand } from './run-command.ts';
import { type SambaDc, type SambaSnapshot, snapshotState, startSamba } from './samba.ts';
import { approveAll, change, makeSite, onSite, plan, sealedPasswords, sync, type TestSite } from './site.ts';
import { makeTestDirectory, type TestDirectory } from './test-directory.ts';
import { startWriteTap, type WriteTap } from './write-tap.ts';

/** What the forty are: writes by kind. */
export const FORTY = { create: 8, update: 18, disable: 9, enable: 5 };
export const WRITES = 40;

const CREATED = named('new', 8);
const RENAMED = named('renamed', 10);
const CALLED = named('called', 8);
const BLOCKED = named('blocked', 5);
const CLOSED = named('closed', 4);
const LIFTED = named('lifted', 5);
/** Of whom Research Service hears: a new name is no news to it. */
const TOLD = [...CREATED, ...CALLED, ...BLOCKED, ...CLOSED, ...LIFTED];
/** Two of them, so that a kill can come between two mails. */
export const RECIPIENTS = ['rs@example.org', 'head@example.org'];
/** Hears at once where an answer is lost. */
const OPERATIONS = 'ops@example.org';

/** Nothing waits for an approval: what is asked here is whether writes are lost or doubled. */
const LIMITS =
  '{ create: { percent: 100 }, update: { percent: 100 }, phone: { percent: 100 }, enable: { percent: 100 } }';

/** A controller, an installation behind a tap, and the state of both just before the forty writes. */
export interface Bench {
  readonly dc: SambaDc;
  readonly tap: WriteTap;
  readonly site: TestSite;
  readonly mail: MailServer;
  /** Called at each step of a mail, and waited for. */
  watch: (step: MailStep) => Promise<void>;
  /** The last row of the audit chain before the forty. */
  readonly begun: number;
  readonly snapshot: SambaSnapshot;
  readonly kept: TestDirectory;
}

/** What a run of the forty changes, however interrupted, must end in. */
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
  /** What is wrong with the mails that came, and with the audit chain; empty: nothing. */
  readonly told: readonly string[];
  readonly audit: readonly string[];
}

export async function makeBench(): Promise<Bench> {
  const dc = await startSamba();
  const tap = await startWriteTap(dc);
  const watching: Pick<Bench, 'watch'> = { watch: () => Promise.resolve() };
  const mail = await startMailServer({ at: (step) => watching.watch(step) });
  const site = await makeSite(dc, { urls: [tap.url], limits: LIMITS, settings: tellingBy(mail) });
  await prepare(site);
  const begun = await onSite(site, async ({ parts }) => (await parts.store.audit.head()).seq);
  const kept = await makeTestDirectory('kept');
  await runCommand('cp', ['-a', `${site.folder}/.`, kept.path]);
  return Object.assign(watching, { dc, tap, site, mail, begun, snapshot: await snapshotState(dc), kept });
}

export async function removeBench({ tap, mail, dc, site, snapshot, kept }: Bench): Promise<void> {
  await Promise.all([tap.close(), mail.close()]);
  await Promise.all([dc.stop(), site.remove(), snapshot.remove(), kept.remove()]);
}

/** Puts directory, database, repository and outbox back to where they were before the forty writes. */
export async function rewind(bench: Bench): Promise<void> {
  const { dc, site, tap, mail, snapshot, kept } = bench;
  tap.arm(null);
  bench.watch = () => Promise.resolve();
  mail.forget();
  await dc.rollBackTo(snapshot);
  await Promise.all((await readdir(site.folder)).map((name) => rm(join(site.folder, name), { recursive: true })));
  await runCommand('cp', ['-a', `${kept.path}/.`, site.folder]);
}

/**
 * Runs the sync, as `first` does it, and then twice more, undisturbed: the second must find nothing to say. Says what it came to.
 * @param most how often one mail may come.
 */
export async function endingOf(bench: Bench, first: () => Promise<unknown>, most: number): Promise<Ending> {
  const { dc, tap, site, mail } = bench;
  tap.forwarded = 0;
  tap.answered = 0;
  const exits: number[] = [];
  const usnSteps = await writesDuring(dc, async () => {
    await first();
    tap.arm(null);
    bench.watch = () => Promise.resolve();
    for (let times = 0; times < 2; times += 1) exits.push((await syncByCommand(site)).code);
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
    exit: Math.max(...exits),
    told: faultsOfMails(mail.received, { recipients: RECIPIENTS, besides: [OPERATIONS], news: TOLD.map(newsOf), most }),
    audit: await faultsOfAudit(bench),
  };
}

/** As on the command line, with mails, within this process. */
export function syncByCommand(site: TestSite): Promise<Ran> {
  return call(['--config', site.configFile, 'sync']);
}

/** How a person is named in a mail, and in no other one's line. */
function newsOf(username: string): string {
  return `(${username})`;
}

async function prepare(site: TestSite): Promise<void> {
  const institutions = { ...institution('cbs', 'CBS'), ...institution('dtu', 'DTU'), ...institution('kea', 'KEA') };
  const unchanged = { ...people([...RENAMED, ...CALLED, ...CLOSED]), ...people(BLOCKED, { institution: 'kea' }) };
  await change(site, { ...institutions, ...unchanged, ...people(LIFTED, { institution: 'dtu' }) }, 'People');
  await approveAll(site, await sync(site));
  await sync(site);
  const block = { target: 'dtu', from: daysFromToday(-9) };
  await change(site, blocks('institution', [block]), 'Block DTU');
  await sync(site);
  // From here on everything is told.
  const { code, err } = await syncByCommand(site);
  if (code !== 0) throw new Error(`the sync before it ended with ${code}: ${err}`);
  const lifted = { ...block, lifted: daysFromToday(-1) };
  await change(
    site,
    {
      ...people(CREATED),
      ...people(RENAMED, { given: 'Anne' }),
      ...people(CLOSED, { state: 'closed' }),
      ...Object.assign({}, ...CALLED.map((name, n) => person(name, { phone: `+45 20 99 99 9${n}` }))),
      ...blocks('institution', [lifted, { target: 'kea', from: daysFromToday(-2) }]),
    },
    'Forty changes',
  );
}

function tellingBy({ port }: MailServer): string {
  // Half a day away, so that the summary of the day comes into no run.
  const digest = `${String((new Date().getHours() + 12) % 24).padStart(2, '0')}:30`;
  return `audit: { headFile: audit-head.json }
notify:
  language: en
  smtp: { host: 127.0.0.1, port: ${port}, tls: none, from: muster@example.org }
  to: { researchService: ${JSON.stringify(RECIPIENTS)}, operations: [${OPERATIONS}] }
  digest: "${digest}"
`;
}

/** The chain must be whole, end where the file beside it says, and tell of each of the forty once. */
async function faultsOfAudit({ site, begun }: Bench): Promise<readonly string[]> {
  const chain = await onSite(site, ({ parts }) => verifyAudit(parts.store, parts.headFile));
  const faults = isWhole(chain) ? [] : [`the chain is not whole: ${JSON.stringify(chain)}`];
  if (chain.kept?.seq !== chain.head.seq) faults.push(`row ${chain.kept?.seq} is kept, of ${chain.head.seq}`);
  // As it asks.
  const rows = withRaw(site.database, (raw) => raw.prepare(DONE_SINCE).all(begun)) as readonly Told[];
  const twice = rows.filter(({ times }) => times !== 1).map(({ told, times }) => `${told} stands there ${times} times`);
  const count = rows.length === WRITES ? [] : [`it tells of ${rows.length} changes, not of ${WRITES}`];
  return [...faults, ...twice, ...count];
}

interface Told {
  /** `disable blocked1` */
  readonly told: string;
  readonly times: number;
}

/** Changes that were done after a row. */
const DONE_SINCE = `
  select json_extract("eventJson", '$.change') || ' ' || json_extract("eventJson", '$.person.key') as told, count(*) as times
  from audit
  where seq > ? and json_extract("eventJson", '$.kind') = 'change' and json_extract("eventJson", '$.outcome.status') = 'applied'
  group by told`;

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
    const ledger = rows.map(asRemembered);
    return { ledger: ledger.sort((a, b) => (a < b ? -1 : 1)), open: (await store.journal.open()).length };
  });
}

/** Handles, and the moment of a closing that no date tells, are others in each run. */
export function asRemembered({ handle: _, key, away, ...row }: LedgerRow): string {
  const left = away === undefined ? {} : { away: { ...away, since: away.since > 0 } };
  return `${key} ${canonicalJson({ ...row, ...left })}`;
}

/** What `passwords` of an Ending must be. */
export const PASSWORDS_IN_FORCE = CREATED.map((username) => `${username} ready must change`);

function named(stem: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${stem}${n + 1}`);
}
