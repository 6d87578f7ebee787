/** Standing: what a person may do at a moment, with every reason and its origin; pure. */
import { compareText, type Origin, place } from '../diagnostic.ts';
import { MusterError } from '../errors.ts';
import { type Days, daysIn } from './block-window.ts';
import type { Block, Entry, Instant, Institution } from './document.ts';
import type { Model, OperatorBlock } from './model.ts';
import {
  blockRestrictions,
  holdsAt,
  institutionLabel,
  operatorRestriction,
  ownRestrictions,
  personLabel,
  type ReasonKind,
  type Restriction,
  versionsOf,
} from './restrictions.ts';

export type { ReasonKind };

/** One thing that takes something away from a person. */
export interface Reason {
  readonly kind: ReasonKind;
  /** Plain words, as in `CBS is blocked since 2026-03-01: abuse of output`. */
  readonly text: string;
  /** Null for an operator's block, which stands in no file. */
  readonly origin: Origin | null;
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

/** A model made ready for many questions: made once per pass, then asked per person. */
export interface ModelIndex {
  readonly model: Model;
  /** Everything that ever takes something from this person; undefined: no such person. */
  restrictionsOf(userKey: string): readonly Restriction[] | undefined;
}

/** Costs one step per block; days and institutions are worked out when first asked for, and kept. */
export function indexModel(model: Model): ModelIndex {
  const days = daysIn(model.timeZone);
  const persons = Map.groupBy(model.blockedUsers, ({ document }) => document.target);
  const mail = Map.groupBy(model.mailBlocks, ({ document }) => document.target);
  const operator = Map.groupBy(model.operatorBlocks, ({ scope, target }) => `${scope} ${target}`);
  const ofInstitution = institutionRestrictions(model, days, operator);
  return {
    model,
    restrictionsOf: (userKey) => {
      const entry = model.users.get(userKey);
      if (entry === undefined) return undefined;
      const label = personLabel(entry.document);
      const blocks = [
        ...blocksOf('person-blocked', persons.get(userKey), label, days),
        ...blocksOf('mail-blocked', mail.get(userKey), label, days),
        ...ordersOf(operator.get(`user ${userKey}`), label, model.timeZone),
      ];
      const versions = versionsOf(entry);
      const own = versions.flatMap((version) => ownRestrictions(version, days));
      const institutions = new Set(versions.map(({ document }) => document.institution));
      const fromAbove = [...institutions].flatMap(ofInstitution);
      return once([...blocks, ...fromAbove, ...own]);
    },
  };
}

function blocksOf(
  kind: 'person-blocked' | 'institution-blocked' | 'mail-blocked',
  entries: readonly Entry<Block>[] | undefined,
  who: string,
  days: Days,
): readonly Restriction[] {
  return (entries ?? []).flatMap((entry) => blockRestrictions(kind, entry, who, days));
}

function ordersOf(orders: readonly OperatorBlock[] | undefined, who: string, timeZone: string): readonly Restriction[] {
  return (orders ?? []).flatMap((order) => operatorRestriction(order, who, timeZone) ?? []);
}

/** Everything that reaches the people of an institution: blocks of it and of all that it is part of. */
function institutionRestrictions(
  model: Model,
  days: Days,
  operator: ReadonlyMap<string, readonly OperatorBlock[]>,
): (institution: string) => readonly Restriction[] {
  const blocked = Map.groupBy(model.blockedInstitutions, ({ document }) => document.target);
  const known = new Map<string, readonly Restriction[]>();
  return (institution) => {
    const before = known.get(institution);
    if (before !== undefined) return before;
    const restrictions = selfAndAbove(institution, model.institutions).flatMap((key) => {
      const who = institutionLabel(key, institution, model.institutions);
      return [
        ...blocksOf('institution-blocked', blocked.get(key), who, days),
        ...ordersOf(operator.get(`institution ${key}`), who, model.timeZone),
      ];
    });
    known.set(institution, restrictions);
    return restrictions;
  };
}

/** The institution and all that it is part of by any version, nearest first; a circle is walked once. */
function selfAndAbove(institution: string, institutions: ReadonlyMap<string, Entry<Institution>>): readonly string[] {
  const way = new Set([institution]);
  for (const key of way) {
    const entry = institutions.get(key);
    if (entry === undefined) continue;
    for (const { document } of versionsOf(entry)) {
      if (document.partOf !== null) way.add(document.partOf);
    }
  }
  return [...way];
}

function once(restrictions: readonly Restriction[]): readonly Restriction[] {
  if (restrictions.length < 2) return restrictions;
  const bySource = new Map<string, Restriction>();
  for (const restriction of restrictions) {
    if (!bySource.has(restriction.source)) bySource.set(restriction.source, restriction);
  }
  return [...bySource.values()];
}

/**
 * What a person may do at a moment, and when that next changes by a date alone. A block always wins; of several versions of one
 * entry the most restrictive counts. Depends on nothing but its arguments.
 *
 * @throws MusterError for a key that the model does not hold: ask only for `index.model.users`.
 */
export function standing(index: ModelIndex, userKey: string, at: Instant): Standing {
  const restrictions = index.restrictionsOf(userKey);
  const entry = index.model.users.get(userKey);
  if (restrictions === undefined || entry === undefined) throw unknownUser(userKey);
  const access = restrictions.filter(({ kind }) => kind !== 'mail-blocked');
  const mayLogIn = verdict(access, at);
  const maySendMail = access.length === restrictions.length ? mayLogIn : verdict(restrictions, at);
  return {
    mayLogIn,
    maySendMail,
    token: mayLogIn,
    nextDue: nextDueOf(restrictions, at),
    expires: expiryOf(restrictions),
  };
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

function verdict(restrictions: readonly Restriction[], at: Instant): Verdict {
  const holding = restrictions.filter((restriction) => holdsAt(restriction, at)).sort(byWeight);
  const reasons = holding.map(({ kind, text, origin, institution, from, knownSince }): Reason => {
    return { kind, text, origin, institution, since: from, knownSince };
  });
  const ended = restrictions.flatMap(({ kind, textWhenOver, origin, to, knownSince }): Ended[] => {
    return to !== null && to <= at ? [{ kind, text: textWhenOver, origin, endedAt: to, knownSince }] : [];
  });
  ended.sort((a, b) => b.endedAt - a.endedAt || rank(a) - rank(b) || compareText(a.text, b.text));
  const ahead = restrictions.flatMap(({ from, text }) => (from !== null && from > at ? [text] : []));
  return { allowed: reasons.length === 0, reasons, ended, ahead };
}

function byWeight(a: Restriction, b: Restriction): number {
  return (
    rank(a) - rank(b) ||
    (a.from ?? 0) - (b.from ?? 0) ||
    compareText(a.text, b.text) ||
    compareText(placeText(a.origin), placeText(b.origin))
  );
}

function rank({ kind }: { readonly kind: ReasonKind }): number {
  return ORDER.indexOf(kind);
}

function placeText(origin: Origin | null): string {
  return origin === null ? '' : place(origin);
}

function nextDueOf(restrictions: readonly Restriction[], at: Instant): Instant | null {
  let soonest: Instant | null = null;
  for (const { from, to } of restrictions) {
    for (const moment of [from, to]) {
      if (moment !== null && moment > at && (soonest === null || moment < soonest)) soonest = moment;
    }
  }
  return soonest;
}

/** The earliest end that any version of the person's own entry gives. */
function expiryOf(restrictions: readonly Restriction[]): Instant | null {
  const ends = restrictions.flatMap(({ kind, from }) => (kind === 'ended' && from !== null ? [from] : []));
  return ends.length === 0 ? null : Math.min(...ends);
}

function unknownUser(userKey: string): MusterError {
  return new MusterError({
    remedy: 'bug',
    where: 'standing',
    what: `No user "${userKey}" is in the model.`,
    next: 'Ask only for people of the model.',
  });
}
