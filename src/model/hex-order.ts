/** Sorting by names that begin with hex digits, as GUIDs and object ids do: many times faster than comparing texts. */
import { compareText } from '../diagnostic.ts';

/** More than are ever sorted at once; with the eight hex digits in front of it, still a whole number without loss. */
const PLACES = 2 ** 20;

const HEX = /^[0-9a-f]{8}/;

/** The items in code-unit order of their names, as a new list. Names of any other form are sorted as well, only slower. */
export function inHexOrder<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  // The first digits as numbers sort many times faster than the texts; the few that share them are put in order among themselves.
  const keys = new Float64Array(items.length);
  let at = 0;
  for (const item of items) {
    const name = nameOf(item);
    // Not a name of that form, as somebody's own directory file may have them.
    if (!HEX.test(name) || at >= PLACES) return items.toSorted((a, b) => compareText(nameOf(a), nameOf(b)));
    keys[at] = Number.parseInt(name.slice(0, 8), 16) * PLACES + at;
    at += 1;
  }
  keys.sort();
  const sorted: T[] = [];
  for (const key of keys) {
    const item = items[key % PLACES];
    if (item === undefined) continue;
    let place = sorted.length;
    while (place > 0 && compareText(nameOf(sorted[place - 1] ?? item), nameOf(item)) > 0) place -= 1;
    if (place === sorted.length) sorted.push(item);
    else sorted.splice(place, 0, item);
  }
  return sorted;
}
