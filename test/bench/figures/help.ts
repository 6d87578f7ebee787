/** (f) How long a person waits for the program to say anything: `--help`, over a Node that does nothing. */
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';
import { missingForTiming, timed } from '../timed-command.ts';

const SECONDS_MAX = 0.3;
const RUNS = 11;

export const help: Figure = {
  key: 'f',
  title: 'muster --help',
  missing: missingForTiming,
  measure: async ({ workshop, say }) => {
    const { folder, dist } = workshop;
    say('muster --help');
    const muster: number[] = [];
    const floor: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      muster.push((await timed(execPath, [join(dist, 'main.js'), '--help'], { folder })).ms / 1000);
      floor.push((await timed(execPath, ['-e', '0'], { folder })).ms / 1000);
    }
    return () => [
      {
        key: 'f',
        title: help.title,
        unit: 's',
        muster: { what: 'node dist/main.js --help', median: median(muster), runs: muster },
        floor: { what: 'node -e 0', median: median(floor), runs: floor },
        goal: { kind: 'limit', value: SECONDS_MAX },
        steps: {},
      },
    ];
  },
};
