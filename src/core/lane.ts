/** The block lane: explicit blocks and closings, first, on their own budget, from point reads, on every server that answers. */

import { troubleOf } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { Moment } from '../model/moment.ts';
import { disable, isDisabledIn, isExplicit } from './access.ts';
import type { Spending } from './budget.ts';
import { about, reasonsOf } from './case.ts';
import type { Change, Desired, Observed } from './change.ts';
import { closeAll } from './closing.ts';
import { type GateInput, gate } from './gate.ts';
import { isStillTheirs } from './issued.ts';
import { shutOutIn } from './known.ts';
import type { ApprovedPlan, Hold, Notice } from './plan.ts';
import type { Known, LedgerRow, Reconciler, Session } from './ports.ts';
import type { Applied } from './report.ts';
import type { Traits } from './traits.ts';
import { leftOn, unseenNotice } from './unverified.ts';

export interface LaneInput {
  readonly reconciler: Reconciler;
  /** The session that the rest of the pass uses. */
  readonly main: Session;
  readonly desired: readonly Desired[];
  readonly rows: readonly LedgerRow[];
  readonly known: Known;
  readonly at: Instant;
  /** People whose verdict depends on which clock is right: left to a person. */
  readonly doubtful: ReadonlySet<string>;
  /** Also those whom the ledger shows disabled already: when no proven reading will look at them. */
  readonly thorough: boolean;
  /** Everything the gate needs but the changes; never paused, never stopped by a lost store. */
  readonly judge: Omit<GateInput, 'changes' | 'earlier' | 'paused' | 'storeLost' | 'patient'>;
  /** What the gates of this run have let through; grows with what this lane does. */
  readonly spending: Spending;
  /** Null: show, do not write. */
  readonly apply: ((plan: ApprovedPlan, session: Session) => Promise<readonly Applied[]>) | null;
}

export interface LaneResult {
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly applied: readonly Applied[];
  readonly notices: readonly Notice[];
}

export const NO_LANE: LaneResult = { changes: [], holds: [], applied: [], notices: [] };

/**
 * Needs no proven reading: each person is looked up alone, and mark and protection are judged on that very object.
 * Where the main server fails half-way, any other that answers takes the block; throws only when none did.
 */
export async function runLane(input: LaneInput): Promise<LaneResult> {
  const people = candidates(input);
  if (people.length === 0) return NO_LANE;
  const { result: first, error } = await attempt(() => shutOut(input, people, input.main));
  if (first === null && input.apply === null) throw error;
  const others =
    input.apply !== null && (first === null || first.approved.changes.length + first.unseen.length > 0)
      ? await onOtherServers(input, people)
      : [];
  const rounds = [
    ...(first === null ? [] : [first]),
    ...others.flatMap(({ result }) => (result === null ? [] : [result])),
  ];
  const [leading] = rounds;
  if (leading === undefined) throw error;
  return {
    changes: leading.changes,
    holds: leading.holds,
    applied: rounds.flatMap((round) => round.applied),
    notices: [
      ...leading.notices,
      ...unseenOnAll(rounds, input),
      ...others.flatMap(({ server, result }) => (result === null ? [byReplicationOnly(server)] : [])),
    ],
  };
}

function candidates({ desired, rows, thorough, doubtful }: LaneInput): readonly Desired[] {
  const done = shutOutIn(rows, isDisabledIn);
  return desired.filter(
    ({ verdict, person, address }) =>
      !verdict.allowed &&
      verdict.reasons.some(isExplicit) &&
      !doubtful.has(person.key) &&
      (thorough || !done.has(address.key)),
  );
}

/** What the lane came to on one server. */
interface Round extends LaneResult {
  readonly approved: ApprovedPlan;
  readonly server: string;
  /** What the ledger has as on, of people who should be shut out, and the server does not show. */
  readonly unseen: readonly Unseen[];
}

interface Unseen {
  readonly desired: Desired;
  readonly handle: string;
}

/** Silence is no proof: what no server shows may be on all the same. One alarm for each person. */
function unseenOnAll(rounds: readonly Round[], { reconciler }: LaneInput): readonly Notice[] {
  const [leading, ...others] = rounds;
  if (leading === undefined) return [];
  const onAll = leading.unseen.filter(({ handle }) =>
    others.every(({ unseen }) => unseen.some((one) => one.handle === handle)),
  );
  return [...new Set(onAll.map(({ desired }) => desired))].map((desired) =>
    unseenNotice(desired, reconciler.traits, leading.server),
  );
}

async function shutOut(input: LaneInput, people: readonly Desired[], session: Session): Promise<Round> {
  const keys = new Set(people.map(({ address }) => address.key));
  const living = input.rows.filter((row) => row.goneAt === null && keys.has(row.key));
  const rowsOf = Map.groupBy(living, ({ key }) => key);
  const done = new Set(living.filter(isDisabledIn).map(({ handle }) => handle));
  const found = await session.reader.lookup(wantedOf(people, rowsOf), input.known);
  const byKey = Map.groupBy(found, (one) => one.address.key);
  const shown = new Set(found.map(({ handle }) => handle));
  const changes: Change[] = [];
  const notices: Notice[] = [];
  for (const desired of people) {
    const known = new Set((rowsOf.get(desired.address.key) ?? []).map(({ handle }) => handle));
    for (const observed of foundFor(desired, byKey, found, known)) {
      const { traits } = input.reconciler;
      if (!observed.enabled) continue;
      const { issued } = traits.thing;
      if (issued && !isStillTheirs(desired.address.key, observed)) continue;
      const refused = refusal(desired, observed, issued || known.has(observed.handle), traits);
      const subject = { desired, traits, moment: new Moment(input.at), dated: false };
      if (refused === null) changes.push(disable(subject, observed, done.has(observed.handle)));
      else notices.push(refusedNotice(desired, refused, traits));
    }
  }
  const judge = { ...input.judge, earlier: input.spending.all, paused: null, storeLost: false, patient: false };
  const { approved, holds } = gate({ ...judge, changes });
  // At once, for the lane of another system may be judged while this one writes.
  input.spending.add(approved.changes);
  const applied = input.apply === null ? [] : await input.apply(approved, session);
  const unseen = people.flatMap((desired) =>
    (rowsOf.get(desired.address.key) ?? [])
      .filter((row) => leftOn(row) && !shown.has(row.handle))
      .map(({ handle }) => ({ desired, handle })),
  );
  return { changes, approved, holds, applied, notices, unseen, server: session.reader.server };
}

/** By handle, and by name as well: somebody may have made another account of that name by hand. */
function wantedOf(people: readonly Desired[], rowsOf: ReadonlyMap<string, readonly LedgerRow[]>) {
  return people.flatMap(({ address: { key } }) => [
    { key, handle: null },
    ...(rowsOf.get(key) ?? []).map(({ handle }) => ({ key, handle })),
  ]);
}

/** By the name it now bears, or by a handle that the ledger knows, whatever it is called now. */
function foundFor(
  desired: Desired,
  byKey: ReadonlyMap<string, readonly Observed[]>,
  found: readonly Observed[],
  known: ReadonlySet<string>,
) {
  const named = byKey.get(desired.address.key) ?? [];
  const shown = new Set(named.map(({ handle }) => handle));
  if ([...known].every((handle) => shown.has(handle))) return named;
  return [...named, ...found.filter(({ handle }) => known.has(handle) && !shown.has(handle))];
}

/** An account of that name may be somebody else's: only a mark that names this person, or the handle that the ledger has for them, will do. */
function refusal(
  desired: Desired,
  observed: Observed,
  isKnown: boolean,
  { thing: { byHand } }: Traits,
): { kind: Notice['kind']; text: string; next: string } | null {
  if (observed.protectedBecause !== null) {
    return {
      kind: 'protected',
      text: `is protected (${observed.protectedBecause})`,
      next: `${byHand} now.`,
    };
  }
  if (observed.markedKey === desired.address.key || isKnown) return null;
  const kind = observed.ownership === 'foreign' ? 'foreign' : 'exists-not-ours';
  return { kind, text: `is not Muster's (${observed.location})`, next: `${byHand}, or adopt it.` };
}

function refusedNotice(desired: Desired, refused: NonNullable<ReturnType<typeof refusal>>, { thing }: Traits): Notice {
  const { denied, called, states } = thing;
  const text = `${desired.person.label} ${denied} (${reasonsOf(desired)}), but the ${called} ${refused.text} and is still ${states.enabled}.`;
  return { ...about(desired, refused.kind, text, refused.next), urgent: true };
}

/** A block does not wait for replication: the same people, on each further server that answers. */
async function onOtherServers(
  input: LaneInput,
  people: readonly Desired[],
): Promise<readonly { server: string; result: Round | null }[]> {
  const { result: connected, error: none } = await attempt(() => input.reconciler.connectAll());
  // What the main server has taken stands, whether or not any other answers.
  if (connected === null) return [{ server: `The other servers (${troubleOf(none).what})`, result: null }];
  const { sessions, unreachable } = connected;
  const rounds: { server: string; result: Round | null }[] = unreachable.map(({ why }) => ({
    server: why,
    result: null,
  }));
  try {
    for (const session of sessions) {
      const { server } = session.reader;
      if (server === input.main.reader.server) continue;
      const { result, error } = await attempt(() => shutOut(input, people, session));
      rounds.push({ server: result === null ? `${server}: ${troubleOf(error).what}` : server, result });
    }
  } finally {
    await closeAll(sessions);
  }
  return rounds;
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ result: T; error: null } | { result: null; error: unknown }> {
  try {
    return { result: await work(), error: null };
  } catch (error) {
    return { result: null, error };
  }
}

function byReplicationOnly(server: string): Notice {
  const text = `${server}: the blocks reach it by replication only.`;
  return { kind: 'unreachable', person: null, text, next: null, origin: null, urgent: false };
}
