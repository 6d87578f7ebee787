/** Standing: what a person may do at a moment, with every reason and its origin; pure. */
import type { Origin } from '../diagnostic.ts';
import type { Instant } from './document.ts';

export type ReasonKind =
  | 'not-started'
  | 'ended'
  | 'closed'
  | 'person-blocked'
  | 'institution-blocked'
  | 'mail-blocked'
  | 'operator-blocked';

/** One thing that takes something away from a person. */
export interface Reason {
  readonly kind: ReasonKind;
  /** Plain words, as in `CBS is blocked since 2026-03-01: abuse of output`. */
  readonly text: string;
  /** Null for an operator's block, which stands in no file. */
  readonly origin: Origin | null;
  /** Key of the blocked institution, where the reason is one. */
  readonly institution: string | null;
  /** When it began to hold, by its own date; null where no date is involved (closed). */
  readonly since: Instant | null;
  /** When its document was first taken in; null: in this pass. */
  readonly knownSince: Instant | null;
}

/** A restriction that was over by the moment asked: why a person may again. */
export interface Ended {
  readonly kind: ReasonKind;
  readonly text: string;
  readonly origin: Origin | null;
  readonly endedAt: Instant;
  readonly knownSince: Instant | null;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Why not; empty exactly when allowed. */
  readonly reasons: readonly Reason[];
  /** Restrictions of the past, newest end first. */
  readonly ended: readonly Ended[];
}

export interface Standing {
  readonly mayLogIn: Verdict;
  readonly maySendMail: Verdict;
  readonly token: Verdict;
  /** The next moment at which any of this changes by a date alone; null: never. */
  readonly nextDue: Instant | null;
  /** When access ends by the person's own `ends` (start of the following day); null: no end. */
  readonly expires: Instant | null;
}
