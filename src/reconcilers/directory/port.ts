/** What the directory reconciler needs of a directory product: proven reads, point reads, guarded writes. */
import type { LastChange } from '../../core/hand-change.ts';
import type { Reach } from '../../core/ports.ts';
import type { Position, Suits, Unreached } from '../../core/server-memory.ts';
import type { Lingering } from '../../core/traits.ts';
import type { Secret } from '../../secret.ts';

/** One account, in canonical form, wherever in the domain it is. */
export interface Account {
  /** objectGUID (MS-ADTS 2.3.1), lower-case hyphenated text form. */
  readonly guid: string;
  /** Distinguished name (RFC 4514) as the server writes it. */
  readonly dn: string;
  /** sAMAccountName as the server holds it. */
  readonly username: string;
  readonly upn: string | null;
  /** The ownership mark attribute as it stands; null: empty. */
  readonly mark: string | null;
  /** userAccountControl (MS-ADTS 2.2.16) without ACCOUNTDISABLE 0x2. */
  readonly enabled: boolean;
  /** accountExpires (MS-ADA1: 100 ns intervals since 1601 UTC; 0 and 2^63-1 mean never) as ISO 8601 UTC, or `never`. */
  readonly accountExpires: string;
  /** Every mapped attribute, as stored, absent ones null; others may be there as well. Canonical comparison is the mapping's work. */
  readonly attributes: Readonly<Record<string, string | null>>;
  /** Protection: adminCount=1, a well-known RID, the bind account, the configured list; in words, or null. */
  readonly protectedBecause: string | null;
  /** Values exactly as the server holds them: preconditions of writes (`userAccountControl`, `accountExpires`, mapped attributes …). */
  readonly raw: Readonly<Record<string, string | null>>;
  /** Whether it lies in one of the managed organisational units. */
  readonly managed: boolean;
}

/** A proven complete reading of the managed organisational units (see `DirectoryReader.readAll`). */
export interface Reading {
  readonly reach: Reach;
  /** In the order of their GUIDs. An account that did not change since the last reading by the same adapter is the same object. */
  readonly accounts: readonly Account[];
  /** Accounts of the ledger found outside the managed units. */
  readonly moved: readonly Account[];
  /** GUIDs of the ledger that a point read showed to exist no more. */
  readonly gone: readonly string[];
}

export interface DirectoryReader {
  /** Names one server, for messages and for telling one from another: where an address may lead to several, not by the address alone. */
  readonly server: string;
  /** Bytes that have come from the server so far, on this connection; absent where there is no server that could fall silent. */
  readonly heard?: () => number;
  /**
   * The controller (dsServiceName), its invocation id and highestCommittedUSN (MS-ADTS 3.1.1.3.2, 3.1.1.1.9), asked afresh; null
   * where the product has no such numbers. Where the invocation id can't be read, all lives of that controller count as one.
   */
  position(): Promise<Position | null>;
  /** The server's currentTime (MS-ADTS 3.1.1.3.2), milliseconds since 1970. */
  now(): Promise<number>;
  /**
   * Every account under the managed units. Resolves only when proven complete: the paging cookie came back empty
   * (RFC 2696), empty pages were followed, the bound identity was checked on this very connection (the root entry's
   * tokenGroups, MS-ADTS 3.1.1.3.2; "Who am I?", RFC 4532, where a server has none), every managed unit answered a base
   * read and none pointed to another server, every attribute that must have a value somewhere had one, no reconnect
   * took place, and every known GUID came back or was found moved or gone, at most max(5, 1 %) of them gone, and not all of
   * them; and the server's number never fell below one that it had on this connection.
   * Throws MusterError naming server and step.
   * @param valued mapped attribute to the number of accounts of the ledger that have a value in it: with more than max(5, 1 %) of
   * them, a reading in which nobody has one is not proven. The mark and what every account has are looked after without being named.
   * @param reach `changes`: where the adapter keeps a full reading of the same server, only what changed since is asked for. What was
   * deleted or moved away does not show then, unless its GUID is known and everything else about the reading has to be read again.
   */
  readAll(knownGuids: ReadonlySet<string>, valued?: ReadonlyMap<string, number>, reach?: Reach): Promise<Reading>;
  /** Accounts anywhere in the domain with one of these GUIDs, sAMAccountNames or userPrincipalNames; absent ones are left out. */
  find(wanted: {
    readonly guids?: readonly string[];
    readonly usernames?: readonly string[];
    readonly upns?: readonly string[];
  }): Promise<readonly Account[]>;
  /**
   * When, and on which controller, each of these attributes was last changed; those of which it is not known are left out. Absent: the
   * product remembers nothing of the kind.
   */
  lastChanges?(guid: string, attributes: readonly string[]): Promise<ReadonlyMap<string, LastChange>>;
  /** DNs of the groups of this domain that name the account, sorted; not its primary group. Throws where not all can be told. */
  groupsOf(guid: string): Promise<readonly string[]>;
}

export interface NewAccount {
  readonly dn: string;
  readonly username: string;
  readonly upn: string;
  readonly mark: string;
  readonly password: Secret;
  readonly mustChangePassword: boolean;
  /** ISO 8601 UTC or `never`. */
  readonly accountExpires: string;
  readonly attributes: Readonly<Record<string, string | null>>;
}

/** What to change on one existing account: old raw values guard, new values follow. */
export interface Modification {
  readonly guid: string;
  /** For messages only. */
  readonly dn: string;
  /** Raw values as read, at least of everything that `set` and `enabled` touch, and what protection is judged by. */
  readonly raw: Readonly<Record<string, string | null>>;
  /** Flips only userAccountControl 0x2 when given. */
  readonly enabled?: boolean;
  /** ISO 8601 UTC or `never`. */
  readonly accountExpires?: string;
  readonly mark?: string;
  /** A new initial password, in the same request. */
  readonly password?: { readonly secret: Secret; readonly mustChange: boolean };
  /** Mapped attributes to set; null clears. */
  readonly set?: Readonly<Record<string, string | null>>;
}

/** All writes judge protection again, from raw values, before they send anything. */
export interface DirectoryWriter {
  /** One atomic Add: object, mark, attributes, password, enabled state, must-change. Resolves to the account as read back by its DN. */
  create(account: NewAccount): Promise<Account>;
  /** One atomic Modify addressed by GUID, compare-and-swap on every value touched; resolves when the server confirmed. */
  modify(modification: Modification): Promise<void>;
  /**
   * Takes the account out of these groups (DNs), and resolves once a reading shows it to be in none. Throws MusterError naming the first that
   * it can't be taken out of.
   */
  leaveGroups(guid: string, groups: readonly string[]): Promise<void>;
  /** A new initial password with must-change; for `credentials reissue`. */
  setPassword(guid: string, password: Secret, mustChangePassword: boolean): Promise<void>;
}

/** One bound connection to one server; never re-opened behind the caller's back. */
export interface DirectoryConnection {
  readonly reader: DirectoryReader;
  readonly writer: DirectoryWriter;
  /** Sentences about this server for somebody who examines it; none where it is absent. */
  readonly remarks?: readonly string[];
  close(): Promise<void>;
}

/** A directory product as configured. */
export interface DirectoryAdapter {
  /** What goes on for a while after an account was disabled; nothing where it is absent. */
  readonly afterShutting?: readonly Lingering[];
  /**
   * The first server that answers, accepts the bind and suits, or else the first that answers and accepts it; throws MusterError
   * listing each server and why not.
   */
  connect(suits?: Suits): Promise<DirectoryConnection>;
  /** All that do; throws only when none does. */
  connectAll(): Promise<{
    readonly connections: readonly DirectoryConnection[];
    readonly unreachable: readonly Unreached[];
  }>;
}

/** What every adapter is told of the site. */
export interface DirectorySite {
  /** Units whose accounts are managed, DNs. */
  readonly read: readonly string[];
  /** Attribute that carries the ownership mark. */
  readonly markAttribute: string;
  /** LDAP names of the mapped attributes, to be read. */
  readonly mappedAttributes: readonly string[];
  /** sAMAccountNames, folded, that nobody may touch (break-glass accounts). */
  readonly protected: readonly string[];
  /** DNs of groups whose members, nested ones included, nobody may touch; none where it is absent. */
  readonly protectedGroups?: readonly string[];
  /** DNs of groups that another system of Muster's keeps: nobody is taken out of them by coming back; none where it is absent. */
  readonly keptGroups?: readonly string[];
}
