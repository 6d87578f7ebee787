/** What the tokens reconciler needs of a system of SMS tokens: proven reads, point reads, guarded writes of one token each. */
import type { RawValues } from '../../core/change.ts';
import type { Position, Suits, Unreached } from '../../core/server-memory.ts';
import type { Lingering } from '../../core/traits.ts';

/** One SMS token; tokens of other types do not show at all. */
export interface Token {
  /** `token:` and what the system itself knows it by (a serial, an objectGUID): never another's, whatever becomes of its person. */
  readonly handle: string;
  /** Folded username of the person whom it is given to; null: nobody's, or the system can't say whose any more. */
  readonly key: string | null;
  /** The number as it is stored, in whatever form; null: none, or none is kept while the token is off. */
  readonly phone: string | null;
  /** Whether a passcode may be sent to it and counts, now. */
  readonly live: boolean;
  /** Whether it can never be live again. */
  readonly revoked: boolean;
  /** The attempt that created it, where it can be read back from it that this installation did; else null. */
  readonly attempt: string | null;
  /** Why nobody may touch it, in words; null: may be touched. */
  readonly protectedBecause: string | null;
  /** Where a person finds it, for messages. */
  readonly location: string;
  /** What a write compares before it writes; nobody but the adapter reads it. */
  readonly raw: RawValues;
}

/** A proven complete reading. */
export interface TokenReading {
  /** All SMS tokens of the configured scope, and those of the known handles that are anywhere else; in the order of their handles. */
  readonly tokens: readonly Token[];
  /** Known handles that a point read of each showed to exist no more. */
  readonly gone: readonly string[];
  /** Hex SHA-256 over all of it. */
  readonly digest: string;
}

export interface NewToken {
  /** Folded username. */
  readonly key: string;
  /** As the person's entry writes it. */
  readonly username: string;
  /** E.164, with the plus. */
  readonly phone: string;
  readonly attempt: string;
}

/** A token as it was read. */
export type ReadToken = Pick<Token, 'handle' | 'location' | 'raw'>;

/** One connection to one server. Every method throws MusterError and never answers in part. */
export interface TokenList {
  /** Names it, for messages. */
  readonly server: string;
  /** How much the server has said so far, in any unit; absent: nobody can tell. */
  heard?(): number;
  /** How far the server has come; absent: this product has no such thing. */
  position?(): Promise<Position | null>;
  /** The server's own clock, in milliseconds since 1970; this machine's where it does not tell. */
  now(): Promise<number>;
  /**
   * Resolves only when proven complete: every page came, as many tokens as the system counts, the right to list them is there, and
   * every known handle came back or a point read of it said that it exists no more. Throws otherwise. An answer without tokens is
   * believed only where those proofs hold. (How many may be gone at once is judged by the caller.)
   */
  read(known: ReadonlySet<string>): Promise<TokenReading>;
  /** The tokens with one of these handles, and all SMS tokens of these people, revoked ones included; absent ones are left out. */
  find(wanted: { readonly handles: readonly string[]; readonly keys: readonly string[] }): Promise<readonly Token[]>;
  /**
   * A live SMS token for the person, read back. Looks first: one that this very attempt created is given as it is and nothing is
   * written; any other token of theirs that is not revoked makes it throw (`retry`). Null: the system knows no such person yet, and
   * nothing was written. With `silence` `unanswered` where nobody knows whether it took effect.
   */
  create(token: NewToken): Promise<Token | null>;
  /**
   * Changes the number and nothing else, in place; resolves when it was read back. Throws (`retry`) where the token is no longer
   * whose it was, revoked, or of another number than was read.
   */
  setPhone(was: ReadToken, phone: string): Promise<void>;
  /**
   * Never revokes, never deletes; resolves when it was read back. Throws (`retry`) where the token is no longer whose it was, revoked,
   * or on or off otherwise than was read.
   * @param phone E.164: switched on, the token has this number
   */
  switch(was: ReadToken, to: { readonly on: true; readonly phone: string } | { readonly on: false }): Promise<void>;
  close(): Promise<void>;
}

/** A product as configured. */
export interface TokenAdapter {
  /** What goes on for a while after a token was switched off; nothing where it is absent. */
  readonly afterShutting?: readonly Lingering[];
  /** The first server that answers, accepts Muster and suits, or else the first that does the former; throws MusterError otherwise. */
  connect(suits?: Suits): Promise<TokenList>;
  /** Every server that answers, where a write to one does not reach all at once; absent: there is but one. */
  connectAll?(): Promise<{ readonly lists: readonly TokenList[]; readonly unreachable: readonly Unreached[] }>;
}
