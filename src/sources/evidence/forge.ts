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
    const those = requests.filter((one) => one.commits.includes(id) || one.results.includes(id));
    const openers = those.flatMap((one) => byForgeName(signers, one.author) ?? []);
    const named = openers.length === 0 ? null : byEmail(signers, author.email);
    const authors = [...new Set([...openers, ...(named === null ? [] : [named])])];
    const approvers = those.flatMap(({ approvedBy }) => approvedBy.flatMap((one) => byForgeName(signers, one) ?? []));
    return {
      id,
      paths,
      authors,
      approvers: [...new Set(approvers)],
      problem: openers.length > 0 ? null : unknown(those),
    };
  });
  return { commits: answered, changed };
}

function unknown([one]: readonly MergedRequest[]): string {
  if (one === undefined) return 'it came by no merge request.';
  return `it came by ${one.name} of ${one.author}, who is not listed.`;
}

function byForgeName(signers: readonly Signer[], name: string): string | null {
  return signers.find(({ forge }) => forge.some((one) => fold(one) === fold(name)))?.name ?? null;
}
