import { defineConfig } from 'vitest/config';

/** Fast tests need nothing but Node and Git; slow ones start a real Samba, a real browser or kill processes. */
const slow = ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: slow, testTimeout: 20_000 } },
      {
        test: { name: 'slow', include: slow, testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
});
