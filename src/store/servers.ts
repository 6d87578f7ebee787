/** How far the servers of each system had come when they were last worked with. */
import type { Insertable, Kysely, Selectable } from 'kysely';
import type { SeenServer, ServerMemory } from '../core/server-memory.ts';
import type { Connection } from './connection.ts';
import type { StoredLease } from './lease.ts';
import type { Schema, ServersTable } from './schema.ts';

/** The memory of servers in this database. What writes throws MusterError once the lease is lost. */
export function storedServers(connection: Connection, lease: StoredLease): ServerMemory {
  return {
    all: async (system) => {
      const rows = await connection.db
        .selectFrom('servers')
        .selectAll()
        .where('system', '=', system)
        .orderBy('address')
        .orderBy('epoch')
        .execute();
      return rows.map(seenFrom);
    },
    // Durable: what was written before it is, and a memory that forgot how far the server had come would not notice a loss.
    put: (seen) =>
      connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await put(transaction, seen);
      }),
    accept: (seen) =>
      connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        await transaction
          .deleteFrom('servers')
          .where('system', '=', seen.system)
          .where((where) => where.or([where('epoch', '=', seen.epoch), where('server', '=', seen.server)]))
          .execute();
        await put(transaction, seen);
      }),
  };
}

async function put(db: Kysely<Schema>, seen: SeenServer): Promise<void> {
  const row = columnsOf(seen);
  const { server, sequence, at, backAt } = row;
  await db
    .insertInto('servers')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['system', 'address', 'epoch']).doUpdateSet({ server, sequence, at, backAt }),
    )
    .execute();
}

function columnsOf(seen: SeenServer): Insertable<ServersTable> {
  const { system, address, epoch, server, sequence, at, backAt } = seen;
  return { system, address, epoch, server, sequence: sequence.toString(), at, backAt };
}

function seenFrom({ sequence, ...row }: Selectable<ServersTable>): SeenServer {
  return { ...row, sequence: BigInt(sequence) };
}
