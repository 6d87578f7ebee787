/** The table of what reviews showed, and of what came of it, as a step of the schema. */
import type { ColumnDefinitionBuilder, Generated, Kysely } from 'kysely';
import { required } from './columns.ts';

/** One row for each review that counts, or counted when it was merged. */
export interface SealsTable {
  seq: Generated<number>;
  name: string;
  at: number;
  sealJson: string;
  /** Null: not merged. */
  mergedJson: string | null;
  /** Null: no whole pass has gone over the merge. */
  outcomeJson: string | null;
  outcomeAt: number | null;
  /** How much is held of it; null: not known yet. */
  held: number | null;
  /** The `outcomeAt` that somebody was told of; null: what came of it is not told. */
  toldAt: number | null;
}

export async function createSeals(
  db: Kysely<unknown>,
  numbered: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder,
): Promise<void> {
  await db.schema
    .createTable('seals')
    .addColumn('seq', 'integer', numbered)
    .addColumn('name', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('sealJson', 'text', required)
    .addColumn('mergedJson', 'text')
    .addColumn('outcomeJson', 'text')
    .addColumn('outcomeAt', 'bigint')
    .addColumn('held', 'integer')
    .addColumn('toldAt', 'bigint')
    .execute();
}
