/** Evidence by signatures: every commit is signed by somebody on the list, and approvals are lines in signed commits. */
import type { Range, RangeCommit } from '../../core/approval/policy.ts';
import type { Instant } from '../../model/document.ts';
import { ancestry } from './ancestry.ts';
import { openPgpProver } from './openpgp.ts';
import { inWorkplace } from './program.ts';
import { type GitCommit, type GitRange, heed } from './range.ts';
import { byEmail, type KeyFiles, type Proof, type Signer } from './signers.ts';
import { sshProver } from './ssh.ts';

/**
 * A line of its own in the message of a signed commit: its signer approves the one commit of that id, or what the second of two has
 * and the first has not. It names them, because whoever merges or commits on top has not thereby looked at what was there.
 */
const APPROVES = /^Approves: (?:([0-9a-f]{40}|[0-9a-f]{64})\.\.)?([0-9a-f]{40}|[0-9a-f]{64})\s*$/gm;

/** @throws MusterError where keys can't be read, the programs that prove are missing, or `signal` breaks it off. */
export async function signedRange(
  { commits, changed }: GitRange,
  files: KeyFiles,
  signers: readonly Signer[],
  { at, signal }: { readonly at: Instant; readonly signal?: AbortSignal },
): Promise<Range> {
  return inWorkplace(async (folder) => {
    const ssh = await sshProver(folder, files, signers);
    const openPgp = await openPgpProver(folder, files, signers);
    const prove = async ({ fault, signature, committer, committedSeconds }: GitCommit): Promise<Proof> => {
      if (fault !== null) return { problem: `${fault}.` };
      if (signature === null) return { problem: 'it is not signed.' };
      if (signature.kind === 'other') return { problem: 'it is signed neither by SSH nor by OpenPGP.' };
      // A key counts that was valid when the commit says that it was made, and still is: the commit says what its maker likes.
      const moments = [committedSeconds * 1000, at];
      const proof = signature.kind === 'ssh' ? await ssh(signature, moments) : await openPgp(signature);
      if ('problem' in proof || byEmail(signers, committer.email) === proof.by) return proof;
      return { problem: `it is signed by ${proof.by}, and names ${committer.email} as who committed it.` };
    };
    const proven: (readonly [GitCommit, Proof])[] = [];
    for (const commit of commits) {
      heed(signal);
      proven.push([commit, await prove(commit)]);
    }
    return { commits: answered(proven, signers), changed };
  });
}

function answered(
  proven: readonly (readonly [GitCommit, Proof])[],
  signers: readonly Signer[],
): readonly RangeCommit[] {
  const between = ancestry(proven.map(([commit]) => commit));
  const approvers = new Map<string, Set<string>>();
  for (const [{ author, message }, proof] of proven) {
    // Whoever signs anew what somebody else wrote has not said that it is approved.
    if ('problem' in proof || byEmail(signers, author.email) !== proof.by) continue;
    for (const [, before, id = ''] of message.matchAll(APPROVES)) {
      for (const one of before === undefined ? [id] : between(before, id))
        approvers.set(one, (approvers.get(one) ?? new Set()).add(proof.by));
    }
  }
  return proven.map(([{ id, paths, author }, proof]) => {
    const named = byEmail(signers, author.email);
    const authors = 'problem' in proof ? [] : [...new Set([proof.by, ...(named === null ? [] : [named])])];
    const problem = 'problem' in proof ? proof.problem : null;
    return { id, paths, authors, approvers: [...(approvers.get(id) ?? [])], problem };
  });
}
