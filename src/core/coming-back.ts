/** Coming back: what is kept of somebody who left, and whether they get it back as it was or begin anew. */
import type { Instant } from '../model/document.ts';
import type { ReasonKind } from '../model/standing.ts';
import type { Case } from './case.ts';
import type { Attributes, Desired, Enable, Leave } from './change.ts';
import type { Away, LedgerRow, Reader } from './ports.ts';
import type { Traits } from './traits.ts';

/** Whoever is blocked stays; these say that the person went. */
const LEAVING: ReadonlySet<ReasonKind> = new Set(['closed', 'ended']);

/** More groups than this make no sentence. */
const GROUPS_NAMED = 6;

const DAY_MS = 86_400_000;

/** For how long the groups of a leave are asked for again where they could not be read: a connection that broke is back by then. */
const ASKED_AGAIN_FOR_MS = DAY_MS;
/** In one pass, so that a server which never shows them does not slow every pass down. */
const ASKED_AGAIN_AT_MOST = 50;

/** What is to be kept of somebody whose account is taken because they leave; null: they do not, or nothing is kept of such a thing. */
export function leaveOf({ desired, traits, moment }: Omit<Case, 'row'>): Leave | null {
  const { belongsTo: institution, verdict } = desired;
  const leaves = verdict.reasons.some(({ kind }) => LEAVING.has(kind));
  if (!leaves || institution === undefined || traits.keptForMs === Number.POSITIVE_INFINITY) return null;
  // Until now they had it, whatever day was written afterwards.
  return { since: moment.exactly(), institution, who: whoOf(desired, traits) };
}

/** The row of somebody whose account was off before they left, by Muster for another reason or by hand; null: as it stands. */
export function leftMeanwhile(subject: Case, row: LedgerRow): LedgerRow | null {
  if (row.away !== undefined) return null;
  const leave = leaveOf(subject);
  if (leave === null) return null;
  const leaving = subject.desired.verdict.reasons.find(({ kind }) => LEAVING.has(kind));
  const since = leaving?.since ?? leaving?.knownSince ?? leave.since;
  return { ...row, away: { ...asKnown(leave, row), since, groups: null } };
}

/** What somebody has who leaves, read once they are shut out; null: a reading that fails must not make the disable look as if it had. */
export async function groupsOf({ groups }: Pick<Reader, 'groups'>, handle: string): Promise<readonly string[] | null> {
  return (await groups?.(handle).catch(() => null)) ?? null;
}

/** Rows of those who left lately and whose groups could not be read then, with what is read now. Nobody leaves a group by leaving. */
export async function groupsReadLate(
  rows: Iterable<LedgerRow>,
  reader: Pick<Reader, 'groups'>,
  at: Instant,
): Promise<readonly LedgerRow[]> {
  if (reader.groups === undefined) return [];
  const unknown: (LedgerRow & { readonly away: Away })[] = [];
  for (const row of rows) {
    if (unknown.length === ASKED_AGAIN_AT_MOST) break;
    const { away } = row;
    if (away !== undefined && mayBeRead(away, row, at)) unknown.push({ ...row, away });
  }
  const asked = unknown.map(async (row) => ({
    ...row,
    away: { ...row.away, groups: await groupsOf(reader, row.handle) },
  }));
  return (await Promise.all(asked)).filter(({ away }) => away.groups !== null);
}

function mayBeRead(away: Away, { goneAt }: Pick<LedgerRow, 'goneAt'>, at: Instant): boolean {
  return away.groups === null && goneAt === null && at - away.since < ASKED_AGAIN_FOR_MS;
}

/** With the values of before: an entry that is closed and given to somebody else in one go must not pass for theirs. */
export function asKnown(leave: Leave, row: LedgerRow | null): Leave {
  const before = row?.state.attributes ?? {};
  const who = Object.entries(leave.who).map(([name, value]) => [name, before[name] ?? value] as const);
  return { ...leave, who: Object.fromEntries(who) };
}

/** Fields of an entry that say who somebody is, and where they belong. */
const WHO: ReadonlySet<string> = new Set(['name.given', 'name.family', 'institution.id', 'institution.name']);

function whoOf({ attributes }: Desired, { decidedBy }: Traits): Attributes {
  const says = (name: string) => decidedBy?.(name).some((field) => WHO.has(field)) === true;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => says(name)));
}

/** The row of somebody who is there again. */
export function hereAgain({ away: _away, ...row }: LedgerRow): LedgerRow {
  return row;
}

export interface ComingBack {
  /** Completes the reason for giving back. */
  readonly text: string;
  readonly anew: Pick<Enable, 'anew'>;
}

/** How somebody comes back; null: they had not left. Doubt may take, never give: who may be somebody else by now begins anew. */
export function comingBack({ desired, traits, moment }: Omit<Case, 'row'>, row: LedgerRow): ComingBack | null {
  const { away } = row;
  if (away === undefined) return null;
  const why = differenceOf({ desired, traits, moment }, away);
  if (why === null) return { text: `is back, ${groupsKept(away)}`, anew: {} };
  return { text: `is back ${why}: gets a new initial password, ${groupsLeft(away)}`, anew: { anew: true } };
}

/** Null: none that matters. */
function differenceOf(
  { desired, traits, moment }: Pick<Case, 'desired' | 'traits' | 'moment'>,
  away: Away,
): string | null {
  const { who, institution } = away;
  if (moment.reached(away.since + traits.keptForMs)) return `after more than ${traits.keptForMs / DAY_MS} days away`;
  if (desired.belongsTo !== institution) return `from another institution (was with ${institution})`;
  const other = Object.entries(who).find(
    ([name, value]) => name in desired.attributes && desired.attributes[name] !== value,
  );
  return other === undefined ? null : `otherwise than they went (${other[0]} was ${other[1] ?? 'empty'})`;
}

function groupsKept({ groups }: Away): string {
  if (groups === null) return 'in whatever groups the account is in';
  return groups.length === 0 ? 'in no group, as before' : `in the groups of before (${named(groups)})`;
}

function groupsLeft({ groups }: Away): string {
  const before = groups === null ? '' : groups.length === 0 ? ' (was in none)' : ` (was in ${named(groups)})`;
  return `and is taken out of every group${before}`;
}

export function named(groups: readonly string[]): string {
  const more = groups.length - GROUPS_NAMED;
  return more > 0 ? `${groups.slice(0, GROUPS_NAMED).join(', ')} and ${more} more` : groups.join(', ');
}
