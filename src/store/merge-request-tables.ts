/** The table of open merge requests and what was last said of each, as a step of the schema. */
import type { Kysely } from 'kysely';
import { primary, required } from './columns.ts';

/** One row for each that is open. */
export interface MergeRequestsTable {
  number: number;
  standingJson: string;
  /** The whole of its review; null: there is none yet. */
  pageJson: string | null;
}

export async function createMergeRequests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mergeRequests')
    .addColumn('number', 'integer', primary)
    .addColumn('standingJson', 'text', required)
    .addColumn('pageJson', 'text')
    .execute();
}
