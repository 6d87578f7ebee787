/** One group of a directory, for other systems that keep people in it: who is in it, and one account put in or taken out. */
import type { Unreached } from '../../core/server-memory.ts';

/** An account, or what else is in a group. */
export interface Insider {
  /** objectGUID, lower-case text form: survives renames and moves. */
  readonly guid: string;
  readonly dn: string;
  /** sAMAccountName; null: it is no account, or none that can be seen. */
  readonly username: string | null;
  /** What stands in the attribute of the ownership mark; null: nothing. */
  readonly mark: string | null;
}

/** One connection to the group on one server. */
export interface DirectoryGroup {
  /** Names group and server, for messages. */
  readonly server: string;
  /** Grows with every piece of an answer. */
  heard(): number;
  /** The server's own clock, in milliseconds since 1970. */
  now(): Promise<number>;
  /** Everything that is directly in it, never a part. Throws MusterError where that can't be had. */
  members(): Promise<readonly Insider[]>;
  /** Accounts of these names, anywhere in the domain. */
  find(usernames: readonly string[]): Promise<readonly Insider[]>;
  /**
   * Puts it in, or takes it out, and nothing else; that it is so already is no failure. Throws MusterError: with `silence` `unanswered`
   * where nobody knows whether it took effect.
   */
  put(one: Insider, inside: boolean): Promise<void>;
  /** Whether the server lets this log-on change the members; null: it does not say. */
  mayChange(): Promise<boolean | null>;
  close(): Promise<void>;
}

export interface DirectoryGroupAdapter {
  /** The first server that can be used. Throws MusterError where none can, or where the group is none that Muster may keep. */
  connect(): Promise<DirectoryGroup>;
  /** Every server that can be used; throws only where none can. */
  connectAll(): Promise<{ readonly groups: readonly DirectoryGroup[]; readonly unreachable: readonly Unreached[] }>;
}
