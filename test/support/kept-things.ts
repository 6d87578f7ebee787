/** Readings in which what is as it was is the very object that it was, as an adapter gives them that reads only what changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Observed } from '../../src/core/change.ts';
import type { Observation, Reconciler } from '../../src/core/ports.ts';

/** Wraps reconcilers, as often as it is asked; what it keeps, it keeps for as long as it is itself. */
export function keepingThings(): (reconciler: Reconciler) => Reconciler {
  const known = new Map<string, Observed>();
  let last: Observation | null = null;
  const same = (one: Observed) => {
    const name = JSON.stringify([one.address.system, one.handle]);
    const before = known.get(name);
    if (before !== undefined && isDeepStrictEqual(before, one)) return before;
    known.set(name, one);
    return one;
  };
  const kept = (observation: Observation): Observation => {
    if (last !== null && isDeepStrictEqual(last, observation)) return last;
    last = {
      ...observation,
      observed: observation.observed.map(same),
      elsewhere: observation.elsewhere.map(same),
    };
    return last;
  };
  return (reconciler) => ({
    ...reconciler,
    connect: async (suits) => {
      const session = await reconciler.connect(suits);
      const { reader } = session;
      return {
        ...session,
        reader: { ...reader, observe: async (...asked) => kept(await reader.observe(...asked)) },
      };
    },
  });
}
