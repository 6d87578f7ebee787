/** A seal: what a review showed, kept with the state it was worked out from, so that what a merge does can be held against it. */
import type { Origin } from '../diagnostic.ts';
import type { Instant, Kind } from '../model/document.ts';
import type { Address, ChangeKind, Effect, Person } from './change.ts';
import type { ReviewedFile } from './review.ts';

/** One change that a review showed. */
export interface SealedChange {
  readonly address: Address;
  readonly person: Person;
  readonly kind: ChangeKind;
  readonly effect: Effect;
  /** `fingerprint` of the change as it was then, with all values. */
  readonly fingerprint: string;
}

/** An entry that the branch writes anew. */
export interface WrittenEntry {
  readonly path: string;
  readonly kind: Kind;
  readonly key: string;
  /** Hex SHA-256 over what it says; absent: kept by a version that did not write it down. */
  readonly content?: string;
}

export interface Seal {
  /** What was reviewed, as in `branch work`; a later review of the same name takes its place. */
  readonly name: string;
  readonly head: string;
  readonly target: string;
  readonly at: Instant;
  /** Of the review. */
  readonly digest: string;
  readonly files: readonly ReviewedFile[];
  readonly entries: readonly WrittenEntry[];
  readonly changes: readonly SealedChange[];
}

/** Where such an entry stands, first and last line included; one that reaches the end of its file has no last line. */
export interface Lines extends WrittenEntry {
  readonly from: number;
  readonly to: number | null;
}

/** That a revision has taken in what was reviewed. */
export interface Merged {
  readonly revision: string;
  readonly at: Instant;
  /** Where the entries of the branch stand in that revision. */
  readonly lines: readonly Lines[];
}

/** One thing that was not as the review showed it, in words for whoever approved. */
export interface Deviation {
  readonly person: Person;
  readonly address: Address;
  /**
   * - `otherwise`: something else happens to it than was shown.
   * - `needless`: what was shown need not happen any more.
   * - `unshown`: something would be taken that was not shown; held until somebody decides.
   */
  readonly how: 'otherwise' | 'needless' | 'unshown';
  readonly because: string;
  readonly origin: Origin | null;
}

/** What came of a reviewed merge, for whoever approved it. */
export interface SealOutcome {
  readonly name: string;
  readonly head: string;
  /** The revision that took it in. */
  readonly revision: string;
  /** When this was last so. */
  readonly at: Instant;
  /** Changes that the review showed, of which: */
  readonly shown: number;
  /** … still were what was reviewed, and were made. */
  readonly done: number;
  /** … still were, and wait for somebody, or failed and are tried again. */
  readonly waiting: number;
  readonly deviations: readonly Deviation[];
  /** What was not shown and is held still. */
  readonly held: readonly Address[];
}

/** As it is kept; `id` numbers seals as they came. */
export interface KeptSeal {
  readonly id: number;
  readonly seal: Seal;
  /** Null: not merged yet. */
  readonly merged: Merged | null;
  /** Null: no whole pass has gone over the merge yet. */
  readonly outcome: SealOutcome | null;
}

/** Where seals are kept. */
export interface Seals {
  /** Takes the place of an earlier one of this name that was not merged; forgets those that were not merged since long. */
  keep(seal: Seal, forgetBefore: Instant): Promise<void>;
  /** Of a review that could not show what would happen: what an earlier one of this name showed no longer counts. */
  drop(name: string): Promise<void>;
  /** Not merged, oldest first. */
  open(): Promise<readonly KeptSeal[]>;
  /** Merged, and with something held or not passed over yet, oldest first. */
  inForce(): Promise<readonly KeptSeal[]>;
  merge(id: number, merged: Merged): Promise<void>;
  settle(id: number, outcome: SealOutcome): Promise<void>;
  /** Outcomes that nobody was told of since they last changed, oldest first. */
  untold(): Promise<readonly { readonly id: number; readonly outcome: SealOutcome }[]>;
  /** That somebody was told of the outcome of that moment (`outcome.at`); nothing, where it has changed since. */
  told(id: number, at: Instant): Promise<void>;
}
