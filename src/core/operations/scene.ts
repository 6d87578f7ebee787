/** The scene of an operator's act: what is wanted, what the ledger knows, and one session; under the lease. */
import { MusterError, type Trouble } from '../../errors.ts';
import { fold } from '../../model/document.ts';
import type { Model } from '../../model/model.ts';
import { nearest } from '../../model/nearest.ts';
import { apply } from '../apply.ts';
import { type Change, type Desired, digestOf, fingerprint } from '../change.ts';
import { closeAll } from '../closing.ts';
import { connectToOne, rememberPosition } from '../connecting.ts';
import { type Desire, desire } from '../desire.ts';
import { backTrouble, type Footing, isOfThePast } from '../footing.ts';
import { gate } from '../gate.ts';
import { knownFrom } from '../known.ts';
import type { Operator, RunMandate } from '../mandate.ts';
import { runMode, toEnforce, whyObserved } from '../modes.ts';
import { type PassParts, underLease } from '../pass.ts';
import { peopleIn } from '../plan.ts';
import type { Approval, Known, LedgerRow, Reconciler, Session } from '../ports.ts';
import type { Applied } from '../report.ts';
import { refuseRestored } from '../restored.ts';

export type { Operator };

export interface Scene {
  readonly parts: PassParts;
  readonly reconciler: Reconciler;
  readonly session: Session;
  /** How far the server has come, measured by what is remembered. */
  readonly footing: Footing;
  readonly at: number;
  readonly model: Model;
  readonly desired: readonly Desired[];
  /** Why the repository as it is now does not count; empty: it does. */
  readonly outdated: readonly Trouble[];
  readonly rows: readonly LedgerRow[];
  readonly known: Known;
  /** What writes of this act rest on. */
  readonly mandate: RunMandate;
}

/**
 * Opens the scene for one system, runs `act`, and closes it; nobody else writes meanwhile.
 * @param system which one; absent: the first, which holds accounts
 * @param ofThePast whether a server that has gone back in time will do
 * @throws MusterError where no server answers, or none that will do.
 */
export async function onScene<T>(
  parts: PassParts,
  what: string,
  act: (scene: Scene) => Promise<T>,
  { ofThePast = false, system }: { readonly ofThePast?: boolean; readonly system?: string } = {},
): Promise<T> {
  const reconciler = reconcilerOf(parts, system);
  return underLease(parts.store, what, async () => {
    const at = parts.clock();
    const want = await desire(parts.repository, parts.store, parts.settings.timeZone, at);
    const rows = await parts.store.ledger.all(reconciler.system);
    const open = await parts.store.journal.open();
    const known = knownFrom(rows, open);
    const { model } = want.resolution;
    const desired = reconciler.project(model, at);
    const seen = await parts.store.servers.all(reconciler.system);
    const { session, footing } = await connectToOne(reconciler, seen, at);
    try {
      if (isOfThePast(footing) && !ofThePast) throw new MusterError(backTrouble(footing));
      const mandate = mandateOf(want);
      const outdated = want.trouble;
      const done = await act({
        parts,
        reconciler,
        session,
        footing,
        at,
        model,
        desired,
        outdated,
        rows,
        known,
        mandate,
      });
      if (footing.standing === 'steady')
        await rememberPosition(parts.store, reconciler.system, session, footing, at, false);
      return done;
    } finally {
      await closeAll([session]);
    }
  });
}

function mandateOf({ loaded }: Desire): RunMandate {
  const { revision, commit = null } = loaded;
  return { trigger: 'command', revision, commit, orders: [], lines: new Map() };
}

/** The declared person of that name. Throws MusterError naming the nearest one, or why the newest declarations do not count. */
export function personOf({ desired, outdated }: Scene, username: string): Desired {
  const key = fold(username);
  const found = desired.find(({ address }) => address.key === key);
  if (found !== undefined) return found;
  const [trouble] = outdated;
  if (trouble !== undefined) throw new MusterError(trouble);
  const like = nearest(
    key,
    desired.map(({ address }) => address.key),
  );
  throw new MusterError({
    remedy: 'person',
    where: 'the desired-state repository',
    what: `nobody with the username "${username}" is declared.`,
    next: like === null ? 'Check the spelling.' : `Did you mean "${like}"?`,
  });
}

/** Refuses to act on whoever, by the configuration, Muster only watches. Throws MusterError (`person`). */
export function refuseObserved({ settings }: PassParts, model: Model, people: Iterable<string>): void {
  for (const person of people) {
    const what = whyObserved(model, settings, person);
    if (what !== null) throw onlyObserved(what, model.users.get(person)?.document.institution ?? '');
  }
}

export function onlyObserved(what: string, institution: string): MusterError {
  return new MusterError({ remedy: 'person', where: 'configuration, "modes"', what, next: toEnforce(institution) });
}

/** Refuses to act where the configuration says that Muster only watches everybody. */
export function refuseInObserve(parts: PassParts): void {
  if (runMode(parts.settings) === 'observe') throw observesHere();
}

/** The same for an act that asks for nothing of the repository but this. Throws MusterError (`person`). */
export async function refuseIfObserved(parts: PassParts, username: string): Promise<void> {
  refuseInObserve(parts);
  const { repository, store, settings, clock } = parts;
  if (settings.modes === undefined || settings.modes.size === 0) return;
  const { model } = (await desire(repository, store, settings.timeZone, clock())).resolution;
  const person = fold(username);
  refuseObserved(parts, model, [person]);
  // Nobody declares them, so no institution says otherwise.
  if (!model.users.has(person) && settings.mode === 'observe') throw observesHere();
}

function observesHere(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'configuration, "mode"',
    what: 'Muster only observes here and writes nothing.',
    next: 'Set "mode: enforce" when it should act.',
  });
}

/** An approval of exactly these changes, as they are now; `at` and `expires` in milliseconds since 1970. */
export function approvalOf(
  changes: readonly Change[],
  { by, reason }: Operator,
  at: number,
  expires: number,
): Approval {
  return {
    digest: digestOf(changes),
    fingerprints: changes.map(fingerprint),
    people: [...peopleIn(changes)],
    by,
    reason,
    at,
    expires,
  };
}

/** Writes what an operator ordered: the order is the approval, and is recorded as one. */
export async function writeOrdered(
  scene: Scene,
  changes: readonly Change[],
  operator: Operator,
): Promise<readonly Applied[]> {
  const { parts, at, rows, session, reconciler } = scene;
  refuseInObserve(parts);
  refuseObserved(parts, scene.model, peopleIn(changes));
  await refuseRestored(parts);
  const order = approvalOf(changes, operator, at, at + 1);
  const { approved } = gate({
    revision: 'order',
    changes,
    limits: parts.settings.limits,
    used: [],
    earlier: [],
    ours: new Map(),
    approvals: [order],
    spent: [],
    tracks: new Map(),
    at,
    paused: null,
    storeLost: false,
    patient: false,
  });
  await parts.store.approvals.approve(order);
  return apply(approved, {
    runId: parts.newId(),
    mandate: scene.mandate,
    journal: parts.store.journal,
    sessions: new Map([[reconciler.system, session]]),
    ledger: new Map(rows.map((row) => [row.handle, row])),
    clock: parts.clock,
    newId: parts.newId,
    concurrency: parts.settings.concurrency,
    lane: false,
    renewLease: () => parts.store.lease.renew(),
    progress: (done, total) => parts.progress('applying', done, total),
    hindrance: () => null,
  });
}

function reconcilerOf({ reconcilers }: PassParts, system: string | undefined): Reconciler {
  const found = system === undefined ? reconcilers[0] : reconcilers.find((one) => one.system === system);
  if (found !== undefined) return found;
  const [first] = reconcilers;
  if (system === undefined || first === undefined) throw noDirectory();
  throw new MusterError({
    remedy: 'person',
    where: '--system',
    what: `no system "${system}" is configured.`,
    next: `Write one of ${reconcilers.map((one) => one.system).join(', ')}.`,
  });
}

function noDirectory(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'configuration',
    what: 'no directory is configured.',
    next: 'Add "directory" to the configuration.',
  });
}
