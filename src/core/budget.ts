/** Budgets: how many people a class of changes affects now and in the last 24 hours, against its limits. */
import { type Change, type ChangeClass, isAgain } from './change.ts';
import type { BlockLimit, ClassLimit } from './limits.ts';
import { type ApprovedPlan, peopleIn } from './plan.ts';

/** One person in one class in the last 24 hours, approved changes left out. */
export type Used = readonly {
  readonly class: ChangeClass;
  readonly person: string;
  readonly institutions: readonly string[];
}[];

/** What the gates of one run let through without approval, of all systems together: each later one counts it as well. */
export class Spending {
  #all: Used = [];

  get all(): Used {
    return this.#all;
  }

  add(changes: ApprovedPlan['changes']): void {
    this.#all = [...this.#all, ...usedBy(changes.flatMap(({ change, approved }) => (approved ? [] : [change])))];
  }
}

/** What is counted of a change: whom it is about, and which institutions are behind it. */
export type Countable = Pick<Change, 'person'> & { readonly cause: Pick<Change['cause'], 'institutions'> };

/** What counts besides the changes at hand. */
export interface Spent {
  /** In the 24 hours before this run. */
  readonly used: Used;
  /** By an earlier gate of this run. */
  readonly earlier: Used;
}

/** What these changes use up, once they go through without approval. */
export function usedBy(changes: readonly Change[]): Used {
  const counted = changes.filter((change) => !isAgain(change));
  return counted.flatMap(({ classes, person, cause }) =>
    classes.map((name) => ({ class: name, person: person.key, institutions: cause.institutions })),
  );
}

/** Some of the changes, and how many things of that kind there are: what percentages are of. */
export interface Share {
  readonly changes: readonly Countable[];
  readonly ours: number;
  /** What they are called, several of them. */
  readonly called: string;
}

/**
 * Null: within the limits; otherwise why not, with the figures. People count once, however many systems they are changed in; a
 * percentage is of one system's things, so that a system in which everybody has one makes no room in another.
 */
export function overClassLimit(
  rule: ChangeClass,
  changes: readonly Countable[],
  limit: ClassLimit,
  always: number,
  shares: readonly Share[],
  { used, earlier }: Spent,
): string | null {
  const now = new Set([...peopleIn(changes), ...peopleUsed(earlier, rule)]);
  const count = now.size;
  if (limit.people !== undefined && count > limit.people) {
    return `${people(count)} in one run; the limit of "${rule}" is ${limit.people}.`;
  }
  for (const { changes: some, ours, called } of limit.percent === undefined ? [] : shares) {
    const touched = new Set([...peopleIn(some), ...peopleUsed(earlier, rule)]).size;
    if (touched > always && touched * 100 > (limit.percent ?? 0) * ours) {
      return `${people(touched)} of ${ours} ${called}; the limit of "${rule}" is ${limit.percent} %.`;
    }
  }
  const day = new Set([...now, ...peopleUsed(used, rule)]);
  if (limit.perDay !== undefined && day.size > limit.perDay) {
    return `${people(count)} now, ${people(day.size)} within 24 hours; the limit of "${rule}" is ${limit.perDay} a day.`;
  }
  return null;
}

function peopleUsed(used: Used, rule: ChangeClass): readonly string[] {
  return used.filter((one) => one.class === rule).map((one) => one.person);
}

export interface Over<C extends Countable> {
  readonly changes: readonly C[];
  readonly because: string;
}

/**
 * Blocks (and their lifting) have two budgets: people named one by one or closed, and whole institutions with the people
 * behind them.
 */
export function overBlockLimit<C extends Countable>(
  rule: 'block' | 'lift',
  changes: readonly C[],
  limit: BlockLimit,
  { used, earlier }: Spent,
): readonly Over<C>[] {
  const byInstitution = changes.filter((change) => change.cause.institutions.length > 0);
  const byName = changes.filter((change) => change.cause.institutions.length === 0);
  const ofInstitutions = (all: Used) => all.filter((one) => one.class === rule && one.institutions.length > 0);
  const ofNames = (all: Used) => all.filter((one) => one.class === rule && one.institutions.length === 0);
  const overs: Over<C>[] = [];
  const named = overClassLimit(rule, byName, { people: limit.people, perDay: limit.perDay }, 0, [], {
    used: ofNames(used),
    earlier: ofNames(earlier),
  });
  if (byName.length > 0 && named !== null) overs.push({ changes: byName, because: named });
  const institutional = overInstitutions(rule, byInstitution, limit, ofInstitutions([...used, ...earlier]));
  if (institutional !== null) overs.push({ changes: byInstitution, because: institutional });
  return overs;
}

function overInstitutions(rule: string, changes: readonly Countable[], limit: BlockLimit, used: Used): string | null {
  if (changes.length === 0) return null;
  const institutions = new Set([
    ...changes.flatMap((change) => change.cause.institutions),
    ...used.flatMap((one) => one.institutions),
  ]);
  if (institutions.size > limit.institutions) {
    return `${institutions.size} institutions within 24 hours; the limit of "${rule}" is ${limit.institutions}.`;
  }
  const affected = new Set([...peopleIn(changes), ...used.map((one) => one.person)]);
  if (affected.size > limit.institutionPeople) {
    return `${people(affected.size)} behind institutions within 24 hours; the limit of "${rule}" is ${limit.institutionPeople}.`;
  }
  return null;
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}
