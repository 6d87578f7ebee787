/** What the mail-blocks reconciler needs of a list of people who may not send mail: whole readings, guarded writes. */
import type { Unreached } from '../../core/server-memory.ts';
import type { Lingering } from '../../core/traits.ts';

/**
 * How the list stands to what Muster last wrote.
 * - `whole`: as Muster left it.
 * - `added`: with more, or other, lines than Muster wrote.
 * - `short`: with fewer lines than Muster wrote, or with a last line that was cut off.
 * - `bare`: with nothing that says Muster wrote it.
 * - `empty`: with nothing at all in it, where Muster leaves at least a first line.
 * - `absent`: there is none.
 * - `unsealed`: with something in it, and no way to say who wrote what of it.
 * - `damaged`: it can't be read any more; the next write makes it anew.
 */
export type Completeness = 'whole' | 'added' | 'short' | 'bare' | 'empty' | 'absent' | 'unsealed' | 'damaged';

/** What a list has that is asked for a login as well as for an address: more than one key for each person. */
export interface Keyed {
  /** Username, folded, to the keys that Muster wrote for that person. */
  readonly ours: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every key under which mail is refused, whoever wrote it. */
  readonly refused: ReadonlySet<string>;
}

/** Everything that stands on the list. */
export interface Listing {
  /** Usernames, folded. */
  readonly listed: ReadonlySet<string>;
  /** What names nobody by the form of this list; it is kept as it is. */
  readonly unread: readonly string[];
  readonly completeness: Completeness;
  /** Absent: a person is one line, under the username. */
  readonly keyed?: Keyed;
  /** Hex SHA-256 over all of it. */
  readonly digest: string;
}

/** One person to put on the list, or to take off it. */
export interface Edit {
  /** Username, folded. */
  readonly key: string;
  /** E-mail address, folded, under which they are refused as well; null: under none. For lists with `keyed`. */
  readonly address: string | null;
  /** Whether they shall stand on it. */
  readonly listed: boolean;
  /** Whether they did when it was read. */
  readonly was: boolean;
  /** What the edit rests on, for whoever reads the list. */
  readonly revision: string;
}

/** One connection to one list. */
export interface BlockList {
  /** Names it, for messages. */
  readonly server: string;
  /** Grows with every piece of an answer; absent: nobody can tell. */
  heard?(): number;
  /** Its own clock, in milliseconds since 1970. */
  now(): Promise<number>;
  /** All of it, never a part. Throws MusterError where that can't be had. */
  read(): Promise<Listing>;
  /** Those of these people whom it has no way to name, like somebody without an account; absent: it can name everybody. */
  cannotName?(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Resolves when the list as it is now on the disk was read back with this edit, and everything else, in it. Edits that are made
   * together may reach it together; none gets lost. Throws MusterError where somebody changed it meanwhile so that `was` is not true
   * any more; with `silence` `unanswered` where nobody knows whether it took effect.
   */
  write(edit: Edit): Promise<void>;
  close(): Promise<void>;
}

/** A product as configured. */
export interface BlockListAdapter {
  /** What goes on for a while after somebody was put on the list; nothing where it is absent. */
  readonly afterShutting?: readonly Lingering[];
  /** Throws MusterError where the list can't be used. */
  connect(): Promise<BlockList>;
  /** The list on every server that answers, for blocks; throws only when none does. Absent: there is one. */
  connectAll?(): Promise<{ readonly lists: readonly BlockList[]; readonly unreachable: readonly Unreached[] }>;
}
