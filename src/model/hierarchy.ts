/** The order of institutions: every one after those it is part of, and the circles that make such an order impossible. */
import { compareText } from '../diagnostic.ts';

export interface Hierarchy {
  /** Every key once: those in a circle first, then each after all that it is part of. */
  readonly order: readonly string[];
  /** Keys that are, through others, part of themselves (or lie between two such circles). */
  readonly circles: ReadonlySet<string>;
}

/** `above` gives for each institution the keys it is part of; keys that are not in it themselves are ignored. */
export function hierarchyOf(above: ReadonlyMap<string, readonly string[]>): Hierarchy {
  const up = new Map([...above].map(([key, parents]) => [key, parents.filter((parent) => above.has(parent))]));
  const down = inverted(up);
  const withoutRoots = peel(new Set(up.keys()), up, down);
  const circles = peel(new Set(withoutRoots.left), down, up).left;
  const rest = new Set([...up.keys()].filter((key) => !circles.has(key)));
  const { peeled } = peel(rest, up, down);
  return { order: [...[...circles].sort(compareText), ...peeled], circles };
}

/** The way round a circle from one of its members, for a message: at most `longest` steps. */
export function wayRound(
  start: string,
  above: ReadonlyMap<string, readonly string[]>,
  circles: ReadonlySet<string>,
  longest: number,
): readonly string[] {
  const way = [start];
  let next = parentWithin(start, above, circles);
  while (next !== undefined && next !== start && way.length < longest && !way.includes(next)) {
    way.push(next);
    next = parentWithin(next, above, circles);
  }
  return way;
}

function parentWithin(key: string, above: ReadonlyMap<string, readonly string[]>, circles: ReadonlySet<string>) {
  return above.get(key)?.find((parent) => circles.has(parent));
}

/** Takes away, again and again, what has nothing left on its `before` side; what stays has no end in that direction. */
function peel(
  from: ReadonlySet<string>,
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): { readonly peeled: readonly string[]; readonly left: ReadonlySet<string> } {
  const left = new Set(from);
  const waitsFor = new Map(
    [...from].map((key) => [key, (before.get(key) ?? []).filter((one) => left.has(one)).length]),
  );
  const peeled = [...from].filter((key) => waitsFor.get(key) === 0).sort(compareText);
  for (const key of peeled) {
    left.delete(key);
    const freed: string[] = [];
    for (const one of after.get(key) ?? []) {
      const waiting = waitsFor.get(one);
      if (waiting === undefined) continue;
      waitsFor.set(one, waiting - 1);
      if (waiting === 1) freed.push(one);
    }
    peeled.push(...freed.sort(compareText));
  }
  return { peeled, left };
}

function inverted(up: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const down = new Map<string, string[]>([...up.keys()].map((key) => [key, []]));
  for (const [key, parents] of up) {
    for (const parent of parents) down.get(parent)?.push(key);
  }
  return down;
}
