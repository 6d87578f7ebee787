/** `muster review BRANCH`: what merging a branch would do; writes to no system. */

import { reviewRevision } from '../core/review-revision.ts';
import { MusterError } from '../errors.ts';
import { reviewPage } from '../views/review.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { onSite } from './site.ts';

export interface ReviewOptions {
  readonly all?: boolean;
  readonly validate?: boolean;
  readonly keep?: boolean;
}

export async function review(invocation: Invocation, options: ReviewOptions, branch: string): Promise<ExitCode> {
  if (branch === '')
    throw refused('No branch is named.', 'Name it as it was pushed, as in "muster review leavers-july".');
  if (options.validate === true && options.keep === true) throw refused(...VALIDATES_OR_KEEPS);
  return onSite(invocation, async ({ parts, revisions, log }) => {
    if (revisions === null) throw onlyOfGit();
    invocation.terminal.progress('fetching', 0, null);
    const target = await revisions.target();
    const head = await revisions.bring(branch.startsWith('refs/') ? branch : `refs/heads/${branch}`);
    const keepAs = options.keep === true ? { keepAs: `branch ${branch}` } : {};
    const how = options.validate === true ? 'validate' : 'plan';
    const result = await reviewRevision({ ...parts, revisions }, { head, target, how, ...keepAs });
    log.info('reviewed', { head, target, state: result.state });
    const { timeZone } = parts.settings;
    await show(invocation, result, () => reviewPage(result, { timeZone, all: options.all === true }));
    if (result.state === 'unknown') return 1;
    return result.state === 'errors' || result.state === 'conflict' ? 2 : 0;
  });
}

const VALIDATES_OR_KEEPS = [
  'With "--validate" nothing is shown that "--keep" could hold a merge against.',
  'Leave out one of the two.',
] as const;

function onlyOfGit(): MusterError {
  return refused(
    'The desired state is read from a folder, which has no branches.',
    'Review needs "source.git" in the configuration; for a folder, "muster plan" shows what would happen.',
  );
}

function refused(what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: 'muster review', what, next });
}
