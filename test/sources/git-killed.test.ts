/** Git processes that are killed in the middle of a reading, as by a machine that runs out of memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { type GitStrike, makeGitStriker } from '../support/git-striker.ts';
import { ANNA, inWorld, MUSTER } from './git-world.ts';
import { all } from './loading.ts';
import { folder } from './real-git.ts';

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

test.each<GitStrike['when']>(['before', 'half'])(
  'A1: each Git process killed %s it is done: trouble to try again, never a state of the past taken for the newest',
  async (when) => {
    await inWorld(async ({ origin, source, folder: home }) => {
      origin.commit([MUSTER]);
      await source.snapshot();
      const newest = origin.commit([MUSTER, folder('users', ANNA)]);
      const striker = await makeGitStriker(home);
      const outcomes: string[] = [];
      const whys: string[] = [];
      for (let call = 1; ; call += 1) {
        await striker.arm({ call, when, who: 'git' });
        process.env.PATH = striker.path;
        const outcome = await read();
        process.env.PATH = path;
        if (readFileSync(join(home, 'calls'), 'utf8').trim().split('\n').length < call) break;
        outcomes.push(outcome);
      }
      expect(whys[0]).toBe('Git was killed on this machine before it was done.');
      // Fetching, asking for the commit, listing, and reading contents at least; a fetch that fell is made by the next reading.
      expect(outcomes.length).toBeGreaterThan(3);
      expect(outcomes.filter((outcome) => outcome !== 'retry' && outcome !== `${newest} 2`)).toEqual([]);
      expect(outcomes[0]).toBe('retry');

      async function read(): Promise<string> {
        try {
          const { revision, files } = await source.snapshot();
          return `${revision} ${(await all(source.texts(files))).length}`;
        } catch (error) {
          if (!(error instanceof MusterError)) return String(error);
          whys.push(error.what);
          return error.remedy;
        }
      }
    });
  },
);
