/** Standing: what a person may do at a moment, with every reason and its origin; pure. */
import { compareText, type Origin, place } from '../diagnostic.ts';
import { MusterError } from '../errors.ts';
import { type Circumstances, circumstancesOf, indexModel, type ModelIndex, restrictionsIn } from './circumstances.ts';
import type { Entry, Instant, User } from './document.ts';
import { type Placed, placeOfField } from './field-lines.ts';
import { Moment } from './moment.ts';
import { everHolds, holdsAt, type ReasonKind, type Restriction } from './restrictions.ts';

export type { ReasonKind };
export { indexModel, type ModelIndex };

/** One thing that takes something away from a person. */
export interface Reason {
  readonly kind: ReasonKind;
  /** Plain words, as in `CBS is blocked since 2026-03-01: abuse of output`. */
  readonly text: string;
  /** The line that decided it. Null for an operator's block, which stands in no file. */
  readonly origin: Origin | null;
  /** Further lines without which it would not reach the person (`partOf`), nearest first; absent: there is none. */
  readonly through?: readonly Origin[];
  /** Key of the blocked institution, where the reason is one. */
  readonly institution: string | null;
  /** When it began to hold, by its own date; null where no date is involved (closed). */
  readonly since: Instant | null;
  /** When its document was first taken in; null: in this pass. */
  readonly knownSince: Instant | null;
}

/** A restriction that was over by the moment asked: why a person may again. */
export interface Ended {
  readonly kind: ReasonKind;
  readonly text: string;
  /** The line that ended it; null for an operator's block. */
  readonly origin: Origin | null;
  readonly endedAt: Instant;
  readonly knownSince: Instant | null;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Why not; empty exactly when allowed. */
  readonly reasons: readonly Reason[];
  /** Restrictions of the past, newest end first. */
  readonly ended: readonly Ended[];
  /** Texts of restrictions that have yet to begin: one that was carried out already says that the clock went back. */
  readonly ahead: readonly string[];
}

export interface Standing {
  readonly mayLogIn: Verdict;
  readonly maySendMail: Verdict;
  readonly token: Verdict;
  /** The next moment at which any of this changes by a date alone; null: never. */
  readonly nextDue: Instant | null;
  /** When access ends by the person's own `ends` (start of the following day); null: no end. */
  readonly expires: Instant | null;
}

/** What of a standing says whether something is allowed. */
export type Right = 'mayLogIn' | 'maySendMail' | 'token';

/**
 * What a person may do at a moment, and when that next changes by a date alone. A block always wins; of several versions of one
 * entry the most restrictive counts. Depends on nothing but its arguments.
 *
 * @throws MusterError for a key that the model does not hold: ask only for `index.model.users`.
 */
export function standing(index: ModelIndex, userKey: string, at: Instant): Standing {
  const entry = index.model.users.get(userKey);
  if (entry === undefined) throw unknownUser(userKey);
  return standingIn(circumstancesOf(entry, index.surroundings), new Moment(at));
}

/** The same, of one whose circumstances are at hand. */
export function standingIn(circumstances: Circumstances, moment: Moment): Standing {
  const restrictions = restrictionsIn(circumstances);
  const access = restrictions.filter(({ kind }) => kind !== 'mail-blocked');
  const mayLogIn = verdict(access, moment);
  const maySendMail = access.length === restrictions.length ? mayLogIn : verdict(restrictions, moment);
  return {
    mayLogIn,
    maySendMail,
    token: mayLogIn,
    nextDue: nextDueOf(restrictions, moment),
    expires: expiryOf(restrictions),
  };
}

/** Whether it may give anything: what is held, vanished or contradicts itself may only take. */
export function mayGain({ condition, rivals }: Entry<User>): boolean {
  return condition === 'declared' && rivals.length === 0;
}

/** Most deliberate first: what somebody decided about the person, then what the calendar did. */
const ORDER: readonly ReasonKind[] = [
  'operator-blocked',
  'person-blocked',
  'institution-blocked',
  'closed',
  'ended',
  'not-started',
  'mail-blocked',
];

function verdict(restrictions: readonly Restriction[], moment: Moment): Verdict {
  const holding: Restriction[] = [];
  const over: Restriction[] = [];
  const ahead: Restriction[] = [];
  for (const restriction of restrictions) {
    const { from, to } = restriction;
    if (from !== null && everHolds(restriction) && !moment.reached(from)) ahead.push(restriction);
    if (holdsAt(restriction, moment)) holding.push(restriction);
    else if (to !== null && moment.reached(to)) over.push(restriction);
  }
  // A list that is kept is never one that was pushed to, which has room for many more: there are hundreds of thousands of them.
  return {
    allowed: holding.length === 0,
    reasons: holding.sort(byWeight).map(reasonOf),
    ended: over.map(endedOf).sort((a, b) => b.endedAt - a.endedAt || rank(a) - rank(b) || compareText(a.text, b.text)),
    ahead: ahead.map(({ text }) => text),
  };
}

function endedOf({ kind, textWhenOver, placed, endedBy, to, knownSince }: Restriction): Ended {
  return { kind, text: textWhenOver, origin: lineOf(placed, endedBy), endedAt: to ?? 0, knownSince };
}

function reasonOf({ kind, text, placed, heldBy, institution, through, from, knownSince }: Restriction): Reason {
  const way = through === undefined ? {} : { through };
  return { kind, text, origin: lineOf(placed, heldBy), ...way, institution, since: from, knownSince };
}

/** Only of what is told: of most restrictions nobody asks where they stand. */
function lineOf(placed: Placed | null, decidedBy: readonly string[]): Origin | null {
  return placed === null ? null : placeOfField(placed, ...decidedBy);
}

function byWeight(a: Restriction, b: Restriction): number {
  return (
    rank(a) - rank(b) ||
    (a.from ?? 0) - (b.from ?? 0) ||
    compareText(a.text, b.text) ||
    compareText(placeText(a.placed), placeText(b.placed))
  );
}

function rank({ kind }: { readonly kind: ReasonKind }): number {
  return ORDER.indexOf(kind);
}

function placeText(placed: Placed | null): string {
  return placed === null ? '' : place(placed.origin);
}

function nextDueOf(restrictions: readonly Restriction[], at: Moment): Instant | null {
  let soonest: Instant | null = null;
  for (const restriction of restrictions) {
    if (!everHolds(restriction)) continue;
    for (const moment of [restriction.from, restriction.to]) {
      if (moment !== null && !at.reached(moment) && (soonest === null || moment < soonest)) soonest = moment;
    }
  }
  return soonest;
}

/** The earliest end that any version of the person's own entry gives. */
function expiryOf(restrictions: readonly Restriction[]): Instant | null {
  let earliest: Instant | null = null;
  for (const { kind, from } of restrictions) {
    if (kind === 'ended' && from !== null && (earliest === null || from < earliest)) earliest = from;
  }
  return earliest;
}

function unknownUser(userKey: string): MusterError {
  return new MusterError({
    remedy: 'bug',
    where: 'standing',
    what: `No user "${userKey}" is in the model.`,
    next: 'Ask only for people of the model.',
  });
}
