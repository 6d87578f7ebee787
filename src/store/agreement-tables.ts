/** The table of how far systems were as the repository says, by day and institution, as a step of the schema. */
import type { Kysely } from 'kysely';
import type { Mode } from '../core/modes.ts';
import { required } from './columns.ts';

export interface AgreementTable {
  day: string;
  system: string;
  institution: string;
  at: number;
  revision: string;
  mode: Mode;
  people: number;
  agreeing: number;
  unexplained: number;
  gapsJson: string;
}

export async function createAgreement(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('agreement')
    .addColumn('day', 'text', required)
    .addColumn('system', 'text', required)
    .addColumn('institution', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('revision', 'text', required)
    .addColumn('mode', 'text', required)
    .addColumn('people', 'integer', required)
    .addColumn('agreeing', 'integer', required)
    .addColumn('unexplained', 'integer', required)
    .addColumn('gapsJson', 'text', required)
    .addPrimaryKeyConstraint('agreementPrimary', ['day', 'institution', 'system'])
    .execute();
}
