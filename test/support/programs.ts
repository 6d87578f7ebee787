/** Where the built programs of this run are (script/test-programs.ts). */
import { join } from 'node:path';

/** @param name of a program of its own that a test starts, or `main` for Muster itself. @throws Error where nothing was built. */
export function program(name: string): string {
  const { MUSTER_TEST_PROGRAMS } = process.env;
  if (MUSTER_TEST_PROGRAMS === undefined) throw new Error('script/test-programs.ts has built nothing for this run');
  return join(MUSTER_TEST_PROGRAMS, `${name}.js`);
}
