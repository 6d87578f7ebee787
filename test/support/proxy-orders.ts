/** What a test may tell the proxy to do to traffic, and what it shows of it. */
import type { LdapMessage } from './ldap-messages.ts';

/** What becomes of a piece of traffic; after `stall` nothing more passes in that direction, but nothing is closed. */
export type Verdict = 'pass' | 'drop' | 'reset' | 'stall';
export type Side = 'client' | 'server';

/** A piece of traffic: a chunk as it arrived or, with `ldaps`, one LDAP message in clear. */
export interface Piece {
  readonly bytes: Buffer;
  /** Counts the pieces of this direction and connection, from 0. */
  readonly index: number;
  /** Counts the connections, from 0. */
  readonly connection: number;
  /** Only with `ldaps`. */
  readonly ldap?: LdapMessage;
}

export type Hook = (piece: Piece) => Verdict;

export interface Cut {
  /** Whose bytes are counted. */
  readonly from: Side;
  /** So many still pass, from now on and over all connections; then every connection sending more is cut. */
  readonly bytes: number;
  /** `end` closes both ways in order (FIN; with TLS ended here, after its own goodbye), `reset` breaks off (RST). */
  readonly action: 'reset' | 'end' | 'stall';
  /** Only the connection on which the count is reached: those that come after it are well. */
  readonly once?: boolean;
}

export interface LostAnswer {
  /** The answer to which request is lost, from 1, counted from now on over all connections; 1 by default. */
  readonly request?: number;
  /** Which requests count; all by default. The piece has `ldap` only with `ldaps`. */
  readonly of?: (piece: Piece) => boolean;
  /** How long after the answer has come the connection is reset, in milliseconds; 0 by default. */
  readonly resetAfterMs?: number;
}
