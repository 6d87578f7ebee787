/** Plan at a moment to come: what dates alone will have changed by then, and what of it would be held; writes nothing. */
import { MusterError } from '../../errors.ts';
import type { AnyEntry, Instant } from '../../model/document.ts';
import { type Change, fingerprint } from '../change.ts';
import { storedRowsToForecast } from '../coming.ts';
import { type Desire, desire } from '../desire.ts';
import { forecast } from '../forecast.ts';
import { gate } from '../gate.ts';
import type { Forecast } from '../outlook.ts';
import { type PassParts, pass } from '../pass.ts';
import type { Hold } from '../plan.ts';
import type { Reconciler, Repository, Store } from '../ports.ts';
import { eachSession, readOnce } from '../read-once.ts';
import type { Report } from '../report.ts';

const DAY_MS = 24 * 3_600_000;

export interface Ahead {
  readonly format: 1;
  /** The moment that is planned for, in milliseconds since 1970. */
  readonly at: Instant;
  /** As of that moment, with the directory as it is now; `plan.changes` and `holds` are those that dates bring about. */
  readonly report: Report;
  /** Changes that are due already, and so have nothing to do with dates. */
  readonly dueNow: number;
  /** When the first of these people is reached by a date; an approval in advance counts from then on. Null: nobody is. */
  readonly first: Instant | null;
}

/**
 * Reads the repository and the directory once, as they are now, and plans twice: for now and for `at`. What only the second plan holds
 * is what dates bring about. What is held of it can be approved in advance by its digest.
 * @param dateText the moment as the operator wrote it, for the commands that are suggested
 * @throws MusterError (`person`) where `at` has gone by.
 */
export async function planAt(parts: PassParts, at: Instant, dateText: string): Promise<Ahead> {
  const now = parts.clock();
  if (at <= now) throw goneBy(dateText);
  const { timeZone } = parts.settings;
  const want = await desire(parts.repository, parts.store, timeZone, now);
  const frozen: PassParts = {
    ...parts,
    repository: asLoaded(parts.repository, want),
    store: { ...parts.store, memory: await asRemembered(parts.store, want, now) },
  };
  const reconcilers = parts.reconcilers.map((one) => readOnce(one));
  const today = await pass({ ...frozen, reconcilers }, { trigger: 'command', dryRun: true });
  const shift = at - now;
  const then = await pass(
    { ...frozen, reconcilers: reconcilers.map((one) => ahead(one, shift)), clock: () => parts.clock() + shift },
    { trigger: 'due', dryRun: true },
  );
  const dueNow = new Set(today.plan.changes.map(fingerprint));
  const coming = await comingUntil(parts, want, now, at);
  const brought = asSeenToday(
    then.plan.changes.filter((change) => !dueNow.has(fingerprint(change))),
    coming,
  );
  const known = new Set(today.plan.notices.map(({ text }) => text));
  const notices = then.plan.notices.filter(({ text }) => !known.has(text));
  const holds = await holdsOf(parts, then, brought, at, dateText);
  return {
    format: 1,
    at,
    report: { ...then, plan: { ...then.plan, changes: brought, notices }, holds },
    dueNow: then.plan.changes.length - brought.length,
    first: firstOf(coming, holds),
  };
}

/** On the day itself an account that has run out loses nothing more by being disabled; seen from today, its owner loses access. */
function asSeenToday(changes: readonly Change[], { days }: Forecast): readonly Change[] {
  const losing = new Set(days.flatMap(({ coming }) => coming.flatMap((one) => (one.gains ? [] : [one.person.key]))));
  return changes.map((change) =>
    change.kind === 'disable' && losing.has(change.person.key) ? { ...change, effect: 'takes' } : change,
  );
}

/** As a pass at that moment would judge them, by themselves: what is due today will be done or decided by then. */
async function holdsOf(
  { store, settings }: PassParts,
  { plan, holds }: Report,
  changes: readonly Change[],
  at: Instant,
  dateText: string,
): Promise<readonly Hold[]> {
  const lost = holds.filter(({ rule }) => rule === 'store-lost' || rule === 'restored');
  if (lost.length > 0) return lost;
  const gated = gate({
    revision: plan.revision,
    changes,
    limits: settings.limits,
    used: await store.journal.usedSince(at - DAY_MS),
    earlier: [],
    ours: new Map(plan.read.map(({ system, ours }) => [system, ours])),
    approvals: await store.approvals.valid(at),
    spent: [],
    tracks: new Map(),
    at,
    paused: null,
    storeLost: false,
    patient: false,
  });
  const advance = (release: string) => release.replace(' --reason', ` --at ${dateText} --reason`);
  return gated.holds.map((hold) => ({ ...hold, release: advance(hold.release) }));
}

/** The repository as it was just read: the second plan must not be about another revision. */
function asLoaded(repository: Repository, { loaded, trouble: [trouble] }: Desire): Repository {
  const load = async () => {
    if (trouble !== undefined) throw new MusterError(trouble);
    return loaded;
  };
  return { load, descends: (from, to) => repository.descends(from, to) };
}

/** The memory as the next pass will leave it: what the repository says now will have been known before its dates come. */
async function asRemembered({ memory }: Store, { loaded, resolution, trouble }: Desire, now: Instant) {
  const [before, last] = await Promise.all([memory.entries(), memory.revision()]);
  const { entries, forget } = resolution.remember;
  const nameOf = ({ kind, key }: AnyEntry) => `${kind} ${key}`;
  const all = new Map(before.map((entry) => [nameOf(entry), entry]));
  const counts = loaded.trusted && trouble.length === 0;
  if (counts) {
    for (const entry of entries) all.set(nameOf(entry), { ...entry, knownSince: entry.knownSince ?? now });
    for (const entry of forget) all.delete(nameOf(entry));
  }
  return {
    ...memory,
    entries: async () => [...all.values()],
    revision: async () => (counts ? loaded.revision : last),
  };
}

/** Servers whose clocks are as far ahead as ours is said to be. */
function ahead(reconciler: Reconciler, shift: number): Reconciler {
  return eachSession(reconciler, (session) => ({
    ...session,
    reader: { ...session.reader, now: async () => (await session.reader.now()) + shift },
  }));
}

async function comingUntil({ store, settings, reconcilers }: PassParts, want: Desire, now: Instant, at: Instant) {
  const rows = await storedRowsToForecast(reconcilers, store.ledger);
  const days = (at - now) / DAY_MS;
  return forecast({ model: want.resolution.model, at: now, days, limits: settings.limits, rows });
}

function firstOf({ days }: Forecast, holds: readonly Hold[]): Instant | null {
  const people = new Set(holds.flatMap(({ changes }) => changes.map(({ person }) => person.key)));
  const moments = days.flatMap(({ coming }) => coming.flatMap((one) => (people.has(one.person.key) ? [one.at] : [])));
  return moments.length === 0 ? null : Math.min(...moments);
}

function goneBy(dateText: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `--at ${dateText}`,
    what: 'This moment has gone by, or its day has begun.',
    next: 'Write a day to come (2027-01-01) or a moment (2027-01-01T14:00). What is due now, "muster plan" shows.',
  });
}
