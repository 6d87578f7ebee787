/** How far servers have come, and the memory of it: what tells a server of the past from one of today. */
import type { Instant } from '../model/document.ts';

/** Told by a counter of the server's changes, which only goes back when the server itself goes back in time. */
export interface Position {
  /** Names the server itself, whatever the address. */
  readonly server: string;
  /** Which life of that server: another one after a proper restore from backup. */
  readonly epoch: string;
  /** Number of its latest change; counts within one epoch only. */
  readonly sequence: bigint;
  /** How its history is spoken of; not remembered. */
  readonly words?: HistoryWords;
}

/** What only those know who know what kind of server it is. */
export interface HistoryWords {
  /** What shows that it has begun another life, as in `its invocation id is another one`. */
  readonly anotherLife: string;
  /** A sentence: what to do with a server that went back in time. */
  readonly advice: string;
}

/**
 * Whether a server that had come as far as `then` has gone back since, or an older copy of it answers in its place. Numbers of
 * different lives have nothing to do with one another.
 */
export function wentBack(then: Position | null, now: Position | null): boolean {
  return then !== null && now !== null && now.epoch === then.epoch && now.sequence < then.sequence;
}

/** Whether a server in this position will do; where none does, the first that answers is used all the same. */
export type Suits = (position: Position | null, address: string) => boolean;

/** A listed server that does not answer, or does not accept us. */
export interface Unreached {
  /** As it stands in the configuration. */
  readonly server: string;
  /** Why not, and what to do. */
  readonly why: string;
}

/** The furthest position in which a server was seen at one of its addresses. */
export interface SeenServer extends Position {
  readonly system: string;
  readonly address: string;
  /** When it had come so far. */
  readonly at: Instant;
  /** When it was found to have gone back; null: it never was, or what it shows has been accepted since. */
  readonly backAt: Instant | null;
}

export interface ServerMemory {
  all(system: string): Promise<readonly SeenServer[]>;
  /** Adds or replaces the row of that address and epoch. */
  put(seen: SeenServer): Promise<void>;
  /** An operator's word: from now on this is the truth, and what else is known of that epoch and that server is forgotten. */
  accept(seen: SeenServer): Promise<void>;
}
