/** Lets a small process run Git for the tests of one file, as it does for a process that stays: these start thousands. */
import { runGitElsewhere } from '../../src/sources/git-runners/current.ts';
import { program } from './programs.ts';

runGitElsewhere(program('sources/git-runners/process'));
