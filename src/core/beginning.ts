/** The beginning of a pass: what is wanted, what is remembered, and, where nothing will be written, the reading of every system begun. */
import type { Instant } from '../model/document.ts';
import { type HeldRevisions, keepHeld, keepLetIn } from './approval/held.ts';
import { type Connected, connectToOne } from './connecting.ts';
import { type Desire, desire, desireRemembered, type Wanted, wantedOf } from './desire.ts';
import type { PassReuse } from './pass-reuse.ts';
import type { Reconciler, Repository, Store } from './ports.ts';
import { type Recalled, recall } from './recall.ts';
import type { Seals } from './seal.ts';
import { sealsInForce } from './seals-in-force.ts';
import type { Timekeeper } from './timekeeper.ts';

export interface Beginning {
  readonly want: Wanted;
  readonly recalled: Recalled;
  /** Connections that were made already, by system. */
  readonly early: ReadonlyMap<string, Promise<Connected>>;
}

interface Parts {
  readonly settings: { readonly timeZone: string };
  readonly repository: Repository;
  readonly reconcilers: readonly Reconciler[];
  readonly store: Store;
  readonly reuse: PassReuse;
  /** Where it is kept what reviews showed; absent: nowhere. */
  readonly seals?: Seals;
  /** Where it is kept what is held because it is not approved; absent: nowhere. */
  readonly heldRevisions?: HeldRevisions;
}

interface Request {
  readonly dryRun: boolean;
  readonly laneOnly?: boolean;
  readonly remembered?: boolean;
  /** Whether what was read is kept as the last good documents. */
  readonly learns: boolean;
  /** Ends waiting for the repository. */
  readonly signal: AbortSignal;
}

/** Throws MusterError where the store can't be used. */
export async function beginPass(parts: Parts, request: Request, run: Timekeeper): Promise<Beginning> {
  if (request.dryRun && request.laneOnly !== true) return beginSideBySide(parts, request, run);
  const all = await run.step('load', () => load(parts, request, run.startedAt));
  const remembered = await run.step('recall', () => recallAll(parts, run.startedAt));
  const seals = await sealsInForce(parts, all.loaded, run.startedAt, request.learns);
  const recalled = { ...remembered, seals };
  if (request.learns) await run.step('remember', () => remember(parts, all, run.startedAt));
  return { want: wantedOf(all), recalled, early: new Map() };
}

/**
 * Nothing that a dry run reads depends on what it wants, and it sends nothing that a reading could hold up, or make untrue: so the
 * systems are read while the repository is. A pass that writes reads after its blocks are sent (decision 0017).
 */
async function beginSideBySide(parts: Parts, request: Request, run: Timekeeper): Promise<Beginning> {
  const recalled = await run.step('recall', () => recallAll(parts, run.startedAt));
  const early = new Map(
    parts.reconcilers.map((one) => [one.system, beginReading(parts, one, recalled, run.startedAt)] as const),
  );
  try {
    const all = await run.step('load', () => load(parts, request, run.startedAt));
    const seals = await sealsInForce(parts, all.loaded, run.startedAt, false);
    return { want: wantedOf(all), recalled: { ...recalled, seals }, early };
  } catch (error) {
    for (const one of early.values()) await closeOnce(one);
    throw error;
  }
}

/** Where anything is in question already, the reading waits until that is settled. */
function beginReading(
  { reuse }: Parts,
  reconciler: Reconciler,
  { ledger, seen, open }: Omit<Recalled, 'seals'>,
  at: Instant,
): Promise<Connected> {
  const { system } = reconciler;
  const of = reuse.of(system);
  const connecting = connectToOne(reconciler, seen.get(system) ?? [], at).then((connected) => {
    const settled = open.every(({ change }) => change.address.system !== system);
    if (settled && connected.footing.standing === 'steady') {
      const known = of.known(of.byHandle(ledger.get(system) ?? []), []);
      connected.session.reader.begin?.(known, 'changes');
    }
    return connected;
  });
  // Told by the part of the pass that needs the connection.
  connecting.catch(() => undefined);
  return connecting;
}

async function closeOnce(connecting: Promise<Connected>): Promise<void> {
  await connecting.then(({ session }) => session.reader.close()).catch(() => undefined);
}

function load({ repository, store, settings, reuse }: Parts, request: Request, at: Instant): Promise<Desire> {
  const { timeZone } = settings;
  return request.remembered === true
    ? desireRemembered(store, timeZone, at)
    : desire(repository, store, timeZone, at, reuse.resolve, request.signal);
}

function recallAll({ store, reconcilers }: Parts, at: Instant): ReturnType<typeof recall> {
  return recall(
    store,
    reconcilers.map((one) => one.system),
    at,
  );
}

async function remember(
  { store, repository, heldRevisions }: Parts,
  { loaded, answer, resolution, held }: Desire,
  at: Instant,
): Promise<void> {
  if (heldRevisions !== undefined && held !== null) await keepHeld(heldRevisions, held, at);
  if (!loaded.trusted) return;
  const { entries, forget, files } = resolution.remember;
  const answers = answer === null ? {} : { answers: answer.commits };
  await store.memory.remember({ revision: loaded.revision, at, entries, forget, files, ...answers });
  if (heldRevisions !== undefined) await keepLetIn(heldRevisions, repository, loaded, answer, at);
}
