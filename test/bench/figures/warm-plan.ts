/** (b) The same plan by a process that finds the parsed form of every file in the store. */
import type { Figure } from '../figure.ts';
import { missingForSlapd } from '../slapd.ts';
import { planResult } from './cold-plan.ts';

const RATIO_MAX = 2;

export const warmPlan: Figure = {
  key: 'b',
  title: 'warm plan of everybody, nothing to do',
  missing: missingForSlapd,
  measure: async (bench) => {
    const scale = bench.scale(bench.users);
    const passes = await scale.warm();
    return () => [planResult('b', warmPlan.title, scale, passes, RATIO_MAX)];
  },
};
