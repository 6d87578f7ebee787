/** Evidence by a forge: every commit came by a merge request of somebody on the list, and approvals are those that the forge recorded. */
import { fold } from '../../model/document.ts';
import type { Range } from '../../core/approval/policy.ts';
import type { MergedRequest } from '../../core/approval/requests.ts';
import { ancestry } from './ancestry.ts';
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
  const covers = ancestry(commits);
  // The one that brought the fewest commits is the one that a commit came by; others were built on top of it.
  const brought = requests
    .map((request) => ({ request, ids: new Set([...covers(request.head), ...request.results]) }))
    .toSorted((a, b) => a.ids.size - b.ids.size);
  const answered = commits.map(({ id, paths, author }) => {
    const request = brought.find(({ ids }) => ids.has(id))?.request;
    const nobody = { id, paths, authors: [], approvers: [] };
    if (request === undefined) return { ...nobody, problem: 'it came by no merge request.' };
    const by = byForgeName(signers, request.author);
    if (by === null) return { ...nobody, problem: `it came by ${request.name} of ${request.author}, who is not listed.` };
    const named = byEmail(signers, author.email);
    const approvers = request.approvedBy.flatMap((name) => byForgeName(signers, name) ?? []);
    return { id, paths, authors: [...new Set([by, ...(named === null ? [] : [named])])], approvers, problem: null };
  });
  return { commits: answered, changed };
}

function byForgeName(signers: readonly Signer[], name: string): string | null {
  return signers.find(({ forge }) => forge.some((one) => fold(one) === fold(name)))?.name ?? null;
}
