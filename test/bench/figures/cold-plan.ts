/** (a) A plan of everybody with nothing to do, by a process that begins with no file in its cache. */
import type { TimedPass } from '../built-muster.ts';
import type { Figure } from '../figure.ts';
import type { Result, Series } from '../result.ts';
import type { Scale } from '../scale.ts';
import { missingForSlapd } from '../slapd.ts';
import { median, medianOfEach } from '../statistics.ts';

const RATIO_MAX = 6;

export const coldPlan: Figure = {
  key: 'a',
  title: 'cold plan of everybody, nothing to do',
  missing: missingForSlapd,
  measure: async (bench) => {
    const scale = bench.scale(bench.users);
    const passes = await scale.cold();
    return () => [planResult('a', coldPlan.title, scale, passes, RATIO_MAX)];
  },
};

/** A figure over whole processes of `muster plan`. */
export function planResult(
  key: string,
  title: string,
  scale: Scale,
  passes: readonly TimedPass[],
  ratioMax: number,
): Result {
  return {
    key,
    title,
    unit: 's',
    muster: seconds('muster plan, from start to exit', passes),
    floor: scale.floor(),
    goal: { kind: 'ratio', value: ratioMax },
    steps: medianOfEach(passes.map(({ steps }) => steps)),
  };
}

export function seconds(what: string, passes: readonly { readonly ms: number }[]): Series {
  const runs = passes.map(({ ms }) => ms / 1000);
  return { what, median: median(runs), runs };
}
