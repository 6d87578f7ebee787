/** Traits: the properties of a system that core works with instead of its name. */
import type { Instant } from '../model/document.ts';
import type { ReasonKind } from '../model/standing.ts';
import type { State } from './change.ts';
import type { Thing } from './thing.ts';

/** What goes on for a while after somebody was shut out of a system, and can't be read there. */
export interface Lingering {
  /** A clause and what to do about it. */
  readonly text: string;
  /** Milliseconds from the moment at which they were; null: nobody can tell. */
  readonly lasts: number | null;
}

/** Of one system, as its reconciler says. */
export interface Traits {
  /** How to speak of its things. */
  readonly thing: Thing;
  /** A reason of these kinds is about this very thing: where somebody had disabled it by hand before, the entry takes that over. */
  readonly adoptedBy: ReadonlySet<ReasonKind>;
  /** How to bring under Muster's rule, or to end, what somebody disabled by hand; null: nothing need be done. */
  wayBack(key: string): string | null;
  /** Until when a person can use a thing in this state; infinity: without end, minus infinity: not at all. */
  usableUntil(state: State): Instant;
  /** Attributes by which a person proves who they are (a phone number): class `phone`. */
  readonly authenticators: ReadonlySet<string>;
  /** Whether this value gives longer access than that one (a later expiry): a hand-made restriction is not given back. */
  loosens(attribute: string, from: string | null, to: string | null): boolean;
  /** What to do where somebody else changed a value. */
  drift(attribute: string): 'revert' | 'report';
  /**
   * For so many milliseconds a thing is kept as it was for somebody who left; after that, and for somebody who comes back from
   * elsewhere, it is given anew (see `Enable`). Infinity: it is given back as it was whenever that is.
   */
  readonly keptForMs: number;
  /** Why nothing can be given anew at present; null: it can. */
  readonly renewRefused: string | null;
  /**
   * Fields of the person's entry that a value comes from, as in `phone` or `name.given`; `institution.name` is that of the
   * institution's. Absent: none is known.
   */
  decidedBy?(attribute: string): readonly string[];
  /** The one field of the person's entry whose value an attribute is, letter for letter; null: no one is. Absent: none is known. */
  fieldHolding?(attribute: string): string | null;
  /** Why nothing can be created at present; null: it can. */
  readonly createRefused: string | null;
  /** None: who is shut out here is out at once. */
  readonly afterShutting: readonly Lingering[];
}
