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
const APPROVES = /^Approves: (?:([0-9a-f]{40}|[0-9a-f]{64})\.\.)?([0-9a-f]{40}|[0-9a-f]{64})\s*$/;
/** What somebody may have meant as one. */
const SAID = /^[ \t]*Approves?:.*$/gim;
/** Characters of a line as messages show it: two whole ids of SHA-256 and the words around them. */
const SAID_MAX = 160;

/** @throws MusterError where keys can't be read, the programs that prove are missing, or `signal` breaks it off. */
export async function signedRange(
  { commits, changed, earlier }: GitRange,
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
    return { ...answered(proven, earlier, signers), changed };
  });
}

function answered(
  proven: readonly (readonly [GitCommit, Proof])[],
  earlier: ReadonlySet<string>,
  signers: readonly Signer[],
): Pick<Range, 'commits' | 'astray'> {
  const between = ancestry(
    proven.map(([commit]) => commit),
    earlier,
  );
  const approvers = new Map(proven.map(([{ id }]) => [id, new Set<string>()]));
  const astray: string[] = [];
  for (const [{ id: says, author, message }, proof] of proven) {
    if ('problem' in proof) continue;
    for (const [said] of message.matchAll(SAID)) {
      const line = `Commit ${says.slice(0, 10)} by ${proof.by} says "${said.trim().slice(0, SAID_MAX)}"`;
      // Whoever signs anew what somebody else wrote has not said that it is approved.
      if (byEmail(signers, author.email) !== proof.by) {
        astray.push(`${line}, which does not count, because the commit was written by ${author.email}.`);
        continue;
      }
      const [, before, id = ''] = APPROVES.exec(said) ?? [];
      const reached = (before === undefined ? [id] : between(before, id)).flatMap((one) => approvers.get(one) ?? []);
      for (const names of reached) names.add(proof.by);
      if (reached.length === 0) astray.push(`${line}, which names none of the commits that wait.`);
    }
  }
  const commits = proven.map(([{ id, paths, author }, proof]): RangeCommit => {
    const named = byEmail(signers, author.email);
    const authors = 'problem' in proof ? [] : [...new Set([proof.by, ...(named === null ? [] : [named])])];
    const problem = 'problem' in proof ? proof.problem : null;
    return { id, paths, authors, approvers: [...(approvers.get(id) ?? [])], problem };
  });
  return { commits, astray };
}
