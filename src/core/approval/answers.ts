/** Answers: which people stand behind a commit, as they are kept with it and shown with what it led to. */
import type { Instant } from '../../model/document.ts';
import type { Operator } from '../mandate.ts';

/** Names of people on the list, or of an operator. */
export interface Answerable {
  readonly signedBy: readonly string[];
  readonly approvedBy: readonly string[];
}

/** Everybody behind any of these. */
export function together(answers: readonly Answerable[]): Answerable {
  const all = (which: keyof Answerable) => [...new Set(answers.flatMap((answer) => answer[which]))].toSorted();
  return { signedBy: all('signedBy'), approvedBy: all('approvedBy') };
}

export interface CommitAnswer extends Answerable {
  readonly commit: string;
}

/** Who answers for a revision that was let in. */
export interface RevisionAnswer extends Answerable {
  /** Commits that are new with it; none where it was let in before. */
  readonly commits: readonly CommitAnswer[];
}

/** What was said of revisions, and is remembered of those that were let in. */
export interface RevisionMemory {
  /** Whose word lets the step `OLD..NEW` through, whatever NEW builds on and whoever approved it; null: nobody's. */
  stepWord(from: string, to: string): Promise<Operator | null>;
  allowStep(from: string, to: string, by: string, reason: string, at: Instant): Promise<void>;
  /** Who answered for the commits that came in with a revision; null: nobody had to. */
  answersFor(revision: string): Promise<Answerable | null>;
  /** Who answered for one commit; null: not known. */
  answerFor(commit: string): Promise<Answerable | null>;
}
