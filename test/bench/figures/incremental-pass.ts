/** (c) Passes of a Muster that stays: nothing changed, ten people changed in Git, ten in the directory; over the floor of a whole reading. */
import type { Figure } from '../figure.ts';
import type { ResidentPass } from '../resident-process.ts';
import type { Result } from '../result.ts';
import { FEW } from '../scale.ts';
import { missingForSlapd } from '../slapd.ts';
import { medianOfEach } from '../statistics.ts';
import { seconds } from './cold-plan.ts';

const NOTHING_RATIO_MAX = 0.1;
const FEW_RATIO_MAX = 0.15;

export const incrementalPass: Figure = {
  key: 'c',
  title: 'passes of a process that stays',
  missing: missingForSlapd,
  measure: async (bench) => {
    const scale = bench.scale(bench.users);
    const { nothing, inGit, inDirectory } = await scale.resident();
    const result = (key: string, title: string, passes: readonly ResidentPass[], ratioMax: number): Result => ({
      key,
      title,
      unit: 's',
      muster: seconds('one pass', passes),
      floor: scale.floor(),
      goal: { kind: 'ratio', value: ratioMax },
      steps: medianOfEach(passes.map(({ report }) => report.durationsMs)),
    });
    return () => [
      result('c', 'incremental pass, nothing changed', nothing, NOTHING_RATIO_MAX),
      result('c-git', `incremental pass, ${FEW} people changed in Git`, inGit, FEW_RATIO_MAX),
      result('c-directory', `incremental pass, ${FEW} people changed in the directory`, inDirectory, FEW_RATIO_MAX),
    ];
  },
};
