/** The Plan: plain JSON that says what would happen to whom and why, finished before anything is written. */
import type { Origin } from '../diagnostic.ts';
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { HeldEntry } from '../model/held-entry.ts';
import type { Change, ChangeClass } from './change.ts';
import type { Drift } from './hand-change.ts';
import type { Operator } from './mandate.ts';

/** Something a person should know, and that no change of this plan will mend. */
export interface Notice {
  readonly kind:
    | 'disabled-by-hand'
    | 'restricted-by-hand'
    | 'exists-not-ours'
    | 'foreign'
    | 'protected'
    | 'moved'
    | 'renamed'
    | 'marked-otherwise'
    | 'gone'
    | 'conflict'
    | 'drift'
    | 'create-refused'
    | 'unknown-mark'
    | 'undeclared'
    | 'unsettled'
    | 'read-back'
    | 'still-enabled'
    | 'unreachable'
    | 'unverified'
    | 'store-lost'
    | 'clock'
    | 'paused'
    | 'operator-block'
    | 'server'
    | 'lost-write'
    | 'restored'
    | 'audit-head'
    | 'task'
    | 'modes'
    | 'forge';
  /** Whose trouble it is; absent: of no system. */
  readonly system?: string;
  /** Label of the person concerned; null: everybody. */
  readonly person: string | null;
  /** What else it is about, as the name of a server: tells two of one kind apart, whatever figures their texts hold. */
  readonly subject?: string;
  readonly text: string;
  /** The value that was changed by hand, where it is about one. */
  readonly drift?: Drift;
  /** What to do; null: nothing. */
  readonly next: string | null;
  readonly origin: Origin | null;
  /** Somebody who should be shut out is not: page, do not wait for the digest. */
  readonly urgent: boolean;
}

/** A system that was read and proven. */
export interface ReadSystem {
  readonly system: string;
  readonly server: string;
  readonly digest: string;
  /** Things that are ours there: what percentages are of. */
  readonly ours: number;
  /** Kind of these things, where they are no accounts. */
  readonly thing?: string;
}

export interface Plan {
  readonly format: 1;
  readonly revision: string;
  readonly at: Instant;
  /** In the order in which they are applied. */
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
  readonly heldEntries: readonly HeldEntry[];
  readonly read: readonly ReadSystem[];
  /** Systems left out of the bulk of this pass, and why. */
  readonly unread: readonly ({ readonly system: string } & Trouble)[];
}

/** Changes that wait, together, for one reason. */
export interface Hold {
  readonly rule:
    | ChangeClass
    | 'clock'
    | 'unreviewed'
    | 'differs'
    | 'flapping'
    | 'failing'
    | 'paused'
    | 'modes'
    | 'store-lost'
    | 'restored';
  /** Why, with the figures, in plain words. */
  readonly because: string;
  /** What would release it, as a command or a condition. */
  readonly release: string;
  /** Names the held changes for `approve`; null where an approval would not release it. */
  readonly digest: string | null;
  readonly changes: readonly Change[];
}

declare const judged: unique symbol;

/** A plan that passed the gate: only `gate` makes one, and `apply` takes nothing else. */
export interface ApprovedPlan {
  readonly [judged]: true;
  readonly revision: string;
  readonly changes: readonly {
    readonly change: Change;
    readonly approved: boolean;
    /** Whose approval let it through; null: none was needed, or an order is the approval. */
    readonly approver: Operator | null;
  }[];
}

export interface Gated {
  readonly approved: ApprovedPlan;
  readonly holds: readonly Hold[];
  /** Of people who are only observed. */
  readonly observed: readonly Change[];
}

/** Distinct people among changes. */
export function peopleIn(changes: readonly Pick<Change, 'person'>[]): ReadonlySet<string> {
  return new Set(changes.map((change) => change.person.key));
}

export type { HeldEntry };
