/** Admitting a revision: only what builds on the last one applied, and what the people whom the policy asks for answer for. */
import type { AnyEntry, Instant } from '../../model/document.ts';
import type { Loaded } from '../../model/loaded.ts';
import { stepBetween } from '../../model/step.ts';
import type { Repository, Store } from '../ports.ts';
import type { RevisionAnswer } from './answers.ts';
import { judge } from './judging.ts';
import { othersBehind, type Range, type RevisionApproval } from './policy.ts';
import { firstOfAll, NO_REVISION, stray, unapproved } from './refusing.ts';

export interface Admission {
  /** The last revision applied; null: none yet. */
  readonly last: string | null;
  readonly loaded: Loaded;
  readonly remembered: readonly AnyEntry[];
  /** IANA name. */
  readonly timeZone: string;
  readonly at: Instant;
  /** Breaks it off: what is in a hurry does not wait for proofs. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Who answers for the revision that was loaded; null: nobody has to.
 * @throws MusterError (`person`) where it does not count; then the last good documents do.
 */
export async function admit(
  repository: Repository,
  store: Store,
  admission: Admission,
): Promise<RevisionAnswer | null> {
  const { approval } = repository;
  const { last, loaded } = admission;
  const to = loaded.revision;
  if (last === to) return approval === undefined ? null : known(store, to);
  if (last === null && approval === undefined) return null;
  const word = await store.revisions.stepWord(last ?? NO_REVISION, to);
  if (word !== null) return approval === undefined ? null : byOperator(word.by, to);
  if (last === null) throw firstOfAll(to);
  if (!(await repository.descends(last, to))) throw stray(last, to);
  return approval === undefined ? null : await approved(approval, last, admission);
}

async function known(store: Store, revision: string): Promise<RevisionAnswer | null> {
  const answers = await store.revisions.answersFor(revision);
  return answers === null ? null : { ...answers, commits: [] };
}

function byOperator(by: string, to: string): RevisionAnswer {
  const answer = { signedBy: [], approvedBy: [by] };
  return { ...answer, commits: [{ ...answer, commit: to }] };
}

async function approved(
  approval: RevisionApproval,
  last: string,
  { loaded, remembered, timeZone, at, signal }: Admission,
): Promise<RevisionAnswer> {
  const range = await approval.between(last, loaded.revision, at, signal);
  const before = await approval.loadAt(last);
  const { items } = stepBetween(before, loaded, { timeZone, at, remembered, changedPaths: range.changed });
  const verdict = judge(approval.policy, range, items);
  if (!verdict.approved) throw unapproved({ from: last, to: loaded.revision, by: approval.by, range, verdict, items });
  const { signedBy, approvedBy } = verdict;
  return { signedBy, approvedBy, commits: answersIn(range) };
}

function answersIn({ commits }: Range): RevisionAnswer['commits'] {
  return commits.map((commit) => ({ commit: commit.id, signedBy: commit.authors, approvedBy: othersBehind(commit) }));
}
