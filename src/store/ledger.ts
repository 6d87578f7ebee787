/** The ledger: per thing in a system, what Muster last wrote or accepted, and why it disabled it. */
import type { Insertable, Selectable, Transaction } from 'kysely';
import type { Away, Ledger, LedgerRow } from '../core/ports.ts';
import { compareText } from '../diagnostic.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { readFact } from './facts.ts';
import { KeptRows, type RowReader } from './kept-rows.ts';
import type { StoredLease } from './lease.ts';
import { plainAway, plainCause, plainState } from './plain-records.ts';
import type { LedgerTable, Schema } from './schema.ts';

const ESTABLISHED = 'establishedAt';

/** All that reads and writes rows of the ledger; `write` alone changes any, besides `forget`. */
export interface LedgerRows {
  all(system: string): Promise<readonly LedgerRow[]>;
  /** Adds or replaces rows, by system and handle, inside somebody's transaction. */
  write(transaction: Transaction<Schema>, rows: readonly LedgerRow[]): Promise<void>;
  forget(transaction: Transaction<Schema>, system: string, handles: readonly string[]): Promise<void>;
}

/** @param keep whether rows that nobody wrote since are the very same objects again, instead of being read anew. */
export function ledgerRows(connection: Connection, keep: boolean): LedgerRows {
  const bySystem = new Map<string, KeptRows<LedgerRow>>();
  const of = (system: string) => {
    const known = bySystem.get(system) ?? new KeptRows(connection, readerOf(connection, system), keep);
    bySystem.set(system, known);
    return known;
  };
  return {
    all: (system) => of(system).all(),
    write: async (transaction, rows) => {
      for (const { system, handle } of rows) of(system).touch([handle]);
      for (const portion of portions(rows)) await putRows(transaction, portion);
    },
    forget: async (transaction, system, handles) => {
      of(system).touch(handles);
      for (const portion of portions(handles)) {
        await transaction.deleteFrom('ledger').where('system', '=', system).where('handle', 'in', portion).execute();
      }
    },
  };
}

function readerOf({ db }: Connection, system: string): RowReader<LedgerRow> {
  const rows = db.selectFrom('ledger').selectAll().where('system', '=', system);
  // One text for all of them, instead of one for each.
  const ofSystem = (row: Selectable<LedgerTable>) => rowOf({ ...row, system });
  return {
    idOf: ({ handle }) => handle,
    compare: (a, b) => compareText(a.handle, b.handle),
    all: async () => (await rows.orderBy('handle').execute()).map(ofSystem),
    some: async (handles) => (await rows.where('handle', 'in', handles).execute()).map(ofSystem),
  };
}

/** The ledger in this database. Everything that writes throws MusterError once the lease is lost. */
export function storedLedger(connection: Connection, lease: StoredLease, ledger: LedgerRows): Ledger {
  const { db } = connection;
  return {
    all: (system) => ledger.all(system),
    put: async (rows) => {
      if (rows.length === 0) return;
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await ledger.write(transaction, rows);
      });
    },
    remove: async (system, handles) => {
      if (handles.length === 0) return;
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await ledger.forget(transaction, system, handles);
      });
    },
    establishedAt: async () => {
      const value = await readFact(db, ESTABLISHED);
      return value === null ? null : Number(value);
    },
    establish: async (at) => {
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        // The first time counts: the question is since when this memory has been whole.
        await transaction
          .insertInto('facts')
          .values({ name: ESTABLISHED, value: String(at) })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
      });
    },
  };
}

async function putRows(transaction: Transaction<Schema>, rows: readonly LedgerRow[]): Promise<void> {
  await transaction
    .insertInto('ledger')
    .values(rows.map(columnsOf))
    .onConflict((conflict) =>
      conflict.columns(['system', 'handle']).doUpdateSet((row) => ({
        key: row.ref('excluded.key'),
        stateJson: row.ref('excluded.stateJson'),
        disabledForJson: row.ref('excluded.disabledForJson'),
        goneAt: row.ref('excluded.goneAt'),
        awayJson: row.ref('excluded.awayJson'),
      })),
    )
    .execute();
}

export function rowOf(row: Selectable<LedgerTable>): LedgerRow {
  return {
    system: row.system,
    key: row.key,
    handle: row.handle,
    state: readJson(row.stateJson),
    disabledFor: row.disabledForJson === null ? null : readJson(row.disabledForJson),
    goneAt: row.goneAt,
    ...(row.awayJson === null ? {} : { away: readJson<Away>(row.awayJson) }),
  };
}

function columnsOf(row: LedgerRow): Insertable<LedgerTable> {
  return {
    system: row.system,
    handle: row.handle,
    key: row.key,
    stateJson: JSON.stringify(plainState(row.state)),
    disabledForJson: row.disabledFor === null ? null : JSON.stringify(plainCause(row.disabledFor)),
    goneAt: row.goneAt,
    awayJson: row.away === undefined ? null : JSON.stringify(plainAway(row.away)),
  };
}
