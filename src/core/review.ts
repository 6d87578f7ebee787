/** A review: what merging a branch would do, to whom and why, as plain data that every text about it is made of. */
import type { Diagnostic, Origin } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { HeldEntry } from '../model/held-entry.ts';
import type { Change } from './change.ts';
import type { Hold, Notice, ReadSystem } from './plan.ts';

/**
 * - `conflict`: it cannot be merged by itself.
 * - `errors`: it would bring mistakes into the repository.
 * - `unknown`: not every system could be read, so that it is not known what would happen.
 * - `changes`: something would happen that would not happen without it.
 * - `nothing`: nothing would.
 * - `valid`: it brings no mistake; what would happen was not looked at.
 */
export type ReviewState = 'conflict' | 'errors' | 'unknown' | 'changes' | 'nothing' | 'valid';

/** Shown in place of a value that a system holds and that the branch alone would have brought to light. */
export const HIDDEN_VALUE = '(not shown)';

/** One change that merging would bring about. */
export interface ReviewItem {
  /** As it is shown: observed values of fields that the target does not declare are {@link HIDDEN_VALUE}. */
  readonly change: Change;
  /** Hex SHA-256 over all that is shown of it, and over the state of the system that it was computed from. */
  readonly digest: string;
  /** What would hold it until somebody decides; null: it would go through. */
  readonly heldBy: Hold['rule'] | null;
}

/** A limit or a doubt that changes of this branch would wait for. */
export interface ReviewHold {
  readonly rule: Hold['rule'];
  readonly because: string;
  /** People among the items who would wait. */
  readonly people: number;
}

/** Something that follows for others than the people of the changes. */
export interface Consequence {
  readonly text: string;
  readonly origin: Origin | null;
}

/** A file that differs between the target and what merging comes to. */
export interface ReviewedFile {
  readonly path: string;
  /** Object id of what it would hold; null: it would be gone. */
  readonly blob: string | null;
}

export interface Review {
  readonly format: 1;
  /** `validate`: no system was read, and nothing of any is shown. */
  readonly how: 'plan' | 'validate';
  /** Commit of the branch. */
  readonly head: string;
  /** Commit that it would be merged into. */
  readonly target: string;
  /** Tree that merging comes to; null: a conflict. */
  readonly result: string | null;
  readonly at: Instant;
  readonly state: ReviewState;
  /** Paths that cannot be merged by themselves. */
  readonly conflicts: readonly string[];
  /** What is wrong and would not be without it, by place in the merged files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Mistakes and warnings that stand on the target already. */
  readonly standing: number;
  /** What only this branch brings about, in the order in which it would be done. */
  readonly items: readonly ReviewItem[];
  /** What would happen without it, and would not any more. */
  readonly spared: readonly Change[];
  /** What happens with and without it. */
  readonly anyway: { readonly changes: number; readonly people: number };
  readonly holds: readonly ReviewHold[];
  readonly consequences: readonly Consequence[];
  /** Entries that would count by their last good document, and do not now. */
  readonly heldEntries: readonly HeldEntry[];
  /** What people should know, and that is so only with it. */
  readonly notices: readonly Notice[];
  /** Why something could not be looked at. */
  readonly trouble: readonly Trouble[];
  readonly read: readonly ReadSystem[];
  /** By path; none for a conflict. */
  readonly files: readonly ReviewedFile[];
  /** Head of an earlier review that was kept and counts no longer, in whose place this one keeps nothing; absent: there is none. */
  readonly noLongerCounts?: string;
  /** Hex SHA-256 over all items: what was reviewed, in one word. */
  readonly digest: string;
}
