/**
 * Reuse: what pure functions worked out of the very same inputs before is given again, itself, so that whoever asks next
 * sees by its identity that nothing changed.
 */
import { sameContent } from './content.ts';
import type { Instant } from './document.ts';
import { Moment } from './moment.ts';

/**
 * `work`, remembering its last call: the very same arguments (by identity) give the very same result.
 * @param work depends on nothing but its arguments, which nobody changes.
 */
export function lastResult<A extends readonly unknown[], R>(work: (...inputs: A) => R): (...inputs: A) => R {
  let last: { readonly inputs: A; readonly result: R } | null = null;
  return (...inputs) => {
    if (last === null || !sameItems(last.inputs, inputs)) last = { inputs, result: work(...inputs) };
    return last.result;
  };
}

/** How one result for each of many items is worked out. */
export interface Each<I, C, F extends readonly unknown[], R> {
  /** Names the item from one call to the next. */
  readonly keyOf: (item: I) => string;
  /** Everything that its result may depend on besides the moment, looked up in what all items have in common. */
  readonly factsOf: (item: I, context: C) => F;
  /** Depends on nothing but the facts and what it asks the moment. */
  readonly work: (facts: F, moment: Moment) => R;
  /**
   * Items that have the very same facts in both contexts for certain, where that can be told without looking them all up;
   * null: it can't. Absent: it never can.
   */
  readonly untouched?: (before: C, now: C) => ((item: I) => boolean) | null;
}

/** What came of one item, and for which stretch of time that holds. */
interface Slot<I, F, R> {
  readonly key: string;
  readonly item: I;
  readonly facts: F;
  readonly result: R;
  readonly since: Instant;
  readonly until: Instant;
}

/** All items at one moment, and the stretch of time in which nothing would come out differently. */
interface Round<I, C, F, R> {
  readonly items: readonly I[];
  readonly context: C | undefined;
  readonly slots: readonly Slot<I, F, R>[];
  readonly results: readonly R[];
  readonly since: Instant;
  readonly until: Instant;
}

/**
 * One result for each of many items, in their order. An item of which every fact is the very one that it was (by identity), at a
 * moment that changes no answer its work got, has the very result that it had; and where that goes for all of them in the same
 * order, so has the list.
 */
export function eachResult<I, C, F extends readonly unknown[], R>(
  each: Each<I, C, F, R>,
): (items: readonly I[], context: C, at: Instant) => readonly R[] {
  const never = Number.NEGATIVE_INFINITY;
  let last: Round<I, C, F, R> = { items: [], context: undefined, slots: [], results: [], since: never, until: never };
  return (items, context, at) => {
    const same = items === last.items && context === last.context && last.since <= at && at < last.until;
    if (!same) last = round(each, last, items, context, at);
    return last.results;
  };
}

function round<I, C, F extends readonly unknown[], R>(
  each: Each<I, C, F, R>,
  last: Round<I, C, F, R>,
  items: readonly I[],
  context: C,
  at: Instant,
): Round<I, C, F, R> {
  const find = finder(last.slots);
  const isUntouched = untouchedBetween(each, last.context, context);
  const slots: Slot<I, F, R>[] = [];
  const results: R[] = [];
  let since: Instant = Number.NEGATIVE_INFINITY;
  let until: Instant = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const slot = slotOf(each, find(each.keyOf(item)), item, context, isUntouched, at);
    slots.push(slot);
    results.push(slot.result);
    if (slot.since > since) since = slot.since;
    if (slot.until < until) until = slot.until;
  }
  return { items, context, slots, results: sameItems(last.results, results) ? last.results : results, since, until };
}

function untouchedBetween<I, C>(
  { untouched }: Pick<Each<I, C, readonly unknown[], unknown>, 'untouched'>,
  before: C | undefined,
  now: C,
): (item: I) => boolean {
  if (before === now) return () => true;
  return (before === undefined ? null : untouched?.(before, now)) ?? (() => false);
}

function slotOf<I, C, F extends readonly unknown[], R>(
  { keyOf, factsOf, work }: Each<I, C, F, R>,
  known: Slot<I, F, R> | undefined,
  item: I,
  context: C,
  isUntouched: (item: I) => boolean,
  at: Instant,
): Slot<I, F, R> {
  const holds = known !== undefined && known.since <= at && at < known.until;
  if (holds && known.item === item && isUntouched(item)) return known;
  const facts = factsOf(item, context);
  if (holds && sameItems(known.facts, facts)) return known.item === item ? known : { ...known, item };
  const moment = new Moment(at);
  const result = work(facts, moment);
  return { key: keyOf(item), item, facts, result, since: moment.since, until: moment.until };
}

/** `eachResult` for one who asks once, or hardly ever: it keeps nothing, which for a hundred thousand items is half as much again as their results. */
export function eachAnew<I, C, F extends readonly unknown[], R>({
  factsOf,
  work,
}: Each<I, C, F, R>): (items: readonly I[], context: C, at: Instant) => readonly R[] {
  return (items, context, at) => items.map((item) => work(factsOf(item, context), new Moment(at)));
}

/** Finds slots by key: at once while they are asked for in their own order, as they nearly always are. */
function finder<S extends { readonly key: string }>(slots: readonly S[]): (key: string) => S | undefined {
  let next = 0;
  let places: ReadonlyMap<string, number> | null = null;
  return (key) => {
    const expected = slots[next];
    if (expected !== undefined && expected.key === key) {
      next += 1;
      return expected;
    }
    places ??= new Map(slots.map((slot, place) => [slot.key, place]));
    const place = places.get(key);
    if (place === undefined) return undefined;
    next = place + 1;
    return slots[place];
  };
}

/** Whether two lists hold the very same items in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * Items that say the same as those of last time under the same names become the very ones of last time, and so does their list:
 * for what is few, and made anew each time.
 */
export function steadyItems<T>(nameOf: (item: T) => string): (items: readonly T[]) => readonly T[] {
  let known: ReadonlyMap<string, T> = new Map();
  let last: readonly T[] = [];
  return (items) => {
    const steady = items.map((item) => {
      const before = known.get(nameOf(item));
      return before !== undefined && sameContent(before, item) ? before : item;
    });
    if (!sameItems(last, steady)) {
      last = steady;
      known = new Map(steady.map((item) => [nameOf(item), item]));
    }
    return last;
  };
}

/** A list of the very same items in the same order as last time becomes the very list of last time. */
export function steadyList<T>(): (items: readonly T[]) => readonly T[] {
  let last: readonly T[] = [];
  return (items) => {
    if (!sameItems(last, items)) last = items;
    return last;
  };
}

/** A set of the very same items, met in the same order, becomes the very set of last time. */
export function steadySet<T>(): (items: Iterable<T>) => ReadonlySet<T> {
  const list = steadyList<T>();
  const set = lastResult((items: readonly T[]): ReadonlySet<T> => new Set(items));
  return (items) => set(list([...items]));
}

/**
 * Those of a list that `picks` takes, of one list after the other: in the very same context, only what is not the very item of last time
 * in its place is asked about again.
 * @param picks depends on nothing but its arguments
 */
export function steadyPick<T, C>(
  picks: (item: T, context: C) => boolean,
): (items: readonly T[], context: C) => readonly T[] {
  let last: { readonly items: readonly T[]; readonly context: C; readonly taken: Uint8Array } | null = null;
  return (items, context) => {
    const before = last?.context === context ? last : null;
    const taken = new Uint8Array(items.length);
    const picked = items.filter((item, at) => {
      const takes = before !== null && before.items[at] === item ? before.taken[at] === 1 : picks(item, context);
      if (takes) taken[at] = 1;
      return takes;
    });
    last = { items, context, taken };
    return picked;
  };
}
