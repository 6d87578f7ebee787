/** Evidence by a forge: every commit came by a merge request of somebody on the list, and approvals are those that the forge recorded. */
import type { Range } from '../../core/approval/policy.ts';
import type { MergedRequest } from '../../core/approval/requests.ts';
import { fold } from '../../model/document.ts';
import type { GitRange } from './range.ts';
import { byEmail, type Signer } from './signers.ts';

/**
 * The author is whoever opened the merge request, and with them everybody whom one of its commits names: others may push into it. Names
 * in commits are whatever their maker likes, but one that is nobody's holds, and another's can only keep that one from approving.
 */
export function requestedRange(
  { commits, changed }: Pick<GitRange, 'commits' | 'changed'>,
  requests: readonly MergedRequest[],
  signers: readonly Signer[],
): Range {
  const answered = commits.map(({ id, paths, author }) => {
    const those = requests.filter((one) => one.commits.includes(id) || one.results.includes(id));
    const openers = those.flatMap((one) => byForgeName(signers, one.author) ?? []);
    const writers = those.flatMap((one) => one.writers);
    // A commit that the merging made is named after whoever merged, who need not be listed.
    const named = openers.length === 0 ? [] : [...writers, author.email].flatMap((one) => byEmail(signers, one) ?? []);
    const authors = [...new Set([...openers, ...named])];
    const approvers = those.flatMap(({ approvedBy }) => approvedBy.flatMap((one) => byForgeName(signers, one) ?? []));
    return {
      id,
      paths,
      authors,
      approvers: [...new Set(approvers)],
      problem: openers.length > 0 ? foreignIn(those, signers) : unknown(those),
    };
  });
  return { commits: answered, changed };
}

function unknown([one]: readonly MergedRequest[]): string {
  if (one === undefined) return 'it came by no merge request.';
  return `it came by ${one.name} of ${one.author}, who is not listed.`;
}

function foreignIn(requests: readonly MergedRequest[], signers: readonly Signer[]): string | null {
  for (const { name, writers } of requests) {
    const foreign = writers.find((one) => byEmail(signers, one) === null);
    if (foreign !== undefined)
      return `it came by ${name}, which holds a commit by ${foreign}, an address that is not listed.`;
  }
  return null;
}

function byForgeName(signers: readonly Signer[], name: string): string | null {
  return signers.find(({ forge }) => forge.some((one) => fold(one) === fold(name)))?.name ?? null;
}
