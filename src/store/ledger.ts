/** The ledger: per thing in a system, what Muster last wrote or accepted, and why it disabled it. */
import type { Insertable, Transaction } from 'kysely';
import type { Ledger, LedgerRow } from '../core/ports.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { readFact } from './facts.ts';
import type { StoredLease } from './lease.ts';
import { plainCause, plainState } from './plain-records.ts';
import type { LedgerTable, Schema } from './schema.ts';

const ESTABLISHED = 'establishedAt';

/** The ledger in this database. Everything that writes throws MusterError once the lease is lost. */
export function storedLedger(connection: Connection, lease: StoredLease): Ledger {
  const { db } = connection;
  return {
    all: async (system) => {
      const rows = await db.selectFrom('ledger').selectAll().where('system', '=', system).orderBy('handle').execute();
      return rows.map(
        (row): LedgerRow => ({
          system: row.system,
          key: row.key,
          handle: row.handle,
          state: readJson(row.stateJson),
          disabledFor: row.disabledForJson === null ? null : readJson(row.disabledForJson),
          goneAt: row.goneAt,
        }),
      );
    },
    put: async (rows) => {
      if (rows.length === 0) return;
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await putLedgerRows(transaction, rows);
      });
    },
    remove: async (system, handles) => {
      if (handles.length === 0) return;
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        for (const portion of portions(handles)) {
          await transaction.deleteFrom('ledger').where('system', '=', system).where('handle', 'in', portion).execute();
        }
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

/** Adds or replaces rows, by system and handle, inside somebody's transaction. */
export async function putLedgerRows(transaction: Transaction<Schema>, rows: readonly LedgerRow[]): Promise<void> {
  for (const portion of portions(rows)) {
    await transaction
      .insertInto('ledger')
      .values(portion.map(columnsOf))
      .onConflict((conflict) =>
        conflict.columns(['system', 'handle']).doUpdateSet((row) => ({
          key: row.ref('excluded.key'),
          stateJson: row.ref('excluded.stateJson'),
          disabledForJson: row.ref('excluded.disabledForJson'),
          goneAt: row.ref('excluded.goneAt'),
        })),
      )
      .execute();
  }
}

function columnsOf(row: LedgerRow): Insertable<LedgerTable> {
  return {
    system: row.system,
    handle: row.handle,
    key: row.key,
    stateJson: JSON.stringify(plainState(row.state)),
    disabledForJson: row.disabledFor === null ? null : JSON.stringify(plainCause(row.disabledFor)),
    goneAt: row.goneAt,
  };
}
