/** Doctor: checks everything that a pass needs, one thing after the other, and says of each what to do about it. */
import { type Trouble, troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { type Checked, checkRepository } from './check-repository.ts';
import { desire } from './desire.ts';
import { knownFrom } from './known.ts';
import type { Clock, Known, Reconciler, Repository, Session, Store } from './ports.ts';

export interface Finding {
  /** What was checked, in two or three words. */
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do; null: nothing. */
  readonly next: string | null;
}

export interface Examination {
  readonly format: 1;
  readonly findings: readonly Finding[];
}

/** What is examined: each part is opened by itself, so that one that fails does not hide the others. */
export interface Patient {
  /** Path of the configuration, which was read and is in order. */
  readonly configFile: string;
  readonly mode: 'enforce' | 'observe';
  readonly timeZone: string;
  readonly clock: Clock;
  openStore(): Promise<Store & { close(): Promise<void> }>;
  readonly repository: Repository;
  readonly reconcilers: readonly Reconciler[];
  /** Initial passwords, the place where they are kept, and files that hold secrets. */
  checkCredentials(): Promise<readonly Finding[]>;
}

/** Kerberos refuses more (RFC 4120, default clock skew), and a pass then holds every dated change. */
const SKEW_MAX_MS = 5 * 60_000;
/** Worth saying before it becomes a hindrance. */
const SKEW_WARN_MS = 60_000;

const NOTHING_KNOWN: Known = knownFrom([], []);

/** Never throws: what fails is a finding. Writes nothing but what opening the store brings with it. */
export async function examine(patient: Patient): Promise<Examination> {
  const findings: Finding[] = [...modeFinding(patient)];
  let store: Awaited<ReturnType<Patient['openStore']>> | null = null;
  try {
    store = await patient.openStore();
    findings.push(...(await storeFindings(store)));
  } catch (error) {
    findings.push(failure('store', error));
  }
  try {
    findings.push(...(await repositoryFindings(patient, store)));
    for (const reconciler of patient.reconcilers) {
      findings.push(...(await systemFindings(reconciler, store, patient.clock)));
    }
    findings.push(...(await guarded('initial passwords', () => patient.checkCredentials())));
  } finally {
    await store?.close();
  }
  return { format: 1, findings };
}

function modeFinding({ mode, configFile }: Patient): readonly Finding[] {
  const read = ok('configuration', `${configFile} is in order.`);
  if (mode === 'enforce') return [read, ok('mode', 'enforce: what is planned is done.')];
  return [
    read,
    warn('mode', 'observe: plans are made, nothing is written.', 'Set "mode: enforce" once the plans are right.'),
  ];
}

async function storeFindings(store: Store): Promise<readonly Finding[]> {
  const [paused, established] = await Promise.all([store.orders.paused(), store.ledger.establishedAt()]);
  return [
    ok('store', established === null ? 'Opened; no pass has completed with it yet.' : 'Opened.'),
    ...(paused === null
      ? []
      : [warn('store', `Paused by ${paused.by}: ${paused.reason}`, 'Run "muster resume" to go on.')]),
  ];
}

/** As a pass would take it: with a memory also whether the revision builds on the last one applied. */
function repositoryFindings(patient: Patient, store: Store | null): Promise<readonly Finding[]> {
  return guarded('repository', async () => {
    const { trouble, trusted, people, diagnostics } = await repositoryState(patient, store);
    if (trouble.length > 0)
      return trouble.map(({ where, what, next }) => fail('repository', `${where}: ${what}`, next));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    if (!trusted) {
      const what = errors[0]?.message ?? 'muster.yaml is missing or not for this instance.';
      return [fail('repository', what, 'Run "muster validate" to see what to write.')];
    }
    const text = `Can be read; ${people === 1 ? '1 person is' : `${people} people are`} declared.`;
    if (errors.length === 0) return [ok('repository', text)];
    return [warn('repository', `${text} Mistakes in it: ${errors.length}.`, 'Run "muster validate" to see them.')];
  });
}

interface RepositoryState extends Pick<Checked, 'trusted' | 'diagnostics'> {
  /** Why the repository as it is now would not be used. */
  readonly trouble: readonly Trouble[];
  readonly people: number;
}

async function repositoryState(
  { repository, timeZone, clock }: Patient,
  store: Store | null,
): Promise<RepositoryState> {
  if (store === null) {
    const { entries, ...checked } = await checkRepository(repository, timeZone, clock());
    return { ...checked, trouble: [], people: entries.user };
  }
  const { loaded, resolution, trouble } = await desire(repository, store, timeZone, clock());
  const users = [...resolution.model.users.values()];
  const people = users.filter(({ condition }) => condition !== 'vanished').length;
  return { trouble, trusted: loaded.trusted, people, diagnostics: resolution.diagnostics };
}

/** Every server by itself: it answered and took the log-on, its clock, and whether all that is managed can be read. */
async function systemFindings(reconciler: Reconciler, store: Store | null, clock: Clock): Promise<readonly Finding[]> {
  const { system } = reconciler;
  return guarded(system, async () => {
    const known = store === null ? NOTHING_KNOWN : await knownOf(store, system);
    const { sessions, unreachable } = await reconciler.connectAll();
    const findings: Finding[] = unreachable.map((text) =>
      fail(system, text, 'Until it answers, a block reaches it by replication only.'),
    );
    for (const session of sessions) {
      try {
        findings.push(...(await serverFindings(session, known, clock())));
      } finally {
        await session.reader.close();
      }
    }
    return [...findings, ...createFinding(reconciler), ...sentinelFinding(system, known)];
  });
}

async function serverFindings({ reader }: Session, known: Known, at: Instant): Promise<readonly Finding[]> {
  const clock = await guarded(reader.server, async () => [clockFinding(reader.server, (await reader.now()) - at)]);
  const reading = await guarded(reader.server, async () => {
    const { observed } = await reader.observe([], known);
    const ours = observed.filter(({ ownership }) => ownership === 'ours').length;
    const strays = observed.filter(({ attempt, handle }) => attempt !== null && !known.handles.has(handle)).length;
    return [
      ...lostFinding(reader.server, strays, known),
      ok(
        reader.server,
        `Answers, takes our log-on, and all managed units can be read: ${observed.length === 1 ? '1 account' : `${observed.length} accounts`}, ${ours} of them Muster's.`,
      ),
    ];
  });
  return [...reading, ...(reader.remarks ?? []).map((text) => ok(reader.server, text)), ...clock];
}

/** Marks that no ledger confirms: all of them, and the database is new or lost; a few, and accounts were copied or restored. */
function lostFinding(server: string, strays: number, { handles }: Known): readonly Finding[] {
  if (strays === 0) return [];
  const text = `${strays === 1 ? '1 account bears' : `${strays} accounts bear`} Muster's mark, but the database does not know ${strays === 1 ? 'it' : 'them'}.`;
  const next = 'Check "store" in the configuration; if the database was lost, run "muster ledger rebuild".';
  return [handles.size === 0 ? fail(server, text, next) : warn(server, text, next)];
}

function clockFinding(server: string, aheadMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const text = `Its clock differs from this machine's by ${seconds} s.`;
  const next = 'Have both set their clocks by the same time server (NTP).';
  if (Math.abs(aheadMs) > SKEW_MAX_MS) return fail(server, `${text} Dated changes are held.`, next);
  return Math.abs(aheadMs) > SKEW_WARN_MS ? warn(server, text, next) : ok(server, text);
}

function createFinding({ system, traits }: Reconciler): readonly Finding[] {
  if (traits.createRefused === null) return [];
  return [
    warn(system, `No account is made: ${traits.createRefused}`, 'Set what is missing, where accounts should be made.'),
  ];
}

/** An empty answer can only be told from an empty directory by something that must be there. */
function sentinelFinding(system: string, known: Known): readonly Finding[] {
  if (known.handles.size > 0) return [];
  const text =
    "Muster knows no account yet that must come back with every reading, so an empty answer can't be told from an empty directory.";
  return [warn(system, text, 'Declare one account that never leaves (a sentinel), and sync.')];
}

async function knownOf(store: Store, system: string): Promise<Known> {
  const [rows, open] = await Promise.all([store.ledger.all(system), store.journal.open()]);
  return knownFrom(rows, open);
}

async function guarded(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [failure(check, error)];
  }
}

function failure(check: string, error: unknown): Finding {
  const { where, what, next } = troubleOf(error);
  return fail(check, where === check ? what : `${where}: ${what}`, next);
}

function ok(check: string, text: string): Finding {
  return { check, status: 'ok', text, next: null };
}

function warn(check: string, text: string, next: string): Finding {
  return { check, status: 'warn', text, next };
}

function fail(check: string, text: string, next: string): Finding {
  return { check, status: 'fail', text, next };
}
