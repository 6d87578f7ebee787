/** Which tests are fast and which slow, and how many files run at a time. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { scratchEnvironment } from './script/scratch.ts';

/** Fast tests need nothing but Node and Git; slow ones start a real Samba, a real browser or kill processes. */
const slow = ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'];

/** One more than there are cores, for tests wait for Git and other processes a quarter of their time; vitest by itself leaves a core free. */
const FAST_AT_A_TIME = Math.max(2, availableParallelism()) + 1;
/** Each Samba has an address and a folder of its own. Three of them, with what they are sent and wait for, keep two cores busy. */
const SLOW_AT_A_TIME = 3;

/** For the tests and all that they start. */
Object.assign(process.env, scratchEnvironment());

export default defineConfig({
  test: {
    globalSetup: 'script/test-programs.ts',
    // As many run at once as there are cores: threads of V8's own would only take from the others.
    execArgv: ['--single-threaded'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: slow,
          testTimeout: 20_000,
          maxWorkers: FAST_AT_A_TIME,
          // Files follow one another in the same process: reading Muster anew for each took a third of the time. So each leaves nothing behind.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'slow',
          include: slow,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: SLOW_AT_A_TIME,
          // vitest wants projects with different numbers of workers to follow one another.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
