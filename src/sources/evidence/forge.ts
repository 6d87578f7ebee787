/** Evidence by a forge: every commit came by a merge request of somebody on the list, and approvals are those that the forge recorded. */
import type { Range } from '../../core/approval/policy.ts';
import type { MergedRequest } from '../../core/approval/requests.ts';
import { fold } from '../../model/document.ts';
import type { GitRange } from './range.ts';
import { byEmail, type Signer } from './signers.ts';

/**
 * Names in commits are whatever their maker likes, so the author is whoever opened the merge request; a name in the commit is added
 * to the authors all the same, and can only keep somebody from approving.
 */
export function requestedRange(
  { commits, changed }: GitRange,
  requests: readonly MergedRequest[],
  signers: readonly Signer[],
): Range {
  const answered = commits.map(({ id, paths, author }) => {
    const request = requests.find((one) => one.commits.includes(id) || one.results.includes(id));
    const nobody = { id, paths, authors: [], approvers: [] };
    if (request === undefined) return { ...nobody, problem: 'it came by no merge request.' };
    const by = byForgeName(signers, request.author);
    if (by === null)
      return { ...nobody, problem: `it came by ${request.name} of ${request.author}, who is not listed.` };
    const named = byEmail(signers, author.email);
    const approvers = request.approvedBy.flatMap((name) => byForgeName(signers, name) ?? []);
    return { id, paths, authors: [...new Set([by, ...(named === null ? [] : [named])])], approvers, problem: null };
  });
  return { commits: answered, changed };
}

function byForgeName(signers: readonly Signer[], name: string): string | null {
  return signers.find(({ forge }) => forge.some((one) => fold(one) === fold(name)))?.name ?? null;
}
