/** What servers were last read to hold for people who are or should be shut out. */
import type { Kysely, Selectable } from 'kysely';
import type { ReadShutOut, ShutOutMemory } from '../core/shut-out-memory.ts';
import { type Connection, portions } from './connection.ts';
import type { Schema } from './schema.ts';
import type { ShutOutsTable } from './shut-out-tables.ts';

/** Readings, which the next ones replace: who read last is right, whoever holds the lease. */
export function storedShutOuts(connection: Connection): ShutOutMemory {
  const { db } = connection;
  return {
    of: (person) => readShutOuts(db, person),
    unsettled: async () => {
      const rows = await db.selectFrom('shutOuts').select('person').distinct().where('found', '<>', 'shut').execute();
      return rows.map(({ person }) => person);
    },
    replace: (people, rows) =>
      connection.relaxed(async (transaction) => {
        for (const portion of portions(people))
          await transaction.deleteFrom('shutOuts').where('person', 'in', portion).execute();
        for (const portion of portions(rows)) await transaction.insertInto('shutOuts').values(portion).execute();
      }),
  };
}

export async function readShutOuts(db: Kysely<Schema>, person: string): Promise<readonly ReadShutOut[]> {
  const rows = db.selectFrom('shutOuts').selectAll().where('person', '=', person);
  return (await rows.orderBy('system').orderBy('server').execute()).map(rowOf);
}

function rowOf({ person, system, server, found, what, at, shutSince }: Selectable<ShutOutsTable>): ReadShutOut {
  return { person, system, server, found, what, at, shutSince };
}
