/** The audit chain: one row for everything that counts, each sealed with the one before it; what a row says, and the arithmetic. */
import { createHash } from 'node:crypto';
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { Commit } from '../model/loaded.ts';
import type { OperatorBlock } from '../model/model.ts';
import { type Cause, type ChangeClass, type ChangeKind, canonicalJson, type Effect, type State } from './change.ts';
import type { Mandate, Operator } from './mandate.ts';

/** What became of one journalled change; everything that is known of it stands here, so that nothing else need be asked. */
export interface ChangeEvent extends Mandate {
  readonly kind: 'change';
  /** The run that took it down; a later one may have found out what became of it. */
  readonly runId: string;
  readonly intent: string;
  /** Of a create, and of an account given anew: names the sealed password. */
  readonly attempt: string;
  readonly intendedAt: Instant;
  readonly system: string;
  readonly server: string;
  /** `username` is spelled as declared for a create, and folded like the key elsewhere. */
  readonly person: { readonly key: string; readonly label: string; readonly username: string };
  readonly change: ChangeKind;
  /** Of an account that was given back with a new initial password. */
  readonly anew?: true;
  /** The kind of thing, where it is no account. */
  readonly thing?: string;
  readonly effect: Effect;
  readonly classes: readonly ChangeClass[];
  readonly handle: string | null;
  readonly location: string | null;
  /** Null for a create. */
  readonly before: State | null;
  readonly after: State;
  readonly cause: Cause;
  readonly approved: boolean;
  readonly outcome:
    | { readonly status: 'applied' }
    | { readonly status: 'failed'; readonly error: string; readonly next: string }
    | { readonly status: 'skipped'; readonly because: string };
}

/** An operator's word on held changes, or on a step between revisions. */
export interface DecisionEvent extends Operator {
  readonly kind: 'decision';
  readonly verdict: 'approved' | 'rejected' | 'step-allowed';
  /** Of held changes; of a step `OLD..NEW`. */
  readonly subject: string;
  /** How many changes an approval names. */
  readonly changes: number;
  /** Keys. */
  readonly people: readonly string[];
  /** Of an approval in advance. */
  readonly from: Instant | null;
  readonly expires: Instant | null;
}

/** An operator's order. Its end may be told by "muster" itself, where the repository took it over. */
export interface OrderEvent {
  readonly kind: 'order';
  readonly order: 'block' | 'unblock' | 'pause' | 'resume';
  readonly by: string;
  /** Null: none is asked for. */
  readonly reason: string | null;
  /** Of a block. */
  readonly block: Pick<OperatorBlock, 'id' | 'scope' | 'target' | 'until'> | null;
}

/** What became of the changes of one class. */
export interface Tally {
  readonly applied: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The end of a run that could have written. */
export interface RunEvent {
  readonly kind: 'run';
  readonly runId: string;
  readonly trigger: string;
  readonly mode: 'enforce' | 'observe';
  /** Nothing but the block lane. */
  readonly laneOnly: boolean;
  /** Null: it failed before it knew. */
  readonly revision: string | null;
  readonly commit: Commit | null;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  /** `broken-off`: it threw, and `trouble` says what. */
  readonly result: 'done' | 'failed' | 'waiting' | 'broken-off';
  /** By class; one that had no changes is left out. */
  readonly counts: Readonly<Partial<Record<ChangeClass, Tally>>>;
  readonly held: { readonly changes: number; readonly people: number; readonly entries: number };
  readonly trouble: readonly Trouble[];
  readonly durationsMs: Readonly<Record<string, number>>;
}

/** Anything else that an operator did. `begun` is written before it, so that nothing is done unrecorded. */
export interface ActEvent extends Operator {
  readonly kind: 'act';
  readonly act: 'ledger-rebuild' | 'account-forgotten' | 'credentials-reissue' | 'history-accepted' | 'task-done';
  /** Key; null: about nobody in particular. */
  readonly person: string | null;
  readonly phase: 'begun' | 'done' | 'failed';
  readonly detail: Readonly<Record<string, string | number>>;
}

export type AuditEvent = ChangeEvent | DecisionEvent | OrderEvent | RunEvent | ActEvent;
export type AuditKind = AuditEvent['kind'];

export const AUDIT_KINDS: readonly AuditKind[] = ['change', 'decision', 'order', 'run', 'act'];

/** Where a chain ends. */
export interface AuditHead {
  /** 0: nothing is in it. */
  readonly seq: number;
  /** Lower-case hex SHA-256. */
  readonly hash: string;
}

/** What the first row is sealed with. */
export const EMPTY_CHAIN: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** A row as it stands in the store: `eventJson` is canonical, and the columns beside it serve questions. */
export interface StoredRow {
  readonly seq: number;
  readonly at: Instant;
  readonly kind: string;
  readonly runId: string | null;
  /** Key of the person concerned. */
  readonly person: string | null;
  readonly eventJson: string;
  readonly hash: string;
}

export interface AuditRow extends Omit<StoredRow, 'eventJson' | 'kind'> {
  readonly kind: AuditKind;
  readonly event: AuditEvent;
}

/** Which rows of the audit chain; what is left out does not narrow it. */
export interface AuditQuery {
  /** Those behind this place. */
  readonly after?: number;
  readonly kinds?: readonly AuditKind[];
  /** Key of a person: rows about them, decisions that name them, and what they did themselves under that name. */
  readonly person?: string;
  readonly since?: Instant;
  /** The newest of them, where there are more; the order stays oldest first. */
  readonly newest?: boolean;
  readonly limit: number;
}

/** What happened, in order; nothing in it is ever changed or taken out. Rows of changes, decisions and orders come with what they record. */
export interface Audit {
  /** For what is recorded nowhere else: the end of a run, an act. Durable when it resolves. */
  append(event: AuditEvent, at: Instant): Promise<void>;
  /** Oldest first; without those in which no event can be read. */
  rows(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** The numbers of the rows that `rows` passes over on its way: somebody changed them by hand. */
  unreadable(query: AuditQuery): Promise<readonly number[]>;
  head(): Promise<AuditHead>;
  /** The seal at that place; null: there is no such row. */
  sealAt(seq: number): Promise<string | null>;
  /** Where the head was last kept outside the store; null: nowhere yet. */
  keptAt(): Promise<string | null>;
  keepAt(place: string): Promise<void>;
  /** Rows as they stand, unread, behind a place: for the proof. */
  stored(after: number, limit: number): Promise<readonly StoredRow[]>;
}

/** The row that follows `head`. */
export function nextRow(head: AuditHead, event: AuditEvent, at: Instant): StoredRow {
  const unsealed = {
    seq: head.seq + 1,
    at,
    kind: event.kind,
    runId: 'runId' in event ? event.runId : null,
    person: personOf(event),
    eventJson: canonicalJson(event),
  };
  return { ...unsealed, hash: seal(unsealed, head.hash) };
}

function personOf(event: AuditEvent): string | null {
  switch (event.kind) {
    case 'change':
      return event.person.key;
    case 'order':
      return event.block?.scope === 'user' ? event.block.target : null;
    case 'act':
      return event.person;
    case 'decision':
    case 'run':
      return null;
  }
}

/**
 * SHA-256 over the canonical JSON of the row with the seal before it (`at`, `event`, `kind`, `person`, `previous`, `runId`, `seq`). The
 * text of the event goes in as it is stored: every byte of it counts.
 */
export function seal(row: Omit<StoredRow, 'hash'>, previous: string): string {
  const { seq, at, kind, runId, person, eventJson } = row;
  const text = [
    `"at":${JSON.stringify(at)}`,
    `"event":${eventJson}`,
    `"kind":${JSON.stringify(kind)}`,
    `"person":${JSON.stringify(person)}`,
    `"previous":${JSON.stringify(previous)}`,
    `"runId":${JSON.stringify(runId)}`,
    `"seq":${JSON.stringify(seq)}`,
  ];
  return createHash('sha256')
    .update(`{${text.join(',')}}`)
    .digest('hex');
}
