/** Doctor: checks everything that a pass needs, one thing after the other, and says of each what to do about it. */
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { type Checked, checkRepository } from './check-repository.ts';
import { desire } from './desire.ts';
import { type Examination, type Examiner, type Finding, fail, failure, guarded, ok, warn } from './finding.ts';
import { bearsUnknownMark, knownFrom } from './known.ts';
import { type Mode, unknownModes, unknownModeWords } from './modes.ts';
import type { Clock, Known, Reconciler, Repository, Session, Store } from './ports.ts';
import { doubtOfStore, type HeadFile, type HeadParts } from './restored.ts';
import type { Traits } from './traits.ts';

/** What is examined: each part is opened by itself, so that one that fails does not hide the others. */
export interface Patient {
  /** Path of the configuration, which was read and is in order. */
  readonly configFile: string;
  readonly mode: Mode;
  /** By id of an institution. */
  readonly modes?: ReadonlyMap<string, Mode>;
  readonly timeZone: string;
  readonly clock: Clock;
  openStore(): Promise<Store & { close(): Promise<void> }>;
  readonly repository: Repository;
  readonly reconcilers: readonly Reconciler[];
  readonly examiners: readonly Examiner[];
  /** Room on the disk where the database and what belongs to it lie. */
  checkRoom(): Promise<readonly Finding[]>;
  /** Where the head of the audit chain is kept as well; absent: nowhere. */
  readonly headFile?: HeadFile;
  /** Initial passwords, the place where they are kept, and files that hold secrets. */
  checkCredentials(): Promise<readonly Finding[]>;
  /** Whether mail would leave. @param send whether everybody gets a test mail. */
  checkMail(send: boolean): Promise<readonly Finding[]>;
}

/** Kerberos refuses more (RFC 4120, default clock skew), and a pass then holds every dated change. */
const SKEW_MAX_MS = 5 * 60_000;
/** Worth saying before it becomes a hindrance. */
const SKEW_WARN_MS = 60_000;

const DAY_MS = 24 * 3_600_000;
/** A pass runs every hour; after a day of none, what people write does not arrive any more. */
const PASS_AGE_WARN_MS = DAY_MS;

const NOTHING_KNOWN: Known = knownFrom([], []);

/**
 * Never throws: what fails is a finding. Writes nothing but what opening the store brings with it.
 * @param testMail whether everybody who is to be told gets a mail that says that this was a test.
 */
export async function examine(patient: Patient, testMail = false): Promise<Examination> {
  const findings: Finding[] = [...modeFinding(patient)];
  let store: Awaited<ReturnType<Patient['openStore']>> | null = null;
  try {
    store = await patient.openStore();
    findings.push(...(await storeFindings(store, patient.clock())));
    findings.push(...(await auditFindings({ ...patient, store })));
  } catch (error) {
    findings.push(failure('store', error));
  }
  try {
    findings.push(...(await repositoryFindings(patient, store)));
    for (const reconciler of patient.reconcilers) {
      findings.push(...(await systemFindings(reconciler, store, patient.clock)));
    }
    for (const examiner of patient.examiners) findings.push(...(await examiner.examine(patient.clock())));
    findings.push(...(await guarded('store', () => patient.checkRoom())));
    findings.push(...(await guarded('initial passwords', () => patient.checkCredentials())));
    findings.push(...(await guarded('mail', () => patient.checkMail(testMail))));
  } finally {
    await store?.close();
  }
  return { format: 1, findings };
}

function modeFinding({ mode, modes = new Map(), configFile }: Patient): readonly Finding[] {
  const read = ok('configuration', `${configFile} is in order.`);
  if (modes.size > 0) {
    const own = [...modes].map(([institution, its]) => `${institution} ${its}`).join(', ');
    return [read, ok('mode', `${mode}, but ${own}: where it is observe, plans are made and nothing is written.`)];
  }
  if (mode === 'enforce') return [read, ok('mode', 'enforce: what is planned is done.')];
  return [
    read,
    warn('mode', 'observe: plans are made, nothing is written.', 'Set "mode: enforce" once the plans are right.'),
  ];
}

async function storeFindings(store: Store, at: Instant): Promise<readonly Finding[]> {
  const [paused, established, latest] = await Promise.all([
    store.orders.paused(),
    store.ledger.establishedAt(),
    store.reports.latest(),
  ]);
  return [
    ok('store', established === null ? 'Opened; no pass has completed with it yet.' : 'Opened.'),
    ...(latest === null ? [] : [passFinding(at - latest.finishedAt)]),
    ...(paused === null
      ? []
      : [warn('store', `Paused by ${paused.by}: ${paused.reason}`, 'Run "muster resume" to go on.')]),
  ];
}

function auditFindings(parts: HeadParts): Promise<readonly Finding[]> {
  return guarded('audit', async () => {
    const { headFile } = parts;
    const nowhere = 'No head is kept ("audit.headFile"), so a database that was restored would not be noticed.';
    if (headFile === undefined) return [ok('audit', nowhere)];
    await headFile.checkWritable();
    const doubt = await doubtOfStore(parts);
    if (doubt !== null) return [fail('audit', `Everything but blocks is held: ${doubt.because}`, doubt.release)];
    return [ok('audit', `The head of the chain is kept in ${headFile.place}.`)];
  });
}

function passFinding(ageMs: number): Finding {
  const text = `The last pass was ${ago(ageMs)}.`;
  const next = 'Look at the timer or the daemon that should run it; "muster sync" runs one now.';
  return ageMs > PASS_AGE_WARN_MS ? warn('store', text, next) : ok('store', text);
}

/** Clocks of authors may be so far ahead, in milliseconds. */
const AHEAD_MIN_MS = 10 * 60_000;

/** As in `3 days ago`. */
function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 2 * 24 * 60
    ? `${Math.round(minutes / 60)} hours ago`
    : `${Math.round(minutes / (24 * 60))} days ago`;
}

/** A commit may bear any time; one that lies ahead keeps whatever depends on dates waiting. */
function agoOrAhead(ms: number): string {
  if (ms > -AHEAD_MIN_MS) return ago(ms);
  return `${ago(-ms).replace(/ ago$/, '')} from now by its own date, which is wrong, or the clock of this machine is`;
}

/** As a pass would take it: with a memory also whether the revision builds on the last one applied. */
function repositoryFindings(patient: Patient, store: Store | null): Promise<readonly Finding[]> {
  return guarded('repository', async () => {
    const { trouble, trusted, people, unknown, diagnostics, committedAt } = await repositoryState(patient, store);
    if (trouble.length > 0)
      return trouble.map(({ where, what, next }) => fail('repository', `${where}: ${what}`, next));
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const misnamed = trusted ? unknownFinding(unknown) : [];
    if (!trusted) {
      const what = errors[0]?.message ?? 'muster.yaml is missing or not for this instance.';
      return [fail('repository', what, 'Run "muster validate" to see what to write.')];
    }
    const age = committedAt === null ? '' : ` The newest commit was made ${agoOrAhead(patient.clock() - committedAt)}.`;
    const text = `Can be read; ${people === 1 ? '1 person is' : `${people} people are`} declared.${age}`;
    if (errors.length === 0) return [ok('repository', text), ...misnamed];
    return [
      ...misnamed,
      warn('repository', `${text} Mistakes in it: ${errors.length}.`, 'Run "muster validate" to see them.'),
    ];
  });
}

/** Blocks go out to whom such a mode was to keep from being written. */
function unknownFinding(unknown: readonly string[]): readonly Finding[] {
  if (unknown.length === 0) return [];
  const { because, release } = unknownModeWords(unknown);
  return [fail('mode', `Everything but blocks is held: ${because}`, release)];
}

interface RepositoryState extends Pick<Checked, 'trusted' | 'diagnostics'> {
  /** Why the repository as it is now would not be used. */
  readonly trouble: readonly Trouble[];
  readonly people: number;
  /** Keys in "modes" that it does not declare; none where it was not taken in as a pass would. */
  readonly unknown: readonly string[];
  /** Null where it is not known. */
  readonly committedAt: Instant | null;
}

async function repositoryState(
  { repository, timeZone, clock, mode, modes }: Patient,
  store: Store | null,
): Promise<RepositoryState> {
  if (store === null) {
    const { entries, ...checked } = await checkRepository(repository, timeZone, clock());
    return { ...checked, trouble: [], people: entries.user, unknown: [], committedAt: null };
  }
  const { loaded, resolution, trouble } = await desire(repository, store, timeZone, clock());
  const users = [...resolution.model.users.values()];
  const people = users.filter(({ condition }) => condition !== 'vanished').length;
  const { trusted, committedAt } = loaded;
  const unknown = unknownModes(resolution.model, { mode, ...(modes === undefined ? {} : { modes }) });
  return { trouble, trusted, committedAt, people, unknown, diagnostics: resolution.diagnostics };
}

/** Every server by itself: it answered and took the log-on, its clock, and whether all that is managed can be read. */
async function systemFindings(reconciler: Reconciler, store: Store | null, clock: Clock): Promise<readonly Finding[]> {
  const { system } = reconciler;
  return guarded(system, async () => {
    const known = store === null ? NOTHING_KNOWN : await knownOf(store, system);
    const { sessions, unreachable } = await reconciler.connectAll();
    const findings: Finding[] = unreachable.map(({ why }) =>
      fail(system, why, 'Until it answers, a block reaches it by replication only.'),
    );
    for (const session of sessions) {
      try {
        findings.push(...(await serverFindings(session, known, clock(), reconciler.traits)));
      } finally {
        await session.reader.close();
      }
    }
    return [...findings, ...createFinding(reconciler), ...sentinelFinding(reconciler, known)];
  });
}

async function serverFindings(
  { reader }: Session,
  known: Known,
  at: Instant,
  { thing }: Traits,
): Promise<readonly Finding[]> {
  const clock = await guarded(reader.server, async () => [clockFinding(reader.server, (await reader.now()) - at)]);
  const reading = await guarded(reader.server, async () => {
    const { observed, elsewhere, gone } = await reader.observe([], known);
    if (thing.innate) return [ok(reader.server, 'Answers, and can be read as a whole.')];
    const [one, many] = thing.counted;
    const counted = observed.length === 1 ? `1 ${one}` : `${observed.length} ${many}`;
    const ours = observed.filter(({ ownership }) => ownership === 'ours').length;
    const strays = observed.filter((one) => bearsUnknownMark(one, known.handles)).length;
    return [
      ...lostFinding(reader.server, strays, known),
      ...(thing.issued ? [] : missingFinding(reader.server, elsewhere.length, gone.length, known)),
      ok(
        reader.server,
        thing.issued
          ? `Answers, and can be read as a whole: ${counted}, ${ours} of them Muster's.`
          : `Answers, takes our log-on, and all managed units can be read: ${counted}, ${ours} of them Muster's.`,
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

/** What the ledger knows and the managed units do not hold any more. */
function missingFinding(server: string, moved: number, gone: number, { handles }: Known): readonly Finding[] {
  if (moved + gone === 0) return [];
  const text = `Of the ${handles.size} accounts that the database knows, ${gone} were deleted and ${moved} moved out of the managed units.`;
  return [warn(server, text, 'Run "muster plan" to see which, and what to do about each.')];
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
function sentinelFinding({ system, traits }: Reconciler, known: Known): readonly Finding[] {
  if (known.handles.size > 0 || traits.thing.innate || traits.thing.leansOn !== null) return [];
  const text =
    "Muster knows no account yet that must come back with every reading, so an empty answer can't be told from an empty directory.";
  return [warn(system, text, 'Declare one account that never leaves (a sentinel), and sync.')];
}

async function knownOf(store: Store, system: string): Promise<Known> {
  const [rows, open] = await Promise.all([store.ledger.all(system), store.journal.open()]);
  return knownFrom(rows, open);
}
