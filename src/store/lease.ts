/** The one row that keeps processes from writing together: who holds it, and since when and until when. */
import type { Selectable, Transaction } from 'kysely';
import type { Lease } from '../core/lease.ts';
import type { Clock } from '../core/ports.ts';
import { MusterError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { refuseNewer } from './migrations.ts';
import { hasEnded, type ProcessIdentity } from './process-identity.ts';
import type { LeaseTable, Schema } from './schema.ts';

/** How long a lease outlives the last sign of its holder, in milliseconds: a paused or cut-off holder costs others this wait. */
export const LEASE_MS = 60_000;

/** Three signs per lease, so that one that comes late or fails does not lose it. */
const RENEW_EVERY_MS = LEASE_MS / 3;

/** Somebody else must have won each time: after so many losses in a row that somebody is worth naming. */
const ACQUIRE_ATTEMPTS_MAX = 3;

/**
 * The lease as one process sees it. Every change of the row is a single conditional update against the row as it was
 * read, so of two processes exactly one succeeds, in any database.
 */
export class StoredLease implements Lease {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #self: ProcessIdentity;
  readonly #place: string;
  /** Epoch under which this process took it; null while it does not hold it. */
  #epoch: number | null = null;
  #what = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(connection: Connection, clock: Clock, self: ProcessIdentity, place: string) {
    this.#connection = connection;
    this.#clock = clock;
    this.#self = self;
    this.#place = place;
  }

  async acquire(what: string): Promise<{ readonly held: true } | { readonly held: false; readonly holder: string }> {
    this.#connection.assertInPlace();
    await refuseNewer(this.#connection.db, this.#place);
    for (let attempt = 1; ; attempt += 1) {
      const row = await this.#read();
      if (!this.#isFree(row)) return { held: false, holder: holderOf(row) };
      if (await this.#take(row, what)) return { held: true };
      if (attempt === ACQUIRE_ATTEMPTS_MAX) return { held: false, holder: holderOf(await this.#read()) };
    }
  }

  async renew(): Promise<void> {
    if (this.#epoch === null) throw this.#lost('Nobody had taken it here.');
    const epoch = this.#epoch;
    this.#connection.assertInPlace();
    const renewed = await this.#connection.durable((transaction) =>
      transaction
        .updateTable('lease')
        .set({ expires: this.#clock() + LEASE_MS })
        .where('epoch', '=', epoch)
        .executeTakeFirst(),
    );
    if (renewed.numUpdatedRows === 0n) {
      this.#stopTimer();
      throw this.#lost(`Now it is held by: ${holderOf(await this.#read())}.`);
    }
  }

  /** Gives it back; does nothing when it is not held, or no longer. */
  async release(): Promise<void> {
    const epoch = this.#epoch;
    this.#stopTimer();
    this.#epoch = null;
    if (epoch === null) return;
    await this.#connection.durable((transaction) =>
      transaction
        .updateTable('lease')
        .set({ what: null, host: null, pid: null, started: null, boot: null, pidSpace: null, expires: null })
        .where('epoch', '=', epoch)
        .execute(),
    );
  }

  /**
   * For transactions that only the holder may make: throws MusterError where this process took the lease and somebody
   * else has it by now, so that one that slept through its expiry writes nothing (FAILURE H1). A process that never
   * took it is let through: commands that record an operator's word need none. Throws as well where the database itself was
   * taken away (FAILURE B1): the row in it keeps nobody else from anything.
   */
  async confirm(transaction: Transaction<Schema>): Promise<void> {
    if (this.#epoch === null) return;
    this.#connection.assertInPlace();
    const row = await transaction.selectFrom('lease').selectAll().executeTakeFirstOrThrow();
    if (row.epoch !== this.#epoch) throw this.#lost(`Now it is held by: ${holderOf(row)}.`);
  }

  async #read(): Promise<Selectable<LeaseTable>> {
    return await this.#connection.db.selectFrom('lease').selectAll().executeTakeFirstOrThrow();
  }

  #isFree(row: Selectable<LeaseTable>): boolean {
    const { host, pid, started, boot, pidSpace, expires } = row;
    if (host === null || pid === null || expires === null) return true;
    return expires <= this.#clock() || hasEnded({ host, pid, started, boot, pidSpace }, this.#self);
  }

  async #take(seen: Selectable<LeaseTable>, what: string): Promise<boolean> {
    const now = this.#clock();
    const epoch = seen.epoch + 1;
    const taken = await this.#connection.durable((transaction) =>
      transaction
        .updateTable('lease')
        .set({ ...this.#self, what, epoch, acquiredAt: now, expires: now + LEASE_MS })
        .where('epoch', '=', seen.epoch)
        // A holder thought dead that has renewed since then is alive.
        .where('expires', seen.expires === null ? 'is' : '=', seen.expires)
        .executeTakeFirst(),
    );
    if (taken.numUpdatedRows === 0n) return false;
    this.#epoch = epoch;
    this.#what = what;
    this.#startTimer();
    return true;
  }

  #startTimer(): void {
    this.#stopTimer();
    // A failure is no news here: `renew` and `confirm` meet the same row before anything is written.
    this.#timer = setInterval(() => void this.renew().catch(() => undefined), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #lost(detail: string): MusterError {
    const what = this.#what === '' ? 'this command' : this.#what;
    return new MusterError({
      remedy: 'retry',
      where: `${this.#place}, lease`,
      what: `${what} may not write, because it does not hold the lease. ${detail}`,
      next: 'Nothing more was written. The next pass plans afresh.',
    });
  }
}

/** As in `sync, pid 123 on host x, since 2026-03-01 12:01 UTC`. */
function holderOf(row: Selectable<LeaseTable>): string {
  if (row.host === null) return 'nobody any more';
  const since = row.acquiredAt === null ? '' : `, since ${minuteOf(row.acquiredAt)}`;
  return `${row.what ?? 'unknown'}, pid ${row.pid} on host ${row.host}${since}`;
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
