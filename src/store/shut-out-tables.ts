/** The table of what servers were last read to hold for people who are or should be shut out, as a step of the schema. */
import type { Kysely } from 'kysely';
import type { Found } from '../core/shut-out.ts';
import { required } from './columns.ts';

/** One row for each listed server of a system. */
export interface ShutOutsTable {
  system: string;
  person: string;
  server: string;
  found: Found;
  what: string;
  at: number;
  /** When it was first read as shut, without having been read as open since. */
  shutSince: number | null;
}

export async function createShutOuts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shutOuts')
    .addColumn('person', 'text', required)
    .addColumn('system', 'text', required)
    .addColumn('server', 'text', required)
    .addColumn('found', 'text', required)
    .addColumn('what', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('shutSince', 'bigint')
    .addPrimaryKeyConstraint('shutOutsPrimary', ['person', 'system', 'server'])
    .execute();
}
