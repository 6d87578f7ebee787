/** The tables of the store as kysely sees them; `migrations.ts` makes them. */

import type { Generated } from 'kysely';
import type { MailTopic, MatterGroup } from '../core/mails.ts';
import type { AgreementTable } from './agreement-tables.ts';
import type { AnswersTable } from './answers-table.ts';
import type { MergeRequestsTable } from './merge-request-tables.ts';
import type { SealsTable } from './seal-tables.ts';
import type { ShutOutsTable } from './shut-out-tables.ts';
import type { HeldByHandTable, SystemsMetTable, TasksTable } from './task-tables.ts';

/**
 * Instants are milliseconds since 1970 UTC, flags are 0 or 1, and columns named `…Json` hold plain JSON that nobody
 * searches in: types that SQLite and PostgreSQL share.
 */
export interface Schema {
  readonly journal: JournalTable;
  readonly failures: FailuresTable;
  readonly ledger: LedgerTable;
  readonly facts: FactsTable;
  readonly documents: DocumentsTable;
  readonly files: FilesTable;
  readonly parsedBlobs: ParsedBlobsTable;
  readonly blobTexts: BlobTextsTable;
  readonly decisions: DecisionsTable;
  readonly steps: StepsTable;
  readonly answers: AnswersTable;
  readonly operatorBlocks: OperatorBlocksTable;
  readonly pauses: PausesTable;
  readonly reports: ReportsTable;
  readonly glances: GlancesTable;
  readonly audit: AuditTable;
  readonly servers: ServersTable;
  readonly mails: MailsTable;
  readonly matters: MattersTable;
  readonly tasks: TasksTable;
  readonly heldByHand: HeldByHandTable;
  readonly systemsMet: SystemsMetTable;
  readonly shutOuts: ShutOutsTable;
  readonly seals: SealsTable;
  readonly agreement: AgreementTable;
  readonly mergeRequests: MergeRequestsTable;
  readonly lease: LeaseTable;
}

/** One intent, and its outcome once there is one. */
export interface JournalTable {
  /** The order in which intents were taken down. */
  seq: Generated<number>;
  id: string;
  runId: string;
  attempt: string;
  server: string;
  at: number;
  approved: number;
  person: string;
  fingerprint: string;
  /** Change classes and institutions stand beside the change so that counting people need not parse it. */
  classesJson: string;
  institutionsJson: string;
  changeJson: string;
  /** Null: an earlier version took it down. */
  mandateJson: string | null;
  /** `applied`, `failed`, `skipped`; null: no outcome yet. */
  status: string | null;
  outcomeJson: string | null;
  settledAt: number | null;
}

/** Failures of a change since it last succeeded. */
export interface FailuresTable {
  fingerprint: string;
  failures: number;
  lastFailedAt: number;
}

export interface LedgerTable {
  system: string;
  handle: string;
  key: string;
  stateJson: string;
  disabledForJson: string | null;
  goneAt: number | null;
  /** Absent in the ledger: null. */
  awayJson: string | null;
}

/** Single values by name: the last applied revision, when the memory was established, when the cache was tidied. */
export interface FactsTable {
  name: string;
  value: string;
}

/** The last good document of every identity. */
export interface DocumentsTable {
  kind: string;
  key: string;
  /** Canonical, so that equal content is equal text. */
  documentJson: string;
  file: string;
  line: number;
  column: number | null;
  /** Lines of its fields, packed; null: an earlier version took it in. */
  fields: string | null;
  condition: string;
  rivalsJson: string;
  knownSince: number;
  /** Names the content that says this entry and nothing else; null: none is known to. */
  soleContent: string | null;
}

/** The last good blob of every file. */
export interface FilesTable {
  path: string;
  blob: string;
}

export interface ParsedBlobsTable {
  kind: string;
  blob: string;
  typedJson: string;
  putAt: number;
}

export interface BlobTextsTable {
  blob: string;
  text: string;
  putAt: number;
}

/** Approvals and rejections in the order in which they were given; nothing is ever taken out. */
export interface DecisionsTable {
  seq: Generated<number>;
  verdict: 'approved' | 'rejected';
  digest: string;
  fingerprintsJson: string;
  peopleJson: string;
  decidedBy: string;
  reason: string;
  at: number;
  /** Of an approval in advance: the moment from which it counts; null: at once. */
  countsFrom: number | null;
  /** Null for a rejection. */
  expires: number | null;
}

/** Steps between revisions that an operator let through. */
export interface StepsTable {
  seq: Generated<number>;
  fromRevision: string;
  toRevision: string;
  allowedBy: string;
  reason: string;
  at: number;
}

export interface OperatorBlocksTable {
  id: string;
  scope: 'user' | 'institution';
  target: string;
  reason: string;
  blockedBy: string;
  at: number;
  until: number | null;
  unblockedBy: string | null;
  unblockedReason: string | null;
  unblockedAt: number | null;
}

export interface PausesTable {
  seq: Generated<number>;
  pausedBy: string;
  reason: string;
  at: number;
  resumedBy: string | null;
  resumedAt: number | null;
}

export interface ReportsTable {
  seq: Generated<number>;
  runId: string;
  bytes: number;
  reportJson: string;
}

/** The same reports at a glance, so that a page need not read a hundred megabytes for what fits on it. */
export interface GlancesTable {
  seq: Generated<number>;
  runId: string;
  glanceJson: string;
}

/** The audit chain: rows are numbered without a gap, and triggers refuse every change of one and every removal. */
export interface AuditTable {
  seq: number;
  at: number;
  kind: string;
  runId: string | null;
  person: string | null;
  /** Canonical: the seal is over this very text. */
  eventJson: string;
  hash: string;
}

/** How far each server had come, by the address and the life it was seen in. */
export interface ServersTable {
  system: string;
  address: string;
  epoch: string;
  server: string;
  /** Decimal: counters of 64 bits do not fit into a JavaScript number. */
  sequence: string;
  at: number;
  backAt: number | null;
}

/** A mail, from its wording to its end. */
export interface MailsTable {
  /** The order in which they were worded, and are sent. */
  seq: Generated<number>;
  id: string;
  topic: MailTopic;
  recipient: string;
  subject: string;
  text: string;
  at: number;
  status: 'waiting' | 'sending' | 'sent' | 'given-up' | 'superseded';
  tries: number;
  unanswered: number;
  nextAt: number;
  /** When the server first did not want it. */
  putOffAt: number | null;
  /** Of the latest try: when it began, and which process made it. */
  takenAt: number | null;
  takenByJson: string | null;
  error: string | null;
  settledAt: number | null;
}

/** What lasts and somebody should know, and when it was told. */
export interface MattersTable {
  key: string;
  group: MatterGroup;
  since: number;
  told: number;
  toldAt: number | null;
  text: string;
  next: string | null;
}

/** Exactly one row, made by the migration: `holder` columns are null while nobody holds it. */
export interface LeaseTable {
  name: string;
  /** Grows by one with every change of hands and never shrinks. */
  epoch: number;
  what: string | null;
  host: string | null;
  pid: number | null;
  started: string | null;
  boot: string | null;
  pidSpace: string | null;
  acquiredAt: number | null;
  expires: number | null;
}
