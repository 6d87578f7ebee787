/** What a person's standing depends on, in parts that stay the very same objects while nothing about them changes. */
import type { Origin } from '../diagnostic.ts';
import { type Days, daysIn } from './block-window.ts';
import type { Block, Entry, Institution, User } from './document.ts';
import { placeOfField } from './field-lines.ts';
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

/** What surrounds all people of a model; the very one of before while no part of it changes. */
export interface Surroundings {
  readonly persons: ReadonlyMap<string, readonly Entry<Block>[]>;
  readonly mail: ReadonlyMap<string, readonly Entry<Block>[]>;
  readonly orders: ReadonlyMap<string, readonly OperatorBlock[]>;
  readonly ofInstitution: (institution: string) => readonly Restriction[];
  readonly calendar: Calendar;
}

/** A model made ready for many questions: made once per pass, then asked per person. */
export interface ModelIndex {
  readonly model: Model;
  readonly surroundings: Surroundings;
}

/** Costs one step per block; days and institutions are worked out when first asked for, and kept. */
export function indexModel(model: Model): ModelIndex {
  return { model, surroundings: surveyor()(model) };
}

/** What surrounds the people of one model after the other. */
export function surveyor(): (model: Model) => Surroundings {
  const calendarOf = lastResult((timeZone: string): Calendar => ({ timeZone, ...daysIn(timeZone) }));
  const byTarget = () =>
    lastResult((blocks: readonly Entry<Block>[]) => Map.groupBy(blocks, ({ document }) => document.target));
  const byScope = (wanted: OperatorBlock['scope']) =>
    lastResult((orders: readonly OperatorBlock[]) =>
      Map.groupBy(
        orders.filter(({ scope }) => scope === wanted),
        ({ target }) => target,
      ),
    );
  const blocks = { institutions: byTarget(), persons: byTarget(), mail: byTarget() };
  const orders = { institutions: byScope('institution'), persons: byScope('user') };
  const reaching = lastResult(institutionReach());
  const whole = lastResult(surroundingsOf);
  return ({ timeZone, institutions, blockedInstitutions, blockedUsers, mailBlocks, operatorBlocks }) => {
    const calendar = calendarOf(timeZone);
    const blocked = blocks.institutions(blockedInstitutions);
    const reach = reaching(institutions, blocked, orders.institutions(operatorBlocks), calendar);
    return whole(
      blocks.persons(blockedUsers),
      blocks.mail(mailBlocks),
      orders.persons(operatorBlocks),
      reach,
      calendar,
    );
  };
}

function surroundingsOf(
  persons: Surroundings['persons'],
  mail: Surroundings['mail'],
  orders: Surroundings['orders'],
  ofInstitution: Surroundings['ofInstitution'],
  calendar: Calendar,
): Surroundings {
  return { persons, mail, orders, ofInstitution, calendar };
}

export function circumstancesOf(entry: Entry<User>, surroundings: Surroundings): Circumstances {
  const { key } = entry;
  const { persons, mail, orders, ofInstitution, calendar } = surroundings;
  return [entry, persons.get(key), mail.get(key), orders.get(key), fromAbove(entry, ofInstitution), calendar];
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
  const own = versionsOf(entry).flatMap((version) => ownRestrictions(version, calendar));
  if (persons === undefined && mail === undefined && orders === undefined) {
    if (above.length === 0 && entry.rivals.length === 0) return own;
    return once([...above, ...own]);
  }
  const label = personLabel(entry.document);
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
  let steady = new Map<string, (restrictions: Restrictions) => Restrictions>();
  let asked = new Set<string>();
  const steadily = (institution: string) => {
    const known = steady.get(institution) ?? steadyItems<Restriction>(({ source }) => source);
    steady.set(institution, known);
    asked.add(institution);
    return known;
  };
  return (
    institutions: Model['institutions'],
    blocked: ReadonlyMap<string, readonly Entry<Block>[]>,
    orders: ReadonlyMap<string, readonly OperatorBlock[]>,
    calendar: Calendar,
  ): ((institution: string) => Restrictions) => {
    // People name institutions that nobody declared as well: such a name is kept for as long as somebody asks for it.
    steady = new Map([...steady].filter(([key]) => asked.has(key) || institutions.has(key)));
    asked = new Set();
    const known = new Map<string, Restrictions>();
    return (institution) => {
      const before = known.get(institution);
      if (before !== undefined) return before;
      const restrictions = [...selfAndAbove(institution, institutions)].flatMap(([key, through]) => {
        const who = institutionLabel(key, institution, institutions);
        const found = [
          ...blocksOf('institution-blocked', blocked.get(key), who, calendar),
          ...ordersOf(orders.get(key), who, calendar.timeZone),
        ];
        return through.length === 0 ? found : found.map((one) => ({ ...one, through }));
      });
      const now = steadily(institution)(restrictions);
      known.set(institution, now);
      return now;
    };
  };
}

/** The institution and all that it is part of by any version, nearest first, each with the lines that say so; a circle is walked once. */
function selfAndAbove(
  institution: string,
  institutions: ReadonlyMap<string, Entry<Institution>>,
): ReadonlyMap<string, readonly Origin[]> {
  const ways = new Map<string, readonly Origin[]>([[institution, []]]);
  for (const [key, way] of ways) {
    const entry = institutions.get(key);
    if (entry === undefined) continue;
    for (const { document, placed } of versionsOf(entry)) {
      if (document.partOf === null || ways.has(document.partOf)) continue;
      ways.set(document.partOf, [...way, placeOfField(placed, 'partOf')]);
    }
  }
  return ways;
}

function once(restrictions: readonly Restriction[]): readonly Restriction[] {
  if (restrictions.length < 2) return restrictions;
  const bySource = new Map<string, Restriction>();
  for (const restriction of restrictions) {
    if (!bySource.has(restriction.source)) bySource.set(restriction.source, restriction);
  }
  return [...bySource.values()];
}
