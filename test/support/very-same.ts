/** What is as it was, as the very object that it was: so an adapter gives it that reads only what changed. */
import { isDeepStrictEqual } from 'node:util';

/** @param nameOf tells things apart; what bears one name takes the place of what bore it before */
export function verySame<T>(nameOf: (one: T) => string): (one: T) => T {
  const known = new Map<string, T>();
  return (one) => {
    const name = nameOf(one);
    const before = known.get(name);
    if (before !== undefined && isDeepStrictEqual(before, one)) return before;
    known.set(name, one);
    return one;
  };
}
