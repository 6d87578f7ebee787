/** (e) The most memory that a cold and a warm plan of everybody have at once. */
import type { Figure } from '../figure.ts';
import type { Result } from '../result.ts';
import { missingForSlapd } from '../slapd.ts';

const COLD_MB_MAX = 900;
const WARM_MB_MAX = 600;

export const memory: Figure = {
  key: 'e',
  title: 'peak memory',
  missing: missingForSlapd,
  measure: async (bench) => {
    const scale = bench.scale(bench.users);
    const cold = await scale.cold();
    const warm = await scale.warm();
    return () => [peak('e-cold', 'cold', cold, COLD_MB_MAX), peak('e-warm', 'warm', warm, WARM_MB_MAX)];
  },
};

/** The highest of all runs counts: memory that was not there once is a pass that failed. */
function peak(key: string, state: string, passes: readonly { readonly peakMb: number }[], mbMax: number): Result {
  const runs = passes.map(({ peakMb }) => peakMb);
  return {
    key,
    title: `peak memory of the ${state} plan`,
    unit: 'MB',
    muster: { what: `largest resident set of muster plan, ${state}, highest run`, median: Math.max(...runs), runs },
    floor: null,
    goal: { kind: 'limit', value: mbMax },
    steps: {},
  };
}
