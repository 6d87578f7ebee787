/** The reports of the latest passes, whole and at a glance. */
import type { Kysely, Transaction } from 'kysely';
import { type Glance, glanceOf } from '../core/glance.ts';
import type { Reports } from '../core/ports.ts';
import type { Report } from '../core/report.ts';
import type { Instant } from '../model/document.ts';
import { type Connection, readJson } from './connection.ts';
import { writeFact } from './facts.ts';
import type { Schema } from './schema.ts';

/** About a week of hourly passes: what `held` and the status page look back on; the journal keeps the changes themselves. */
export const REPORTS_KEPT = 200;

/** Reports of a first run over 100,000 people take 100 MB each; together they must not fill the disk. The latest always stays. */
export const REPORT_BYTES_KEPT = 512 * 1024 * 1024;

/** Before the name of a system, in the name of the fact that says when a reading of it was last proven. */
const PROVEN = 'provenRead ';

/** The reports in this database. */
export function storedReports(connection: Connection): Reports {
  return {
    save: async (report) => {
      const reportJson = JSON.stringify(report);
      const bytes = Buffer.byteLength(reportJson);
      const glanceJson = JSON.stringify(glanceOf(report));
      await connection.durable(async (transaction) => {
        await transaction.insertInto('reports').values({ runId: report.runId, bytes, reportJson }).execute();
        await transaction.insertInto('glances').values({ runId: report.runId, glanceJson }).execute();
        for (const { system } of report.plan.read) {
          await writeFact(transaction, PROVEN + system, String(report.finishedAt));
        }
        await prune(transaction);
      });
    },
    latest: async () => {
      const row = await connection.db
        .selectFrom('reports')
        .select('reportJson')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : readJson<Report>(row.reportJson);
    },
  };
}

/** A glance with its place among all that there ever were. */
export interface NumberedGlance {
  readonly seq: number;
  readonly glance: Glance;
}

/** The latest of them that come after this place, oldest first. */
export async function readGlances(db: Kysely<Schema>, after: number, most: number): Promise<readonly NumberedGlance[]> {
  const rows = await db
    .selectFrom('glances')
    .select(['seq', 'glanceJson'])
    .where('seq', '>', after)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ seq, glanceJson }) => ({ seq, glance: readJson<Glance>(glanceJson) })).reverse();
}

/** When a reading of each system was last proven. */
export async function readProvenReads(db: Kysely<Schema>): Promise<ReadonlyMap<string, Instant>> {
  const rows = await db.selectFrom('facts').selectAll().where('name', 'like', `${PROVEN}%`).execute();
  return new Map(rows.map(({ name, value }) => [name.slice(PROVEN.length), Number(value)]));
}

async function prune(transaction: Transaction<Schema>): Promise<void> {
  const sizes = await transaction.selectFrom('reports').select(['seq', 'bytes']).orderBy('seq', 'desc').execute();
  let kept = 0;
  const tooMuch = sizes.find(({ bytes }, place) => {
    kept += bytes;
    return place > 0 && (place >= REPORTS_KEPT || kept > REPORT_BYTES_KEPT);
  });
  if (tooMuch !== undefined) await transaction.deleteFrom('reports').where('seq', '<=', tooMuch.seq).execute();
  const newest = await transaction
    .selectFrom('glances')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await transaction
    .deleteFrom('glances')
    .where('seq', '<=', newest.seq - REPORTS_KEPT)
    .execute();
}
