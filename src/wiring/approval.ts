/** Who answers for a revision of the repository: where the configuration asks, and where the answer is looked for. */

import type { RevisionsConfig } from '../config/approvals.ts';
import type { Config } from '../config.ts';
import type { Range, RevisionApproval } from '../core/approval/policy.ts';
import type { MergedRequests } from '../core/approval/requests.ts';
import type { Finding } from '../core/finding.ts';
import { MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { examineKeys } from '../sources/evidence/examine.ts';
import { requestedRange } from '../sources/evidence/forge.ts';
import { type GitRange, rangeBetween } from '../sources/evidence/range.ts';
import { signedRange } from '../sources/evidence/signed.ts';
import { revisionSource } from '../sources/git-revision.ts';
import { type LoadOptions, load } from '../sources/loader.ts';

/**
 * Null: whoever may push has approved.
 * @param options how the repository is loaded, whatever revision of it
 * @param requests what the forge knows; null: none is connected
 */
export function approvalIn(
  { source, approvals: { revisions } }: Config,
  options: LoadOptions,
  requests: MergedRequests | null,
): RevisionApproval | null {
  if (revisions === null || source.kind === 'folder') return null;
  const where = `${source.url}, branch ${source.branch}`;
  const mirror = { git: source.mirror, folder: '', where };
  return {
    policy: revisions.policy,
    by: revisions.by,
    loadAt: (revision) => load({ ...options, resident: false, source: revisionSource(mirror, revision) }),
    between: async (from, to, at, signal) => {
      const range = await rangeBetween({ mirror: source.mirror, where, ...(signal && { signal }) }, from, to);
      return revisions.by === 'signatures'
        ? await bySignatures(range, revisions, at, signal)
        : await byMergeRequests(range, revisions, requests);
    },
  };
}

function bySignatures(
  range: GitRange,
  { keys, signers }: RevisionsConfig,
  at: Instant,
  signal?: AbortSignal,
): Promise<Range> {
  return signedRange(range, keys, signers, { at, ...(signal && { signal }) });
}

async function byMergeRequests(
  range: GitRange,
  { signers }: RevisionsConfig,
  requests: MergedRequests | null,
): Promise<Range> {
  if (requests === null) {
    const what = 'Approvals are to be asked of a forge, and none is connected.';
    const next = 'Set "by: signatures" in "approvals.revisions" of the configuration, or connect the forge.';
    throw new MusterError({ remedy: 'person', where: 'approvals', what, next });
  }
  return requestedRange(range, await requests.bringing(range.commits.map(({ id }) => id)), signers);
}

/** What `doctor` says of it; nothing where nobody has to approve, or the forge is asked. */
export async function approvalFindings({ approvals: { revisions } }: Config): Promise<readonly Finding[]> {
  return revisions?.by === 'signatures' ? await examineKeys(revisions.keys, revisions.signers) : [];
}
