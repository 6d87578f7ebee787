/** The port to whoever looks at merge requests: what it is asked, and what comes of it. */
import { MusterError } from '../errors.ts';
import type { CommentTopic, Remark } from '../forges/port.ts';

/** What came of looking at one merge request. */
export interface Reviewed {
  /** Commit of the branch that it would be merged into. */
  readonly target: string;
  /** `unknown`: something could not be read, so that it is looked at again soon. */
  readonly state: 'passed' | 'failed' | 'unknown';
  /** One line, for the status. */
  readonly headline: string;
  /** The comment. */
  readonly markdown: string;
  readonly remarks: readonly Remark[];
  /** The whole of it, as a page in JSON. */
  readonly page: string;
  /** Memory that whoever looked takes by now. */
  readonly bytes: number;
}

export interface ReviewOrder {
  readonly number: number;
  readonly ref: string;
  readonly head: string;
  /** `validate`: nothing that any system holds may be read for it. */
  readonly how: 'plan' | 'validate';
  readonly charactersMax: number;
  /** Where the whole of it is shown; null: nowhere. */
  readonly link: string | null;
}

/** Looks at merge requests, one after the other, where no pass has to wait for it. */
export interface Reviewer {
  /** Throws MusterError. */
  review(order: ReviewOrder, signal: AbortSignal): Promise<Reviewed>;
  close(): Promise<void>;
}

/** What came of a merge, or who has yet to approve it, not told yet. */
export interface UntoldOutcome {
  readonly number: number;
  readonly topic: Exclude<CommentTopic, 'review'>;
  /** Markdown. */
  readonly text: string;
  /** To be called once it was told. */
  told(): Promise<void>;
}

/** The head is another one than the forge said when it was asked. */
export function headMoved(where: string, expected: string, found: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where,
    what: `It has moved on from ${expected.slice(0, 8)} to ${found.slice(0, 8)} meanwhile.`,
    next: 'Nothing: the new commits are looked at next.',
  });
}
