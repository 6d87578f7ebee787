/** What core needs of the world: systems to read and write, a memory that survives a crash, a clock. */
import type { AnyEntry, Instant } from '../model/document.ts';
import type { Loaded } from '../model/loaded.ts';
import type { Model, OperatorBlock } from '../model/model.ts';
import type { CommitAnswer, RevisionMemory } from './approval/answers.ts';
import type { RevisionApproval } from './approval/policy.ts';
import type { Audit } from './audit.ts';
import type { Cause, Change, ChangeClass, Desired, Leave, Observed, State } from './change.ts';
import type { LastChange } from './hand-change.ts';
import type { Lease } from './lease.ts';
import type { Mandate } from './mandate.ts';
import type { Outcome, PutOff, Written } from './outcome.ts';
import type { Notice } from './plan.ts';
import type { Report } from './report.ts';
import type { Position, ServerMemory, Suits, Unreached } from './server-memory.ts';
import type { Traits } from './traits.ts';

/** Now, in milliseconds since 1970 UTC. */
export type Clock = () => Instant;

// ---------------------------------------------------------------- systems

/** What Muster knows of a system's things before it reads: enough to prove a read and to tell whose a mark is. */
export interface Known {
  /** Handles in the ledger: each must come back or be found gone. */
  readonly handles: ReadonlySet<string>;
  /** Attribute to the number of things in the ledger that have a value in it: a reading in which nobody has one is not whole. */
  readonly valued: ReadonlyMap<string, number>;
  /** Those of them that Muster disabled, and has not given back: where they are found enabled, something is lost, or somebody gave them back. */
  readonly disabled: ReadonlySet<string>;
  /** Attempt ids of journalled creates without an outcome. */
  readonly openAttempts: ReadonlySet<string>;
}

/** A wanted thing that cannot be created: another one holds a value that must be unique, or it has no place. */
export interface Conflict {
  readonly key: string;
  readonly text: string;
  /** What to do. */
  readonly next: string;
}

/**
 * `full`: everything was asked for. `changes`: what had changed since a full reading, on top of it; a thing that vanished meanwhile
 * may still be in there, because nothing tells of it.
 */
export type Reach = 'full' | 'changes';

/** A proven complete reading of one system's managed scope. */
export interface Observation {
  readonly system: string;
  readonly reach: Reach;
  /** The one server that everything came from. */
  readonly server: string;
  readonly observed: readonly Observed[];
  /** Things outside the managed scope that bear a wanted name or a known handle: moved, or somebody else's. */
  readonly elsewhere: readonly Observed[];
  /** Handles of the ledger that no longer exist. */
  readonly gone: readonly string[];
  readonly conflicts: readonly Conflict[];
  /** Hex SHA-256 over all of it, for the record. */
  readonly digest: string;
  /** What people should know of it that is about no wanted thing; none where it is absent. */
  readonly notices?: readonly Notice[];
  /**
   * True where what was written there before is gone, as from a list that was emptied or cut off: nothing that it shows to be enabled
   * was given back by anybody. Absent: no sign of that.
   */
  readonly lost?: boolean;
}

/** Reads one server of one system; every method throws MusterError and never answers in part. */
export interface Reader {
  readonly server: string;
  /** Sentences about this server for somebody who examines it; none where it is absent. */
  readonly remarks?: readonly string[];
  /**
   * How much the server has said so far, in any unit: grows with every piece of an answer, so that one that is slow can be told from
   * one that fell silent. Absent: nobody can tell, and it is waited for.
   */
  heard?(): number;
  /** How far the server has come by now; null: this product has no such thing. */
  position(): Promise<Position | null>;
  /** The server's own clock. */
  now(): Promise<Instant>;
  /**
   * The managed scope, proven complete, plus a look-up of `wanted` names everywhere.
   * @param reach `changes` admits a reading of changes where one is possible, `full` (the default) does not.
   */
  observe(wanted: readonly Desired[], known: Known, reach?: Reach): Promise<Observation>;
  /**
   * Begins the reading of the managed scope that the next `observe` of the very same `known` and `reach` then goes on from, and tells
   * the failure of. Absent: every `observe` begins by itself.
   */
  begin?(known: Known, reach: Reach): void;
  /** These things alone, wherever they are, by handle where known and by name elsewhere; absent ones are left out. */
  lookup(wanted: readonly { key: string; handle: string | null }[], known: Known): Promise<readonly Observed[]>;
  /** Names of the groups that this thing's person is in by it; absent: there are no groups in that system. */
  groups?(handle: string): Promise<readonly string[]>;
  /** When, and on which server, each of these attributes was last changed, as far as it is known; absent: the system does not remember. */
  lastChanges?(handle: string, attributes: readonly string[]): Promise<ReadonlyMap<string, LastChange>>;
  close(): Promise<void>;
}

/** Writes to one server of one system; refuses what is protected, and what no longer is as it was read. */
export interface Writer {
  /**
   * Resolves only when the server confirmed. `attempt` marks a create, and names its sealed password. Throws a MusterError
   * whose `silence` is `unanswered` where nobody knows whether the write took effect, and `cut-off` where nothing can
   * be sent any more; without it the write certainly did not happen. Put off: what it needs is not there yet, and nothing was written. Anything else that is thrown counts as unanswered.
   * @param mandate what the change rests on, for a system that shows it
   */
  write(change: Change, attempt: string, mandate?: Mandate): Promise<Written | PutOff>;
}

export interface Session {
  readonly reader: Reader;
  readonly writer: Writer;
}

/** One concern in one system: what it should hold, and how to reach it. Core never asks which one it is. */
export interface Reconciler {
  readonly system: string;
  /** Lower goes first when taking away. */
  readonly rank: number;
  project(model: Model, at: Instant): readonly Desired[];
  /** One server, pinned; the next URL on failure, or where it does not suit. Throws MusterError when none answers. */
  connect(suits?: Suits): Promise<Session>;
  /** Every server that answers, for blocks; throws only when none does. */
  connectAll(): Promise<{ readonly sessions: readonly Session[]; readonly unreachable: readonly Unreached[] }>;
  readonly traits: Traits;
  /** Told once per create attempt that recovery found to have happened, or not to have: sealed passwords follow. */
  settle(change: Change, attempt: string, happened: boolean): Promise<void>;
}

// ---------------------------------------------------------------- memory

/** What Muster last wrote or accepted for one thing. */
export interface LedgerRow {
  readonly system: string;
  readonly key: string;
  readonly handle: string;
  readonly state: State;
  /** Why Muster disabled it; null while it did not. */
  readonly disabledFor: Cause | null;
  /** When a proven read first showed that somebody deleted it; null: it exists. */
  readonly goneAt: Instant | null;
  /** Of somebody who was closed or whose time ended, until they come back; absent: they did not leave. */
  readonly away?: Away;
}

/** A leave as it is kept. */
export interface Away extends Leave {
  /** Names of the groups that the account was in; null: not known. */
  readonly groups: readonly string[] | null;
}

export interface Ledger {
  all(system: string): Promise<readonly LedgerRow[]>;
  put(rows: readonly LedgerRow[]): Promise<void>;
  remove(system: string, handles: readonly string[]): Promise<void>;
  /** When a pass first established that this memory is the whole one; null: a fresh or a lost store. */
  establishedAt(): Promise<Instant | null>;
  establish(at: Instant): Promise<void>;
}

/** One journalled change: intent first, outcome later. */
export interface Intent {
  readonly id: string;
  readonly runId: string;
  readonly attempt: string;
  /** The server the write goes to: only that one can tell at once whether it happened. */
  readonly server: string;
  readonly change: Change;
  readonly at: Instant;
  readonly approved: boolean;
  readonly mandate: Mandate;
}

/** How often the same thing has been tried lately: what stops flapping and poison. */
export interface Track {
  /** `effortOf` the changes. */
  readonly fingerprint: string;
  /** Times applied in the last 24 hours. */
  readonly applied: number;
  /** Failures since it last succeeded. */
  readonly failures: number;
  readonly lastFailedAt: Instant | null;
}

/** The last time that an approval let this effort (`effortOf`) for this person through. */
export interface Spent {
  readonly effort: string;
  readonly person: string;
  readonly at: Instant;
}

export interface Journal {
  /** Durable before it resolves: one transaction for the batch. */
  intend(intents: readonly Intent[]): Promise<void>;
  /** Records the outcome and, in the same transaction, what the ledger now holds and the row of the audit chain. */
  settle(intent: Intent, outcome: Outcome, ledger: LedgerRow | null, at: Instant): Promise<void>;
  /** Intents without an outcome, oldest first: what a crash left. */
  open(): Promise<readonly Intent[]>;
  /** Distinct people per class, applied without approval since then; institutions for `block` and `lift`. */
  usedSince(at: Instant): Promise<readonly { class: ChangeClass; person: string; institutions: readonly string[] }[]>;
  tracks(since: Instant): Promise<ReadonlyMap<string, Track>>;
  /** Changes that were applied by an approval since then: an approval counts once. */
  approvedSince(at: Instant): Promise<readonly Spent[]>;
  /** Latest changes of one person, newest first. */
  of(
    person: string,
    limit: number,
  ): Promise<readonly { intent: Intent; outcome: Outcome | null; at: Instant | null }[]>;
}

/** The last good document of every identity, and of every file its blob. */
export interface Memory {
  entries(): Promise<readonly AnyEntry[]>;
  files(): Promise<ReadonlyMap<string, string>>;
  /** Last applied revision; null: none yet. */
  revision(): Promise<string | null>;
  remember(update: Remember): Promise<void>;
}

export interface Remember {
  readonly revision: string;
  readonly at: Instant;
  /** New or changed entries; their `knownSince` becomes `at`. */
  readonly entries: readonly AnyEntry[];
  /** Entries that may be forgotten: lifted blocks that left the repository. */
  readonly forget: readonly AnyEntry[];
  readonly files: ReadonlyMap<string, string>;
  /** Who answered for the commits that are new with this revision; absent: nobody had to. */
  readonly answers?: readonly CommitAnswer[];
}

export interface Approval {
  readonly digest: string;
  readonly fingerprints: readonly string[];
  /** Keys of the people whom the approved changes are about. */
  readonly people: readonly string[];
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** Where it was given in advance: does not count before. */
  readonly from?: Instant;
  readonly expires: Instant;
}

export interface Approvals {
  /** Not expired, not rejected; those in advance as well. */
  valid(at: Instant): Promise<readonly Approval[]>;
  approve(approval: Approval): Promise<void>;
  reject(digest: string, by: string, reason: string, at: Instant): Promise<void>;
}

/** What operators said: blocks from the command line, and a pause. */
export interface Orders {
  blocks(at: Instant): Promise<readonly OperatorBlock[]>;
  block(block: OperatorBlock): Promise<void>;
  unblock(id: string, by: string, reason: string, at: Instant): Promise<void>;
  paused(): Promise<{ readonly by: string; readonly reason: string; readonly at: Instant } | null>;
  pause(by: string, reason: string, at: Instant): Promise<void>;
  resume(by: string, at: Instant): Promise<void>;
}

export interface Reports {
  save(report: Report): Promise<void>;
  latest(): Promise<Report | null>;
}

export interface Store {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly memory: Memory;
  readonly approvals: Approvals;
  readonly revisions: RevisionMemory;
  readonly orders: Orders;
  readonly reports: Reports;
  readonly audit: Audit;
  readonly servers: ServerMemory;
  readonly lease: Lease;
}

// ---------------------------------------------------------------- desired state

/** The repository as it stands now. */
export interface Repository {
  /**
   * Throws MusterError where it cannot be had, or where `signal` breaks off asking for it.
   * @param remembered what the store remembers: a file of which an entry is known to be all there is need not be read again
   */
  load(signal?: AbortSignal, remembered?: readonly AnyEntry[]): Promise<Loaded>;
  /** Whether `to` descends from (or is) `from`; a folder always does. */
  descends(from: string, to: string): Promise<boolean>;
  readonly approval?: RevisionApproval;
}
