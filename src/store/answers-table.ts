/** The table of who answered for the commits that came in, as a step of the schema. */
import type { Kysely } from 'kysely';
import { primary, required } from './columns.ts';

/** Who answered for a commit that came in. */
export interface AnswersTable {
  commit: string;
  /** The one that it came in with. */
  revision: string;
  signedByJson: string;
  approvedByJson: string;
  at: number;
}

export async function createAnswers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('answers')
    .addColumn('commit', 'text', primary)
    .addColumn('revision', 'text', required)
    .addColumn('signedByJson', 'text', required)
    .addColumn('approvedByJson', 'text', required)
    .addColumn('at', 'bigint', required)
    .execute();
  await db.schema.createIndex('answersByRevision').on('answers').column('revision').execute();
}
