/** How far systems were as the repository says, by day and institution. */
import type { Kysely, Selectable } from 'kysely';
import type { Agreement, AgreementMemory } from '../core/agreement.ts';
import type { Day } from '../model/document.ts';
import type { AgreementTable } from './agreement-tables.ts';
import { type Connection, portions, readJson } from './connection.ts';
import type { Schema } from './schema.ts';

export function storedAgreement(connection: Connection): AgreementMemory {
  const { db } = connection;
  return {
    recorded: async (day) => {
      const rows = await db.selectFrom('agreement').select('system').distinct().where('day', '=', day).execute();
      return new Set(rows.map(({ system }) => system));
    },
    put: (rows, forgetBefore) =>
      connection.relaxed(async (transaction) => {
        await transaction.deleteFrom('agreement').where('day', '<', forgetBefore).execute();
        for (const { day, system } of daysIn(rows)) {
          await transaction.deleteFrom('agreement').where('day', '=', day).where('system', '=', system).execute();
        }
        for (const portion of portions(rows)) {
          const values = portion.map(({ gaps, ...plain }) => ({ ...plain, gapsJson: JSON.stringify(gaps) }));
          await transaction.insertInto('agreement').values(values).execute();
        }
      }),
    since: (day) => readAgreement(db, day),
  };
}

/** Each day and system once. */
function daysIn(rows: readonly Agreement[]): Iterable<Pick<Agreement, 'day' | 'system'>> {
  return new Map(rows.map(({ day, system }) => [`${day} ${system}`, { day, system }])).values();
}

export async function readAgreement(db: Kysely<Schema>, since: Day): Promise<readonly Agreement[]> {
  const rows = db.selectFrom('agreement').selectAll().where('day', '>=', since);
  return (await rows.orderBy('day').orderBy('institution').orderBy('system').execute()).map(rowFrom);
}

function rowFrom({ gapsJson, day, ...plain }: Selectable<AgreementTable>): Agreement {
  // A day was one when it was written here.
  return { ...plain, day: day as Day, gaps: readJson(gapsJson) };
}
