/** Lets a small process run Git for tests, as it does for a process that stays: they start thousands. */
import { runGitElsewhere } from '../../src/sources/git-runners/current.ts';
import { program } from './programs.ts';

// The benchmark builds on the same parts, and measures what Muster does by itself.
if (process.env.MUSTER_TEST_PROGRAMS !== undefined) runGitElsewhere(program('sources/git-runners/process'));
