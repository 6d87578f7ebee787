/** What a person's standing depends on, in parts that stay the very same objects while nothing about them changes. */
import { type Days, daysIn } from './block-window.ts';
import type { Block, Entry, Institution, User } from './document.ts';
import type { Model, OperatorBlock } from './model.ts';
import {
  blockRestrictions,
  institutionLabel,
  operatorRestriction,
  ownRestrictions,
  personLabel,
  type Restriction,
  versionsOf,
} from './restrictions.ts';
import { lastResult, steadyItems } from './reuse.ts';

/**
 * Everything that a person's standing depends on: their own entry, the blocks and orders about them, what reaches them through their
 * institutions, and the calendar. Each part is the very one of before while it says the same.
 */
export type Circumstances = readonly [
  entry: Entry<User>,
  persons: readonly Entry<Block>[] | undefined,
  mail: readonly Entry<Block>[] | undefined,
  orders: readonly OperatorBlock[] | undefined,
  fromAbove: readonly Restriction[],
  calendar: Calendar,
];

/** Days in the zone in which they are days. */
export interface Calendar extends Days {
  readonly timeZone: string;
}

/** A model made ready for many questions: made once per pass, then asked per person. */
export interface ModelIndex {
  readonly model: Model;
  /** What this person's standing depends on; undefined: no such person. */
  circumstancesOf(userKey: string): Circumstances | undefined;
}

/** Costs one step per block; days and institutions are worked out when first asked for, and kept. */
export function indexModel(model: Model): ModelIndex {
  return modelIndexer()(model);
}

/** `indexModel` for one who asks again and again. */
export function modelIndexer(): (model: Model) => ModelIndex {
  const calendarOf = lastResult((timeZone: string): Calendar => ({ timeZone, ...daysIn(timeZone) }));
  const byTarget = () =>
    lastResult((blocks: readonly Entry<Block>[]) => Map.groupBy(blocks, ({ document }) => document.target));
  const groups = { institutions: byTarget(), persons: byTarget(), mail: byTarget() };
  const byScope = lastResult((orders: readonly OperatorBlock[]) =>
    Map.groupBy(orders, ({ scope, target }) => `${scope} ${target}`),
  );
  const reaching = lastResult(institutionReach());
  return (model) => {
    const calendar = calendarOf(model.timeZone);
    const persons = groups.persons(model.blockedUsers);
    const mail = groups.mail(model.mailBlocks);
    const orders = byScope(model.operatorBlocks);
    const blocked = groups.institutions(model.blockedInstitutions);
    const ofInstitution = reaching(model.institutions, blocked, orders, calendar);
    return {
      model,
      circumstancesOf: (userKey) => {
        const entry = model.users.get(userKey);
        if (entry === undefined) return undefined;
        return [
          entry,
          persons.get(userKey),
          mail.get(userKey),
          orders.get(`user ${userKey}`),
          fromAbove(entry, ofInstitution),
          calendar,
        ];
      },
    };
  };
}

/** Several versions of one entry may name several institutions: nothing good is to be had of it. */
function fromAbove({ document, rivals }: Entry<User>, ofInstitution: (key: string) => readonly Restriction[]) {
  if (rivals.length === 0) return ofInstitution(document.institution);
  const institutions = new Set(
    [document, ...rivals.map((rival) => rival.document)].map(({ institution }) => institution),
  );
  return [...institutions].flatMap(ofInstitution);
}

/** Everything that ever takes something from a person. */
export function restrictionsIn([entry, persons, mail, orders, above, calendar]: Circumstances): readonly Restriction[] {
  const label = personLabel(entry.document);
  const own = versionsOf(entry).flatMap((version) => ownRestrictions(version, calendar));
  return once([
    ...blocksOf('person-blocked', persons, label, calendar),
    ...blocksOf('mail-blocked', mail, label, calendar),
    ...ordersOf(orders, label, calendar.timeZone),
    ...above,
    ...own,
  ]);
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

type Restrictions = readonly Restriction[];

/** Everything that reaches the people of an institution: blocks of it and of all that it is part of. */
function institutionReach() {
  const steady = new Map<string, (restrictions: Restrictions) => Restrictions>();
  const steadily = (institution: string) => {
    const known = steady.get(institution) ?? steadyItems<Restriction>(({ source }) => source);
    steady.set(institution, known);
    return known;
  };
  return (
    institutions: Model['institutions'],
    blocked: ReadonlyMap<string, readonly Entry<Block>[]>,
    orders: ReadonlyMap<string, readonly OperatorBlock[]>,
    calendar: Calendar,
  ): ((institution: string) => Restrictions) => {
    const known = new Map<string, Restrictions>();
    return (institution) => {
      const before = known.get(institution);
      if (before !== undefined) return before;
      const restrictions = selfAndAbove(institution, institutions).flatMap((key) => {
        const who = institutionLabel(key, institution, institutions);
        return [
          ...blocksOf('institution-blocked', blocked.get(key), who, calendar),
          ...ordersOf(orders.get(`institution ${key}`), who, calendar.timeZone),
        ];
      });
      const now = steadily(institution)(restrictions);
      known.set(institution, now);
      return now;
    };
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
