/** Open merge requests as the store remembers them: for the status page, which asks no forge. */
import type { Kysely } from 'kysely';
import type { MergeRequestMemory, MergeRequestStanding, MergeRequestStandings } from '../core/merge-requests.ts';
import { type Connection, portions } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import type { Schema } from './schema.ts';

/** When the forge was asked, and with what success. */
const FACT = 'mergeRequestsAsked';

type Asked = Omit<MergeRequestStandings, 'open'>;

const NEVER: Asked = { at: null, answeredAt: null, trouble: null };

export function storedMergeRequests(connection: Connection): MergeRequestMemory {
  return {
    keep: ({ open, ...asked }) =>
      connection.relaxed(async (transaction) => {
        const known = await transaction.selectFrom('mergeRequests').select('number').execute();
        const numbers = new Set(open.map(({ number }) => number));
        const gone = known.map(({ number }) => number).filter((number) => !numbers.has(number));
        for (const portion of portions(gone)) {
          await transaction.deleteFrom('mergeRequests').where('number', 'in', portion).execute();
        }
        for (const standing of open) {
          const standingJson = JSON.stringify(standing);
          await transaction
            .insertInto('mergeRequests')
            .values({ number: standing.number, standingJson, pageJson: null })
            .onConflict((conflict) => conflict.column('number').doUpdateSet({ standingJson }))
            .execute();
        }
        await writeFact(transaction, FACT, JSON.stringify(asked));
      }),
    keepPage: (number, page) =>
      connection.relaxed(async (transaction) => {
        await transaction.updateTable('mergeRequests').set({ pageJson: page }).where('number', '=', number).execute();
      }),
  };
}

export async function readMergeRequests(db: Kysely<Schema>): Promise<MergeRequestStandings> {
  const rows = await db.selectFrom('mergeRequests').select('standingJson').orderBy('number').execute();
  const asked = await readFact(db, FACT);
  // Both were written above, by this or an earlier version of the same lines.
  const open = rows.map(({ standingJson }) => JSON.parse(standingJson) as MergeRequestStanding);
  return { open, ...(asked === null ? NEVER : (JSON.parse(asked) as Asked)) };
}

/** Null: it is not open, or was not looked at yet. */
export async function readMergeRequestPage(db: Kysely<Schema>, number: number): Promise<string | null> {
  const row = await db.selectFrom('mergeRequests').select('pageJson').where('number', '=', number).executeTakeFirst();
  return row?.pageJson ?? null;
}
