/** Sends reads of a scenario to a domain controller of the past, and finds what came of it that an undisturbed course would not have done. */
import type { Dump } from './account-dumps.ts';
import type { PointResult } from './point-share.ts';
import { type Course, courseOf, makeStaleBench, removeStaleBench, type StaleBench, type Way } from './stale-scene.ts';
import type { Face } from './two-faced-server.ts';

/**
 * - `once`: the k-th read alone.
 * - `on`: the k-th read and all that follow.
 * - `behind`: the same, but for the first read of each connection, by which Muster asks the server how far it has come.
 */
export type Astray = 'once' | 'on' | 'behind';

export interface StalePoint {
  readonly way: Way;
  readonly astray: Astray;
  /** Counted from 1. */
  readonly read: number;
}

export function staleName({ way, astray, read }: StalePoint): string {
  return `stale:${way}:${astray}:${read}`;
}

/** Every read in every way, of courses with so many reads. */
export function allStalePoints(reads: Readonly<Record<Way, number>>): readonly StalePoint[] {
  const ways: readonly (readonly [Way, Astray])[] = [
    ['sync', 'once'],
    ['sync', 'on'],
    ['sync', 'behind'],
    ['serve', 'once'],
    ['serve', 'on'],
    ['serve', 'behind'],
  ];
  return ways.flatMap(([way, astray]) =>
    Array.from({ length: reads[way] }, (_, nth) => ({ way, astray, read: nth + 1 })),
  );
}

export interface StaleOptions {
  /** Which of all points to try. */
  readonly choose: (points: readonly StalePoint[]) => readonly StalePoint[];
}

/** Tries point after point on one bench of its own, which is gone afterwards. Throws where the undisturbed course is not as it should be. */
export async function* everyStaleRead({ choose }: StaleOptions): AsyncGenerator<PointResult> {
  const bench = await makeStaleBench();
  try {
    const references = { sync: await courseOf(bench, 'sync', live), serve: await courseOf(bench, 'serve', live) };
    for (const way of ['sync', 'serve'] as const) {
      const { left } = references[way];
      if (left.length > 0) throw new Error(`undisturbed, ${way} leaves ${left.join(', ')}`);
    }
    for (const point of choose(allStalePoints({ sync: references.sync.reads, serve: references.serve.reads }))) {
      const begin = performance.now();
      const wrong = await wrongAt(bench, point, references[point.way]).catch((error: unknown) => [String(error)]);
      yield { point: staleName(point), wrong, tookMs: performance.now() - begin };
    }
  } finally {
    await removeStaleBench(bench);
  }
}

const live = (): Face => 'live';

async function wrongAt(bench: StaleBench, { way, astray, read }: StalePoint, reference: Course) {
  const isStale = (now: number, ofConnection: number) => {
    if (astray === 'once') return now === read;
    return now >= read && (astray === 'on' || ofConnection > 1);
  };
  const course = await courseOf(bench, way, (now, ofConnection) => (isStale(now, ofConnection) ? 'stale' : 'live'));
  return differences(course, reference);
}

/** What is wrong with a course beside the undisturbed one; empty: nothing. */
export function differences(course: Course, reference: Course): readonly string[] {
  const more = course.usnSteps - reference.usnSteps;
  return [
    ...strangeValues(course.states, reference.states),
    ...endsOtherwise(course.states.at(-1), reference.states.at(-1)),
    ...(more > 0 ? [`${more} writes more than undisturbed`] : []),
    ...course.left.map((left) => `still planned at the end: ${left}`),
  ];
}

/** Values that an attribute took in another order than undisturbed, or never: a write may come late or not at all, but no other may be made. */
function strangeValues(states: readonly Dump[], reference: readonly Dump[]): readonly string[] {
  const names = new Set(states.flatMap((state) => [...state.keys()]));
  return [...names].flatMap((dn) => {
    const attributes = new Set(states.flatMap((state) => Object.keys(valuesAt(state, dn))));
    return [...attributes].flatMap((attribute) => {
      const took = changesOf(states.map((state) => valuesAt(state, dn)[attribute] ?? ''));
      const would = changesOf(reference.map((state) => valuesAt(state, dn)[attribute] ?? ''));
      return isPartOf(took, would) ? [] : [`${dn} ${attribute}: ${took.join(' → ')} instead of ${would.join(' → ')}`];
    });
  });
}

function endsOtherwise(state: Dump | undefined, reference: Dump | undefined): readonly string[] {
  const names = new Set([...(state?.keys() ?? []), ...(reference?.keys() ?? [])]);
  return [...names].flatMap((dn) => {
    const [ended, should] = [state?.get(dn), reference?.get(dn)].map((lines) => (lines ?? ['absent']).join('; '));
    return ended === should ? [] : [`${dn} ends as ${ended} instead of ${should}`];
  });
}

/** Attribute to all its values in one text. */
function valuesAt(state: Dump, dn: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const line of state.get(dn) ?? []) {
    const [attribute = ''] = line.split(':', 1);
    values[attribute] = `${values[attribute] ?? ''}${line}\n`;
  }
  return values;
}

function changesOf(values: readonly string[]): readonly string[] {
  return values.filter((value, nth) => nth === 0 || value !== values[nth - 1]);
}

/** Whether `some` comes in `all` in its order, with gaps. */
function isPartOf(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  return some.every((value) => {
    const found = all.indexOf(value, at);
    at = found;
    return found >= 0;
  });
}
