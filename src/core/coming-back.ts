/** Coming back: what is kept of somebody who left, and whether they get it back as it was or begin anew. */
import type { ReasonKind } from '../model/standing.ts';
import type { Case } from './case.ts';
import type { Enable, Leave } from './change.ts';
import type { Away, LedgerRow } from './ports.ts';

/** Whoever is blocked stays; these say that the person went. */
const LEAVING: ReadonlySet<ReasonKind> = new Set(['closed', 'ended']);

/** More groups than this make no sentence. */
const GROUPS_NAMED = 6;

const DAY_MS = 86_400_000;

/** What is to be kept of somebody whose account is taken because they leave; null: they do not, or nothing is kept of such a thing. */
export function leaveOf({ desired, traits, moment }: Omit<Case, 'row'>): Leave | null {
  const { belongsTo: institution, verdict } = desired;
  const leaving = verdict.reasons.find(({ kind }) => LEAVING.has(kind));
  if (leaving === undefined || institution === undefined || traits.keptForMs === Number.POSITIVE_INFINITY) return null;
  return { since: leaving.since ?? leaving.knownSince ?? moment.exactly(), institution };
}

/** The row of somebody whose account Muster had taken for another reason before they left; null: as it stands. */
export function leftMeanwhile(subject: Case, row: LedgerRow): LedgerRow | null {
  if (row.away !== undefined || row.disabledFor === null || row.state.enabled) return null;
  const leave = leaveOf(subject);
  return leave === null ? null : { ...row, away: { ...leave, groups: null } };
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
  const why = moment.reached(away.since + traits.keptForMs)
    ? `after more than ${traits.keptForMs / DAY_MS} days away`
    : desired.belongsTo === away.institution
      ? null
      : `from another institution (was with ${away.institution})`;
  if (why === null) return { text: `is back, ${groupsKept(away)}`, anew: {} };
  return { text: `is back ${why}: gets a new initial password, ${groupsLeft(away)}`, anew: { anew: true } };
}

function groupsKept({ groups }: Away): string {
  if (groups === null) return 'in whatever groups the account is in';
  return groups.length === 0 ? 'in no group, as before' : `in the groups of before (${named(groups)})`;
}

function groupsLeft({ groups }: Away): string {
  if (groups === null) return 'and is taken out of every group';
  return groups.length === 0 ? 'and no group' : `and is taken out of the groups of before (${named(groups)})`;
}

export function named(groups: readonly string[]): string {
  const more = groups.length - GROUPS_NAMED;
  return more > 0 ? `${groups.slice(0, GROUPS_NAMED).join(', ')} and ${more} more` : groups.join(', ');
}
