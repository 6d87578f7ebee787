/** Admitting a revision: only what builds on the last one applied, and what the people whom the policy asks for answer for. */
import { MusterError } from '../../errors.ts';
import type { AnyEntry, Instant } from '../../model/document.ts';
import type { Loaded } from '../../model/loaded.ts';
import { stepBetween } from '../../model/step.ts';
import type { Repository, Store } from '../ports.ts';
import type { RevisionAnswer } from './answers.ts';
import { judge } from './judging.ts';
import { approversBesides, type Range, type RevisionApproval } from './policy.ts';

/** Stands for the revision before the first one, in `approve-revision` and in the store. */
export const NO_REVISION = 'none';

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
  if (!verdict.approved) throw unapproved(last, loaded.revision, verdict.missing);
  const { signedBy, approvedBy } = verdict;
  return { signedBy, approvedBy, commits: answersIn(range) };
}

function answersIn({ commits }: Range): RevisionAnswer['commits'] {
  return commits.map((one) => ({ commit: one.id, signedBy: one.authors, approvedBy: approversBesides(one) }));
}

const WHERE = 'the desired-state repository';
const MEANWHILE = 'until then the last good documents count.';

function firstOfAll(to: string): MusterError {
  const what = `revision ${short(to)} would be the first of all, and what came before it was approved by nobody that Muster knows of.`;
  return refused(what, `Look at it, then run "${command(NO_REVISION, to)}"; until then nothing counts.`);
}

/** A force-push or a rollback would silently unblock people: only what descends from the last applied revision counts. */
function stray(from: string, to: string): MusterError {
  const what = `revision ${short(to)} does not build on ${short(from)}, the last one applied: history was rewritten or rolled back.`;
  return refused(what, `If that was meant, run "${command(from, to)}"; ${MEANWHILE}`);
}

function unapproved(from: string, to: string, missing: readonly string[]): MusterError {
  const what = `revision ${short(to)} is not approved. ${missing.join(' ')}`;
  return refused(what, `Get what is missing, or run "${command(from, to)}"; ${MEANWHILE}`);
}

function command(from: string, to: string): string {
  return `muster approve-revision ${from}..${to} --reason …`;
}

function refused(what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: WHERE, what, next });
}

function short(revision: string): string {
  return revision.slice(0, 12);
}
