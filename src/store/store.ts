/** Opens the store: one database behind every port by which core and the sources remember. */
import type { AgreementMemory } from '../core/agreement.ts';
import type { HeldRevisions } from '../core/approval/held.ts';
import type { Mails } from '../core/mails.ts';
import type { MergeRequestMemory } from '../core/merge-requests.ts';
import type { Clock, Store } from '../core/ports.ts';
import type { Seals } from '../core/seal.ts';
import type { ShutOutMemory } from '../core/shut-out-memory.ts';
import type { Tasks } from '../core/tasks.ts';
import { storedAgreement } from './agreement.ts';
import { storedApprovals } from './approvals.ts';
import { AuditEnd, storedAudit } from './audit.ts';
import { type StoredBlobs, storedBlobs } from './blob-cache.ts';
import type { Connection } from './connection.ts';
import { storedHeldRevisions } from './held-revisions.ts';
import { storedJournal } from './journal.ts';
import { StoredLease } from './lease.ts';
import { ledgerRows, storedLedger } from './ledger.ts';
import { storedMails } from './mails.ts';
import { storedMemory } from './memory.ts';
import { storedMergeRequests } from './merge-requests.ts';
import { migrate } from './migrations.ts';
import { storedOrders } from './orders.ts';
import { type ProcessIdentity, thisProcess } from './process-identity.ts';
import { storedReports } from './reports.ts';
import { storedRevisions } from './revisions.ts';
import { storedSeals } from './seals.ts';
import { storedServers } from './servers.ts';
import { storedShutOuts } from './shut-outs.ts';
import { openSqlite, placeOf } from './sqlite.ts';
import { storedTasks } from './tasks.ts';

/** Where the store is: `store` in the configuration. */
export interface StoreSettings {
  /** Path of the database file, in a folder that exists; `:memory:` for one that is gone when closed. */
  readonly sqlite: string;
  /** True where one process asks again and again: rows are kept, and only what was written since is read. */
  readonly resident?: boolean;
}

export interface OpenStore extends Store {
  readonly blobs: StoredBlobs;
  readonly mails: Mails;
  readonly mergeRequests: MergeRequestMemory;
  readonly tasks: Tasks;
  readonly shutOuts: ShutOutMemory;
  readonly seals: Seals;
  readonly heldRevisions: HeldRevisions;
  readonly agreement: AgreementMemory;
  /** Throws MusterError (`person`) where the database is no longer the one that others find under its name. */
  assertInPlace(): void;
  /** Gives the lease back where it is held here, and closes the database. */
  close(): Promise<void>;
}

/**
 * Opens the store, creating the file or bringing its tables up to date where needed.
 * @param clock the present, for the lease and the age of cached contents.
 * @param self the process that takes the lease.
 * @throws MusterError (`person`) when the folder is missing, the file can't be used, or a newer Muster has worked on it.
 */
export async function openStore(
  settings: StoreSettings,
  clock: Clock,
  self: ProcessIdentity = thisProcess(),
): Promise<OpenStore> {
  const place = placeOf(settings.sqlite);
  const connection = openSqlite(settings.sqlite);
  try {
    await migrate(connection.db, place);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return partsOf(connection, new StoredLease(connection, clock, self, place), clock, self, settings.resident === true);
}

function partsOf(
  connection: Connection,
  lease: StoredLease,
  clock: Clock,
  self: ProcessIdentity,
  resident: boolean,
): OpenStore {
  const end = new AuditEnd(connection);
  const ledger = ledgerRows(connection, resident);
  return {
    ledger: storedLedger(connection, lease, ledger),
    journal: storedJournal(connection, lease, ledger, end),
    memory: storedMemory(connection, lease, resident),
    approvals: storedApprovals(connection, end),
    revisions: storedRevisions(connection, end),
    orders: storedOrders(connection, end),
    reports: storedReports(connection),
    audit: storedAudit(connection, end),
    servers: storedServers(connection, lease),
    tasks: storedTasks(connection, lease, end, resident),
    shutOuts: storedShutOuts(connection),
    seals: storedSeals(connection),
    heldRevisions: storedHeldRevisions(connection),
    agreement: storedAgreement(connection),
    mails: storedMails(connection, self),
    mergeRequests: storedMergeRequests(connection),
    lease,
    blobs: storedBlobs(connection, clock),
    assertInPlace: () => connection.assertInPlace(),
    close: async () => {
      try {
        await lease.release();
      } finally {
        await connection.close();
      }
    },
  };
}
