/** Single values by name. */
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** The value of a fact; null: never written. A transaction will do for `db`. */
export async function readFact(db: Kysely<Schema>, name: string): Promise<string | null> {
  const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}

/** Writes or replaces a fact; one that holds this value already is left alone, so that a pass without news writes nothing. */
export async function writeFact(db: Kysely<Schema>, name: string, value: string): Promise<void> {
  await db
    .insertInto('facts')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }).where('facts.value', '<>', value))
    .execute();
}
