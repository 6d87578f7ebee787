/** The reports of the latest passes. */
import type { Transaction } from 'kysely';
import type { Reports } from '../core/ports.ts';
import type { Report } from '../core/report.ts';
import { type Connection, readJson } from './connection.ts';
import type { Schema } from './schema.ts';

/** About a week of hourly passes: what `held` and the status page look back on; the journal keeps the changes themselves. */
export const REPORTS_KEPT = 200;

/** Reports of a first run over 100,000 people take 100 MB each; together they must not fill the disk. The latest always stays. */
export const REPORT_BYTES_KEPT = 512 * 1024 * 1024;

/** The reports in this database. */
export function storedReports(connection: Connection): Reports {
  return {
    save: async (report) => {
      const reportJson = JSON.stringify(report);
      const bytes = Buffer.byteLength(reportJson);
      await connection.durable(async (transaction) => {
        await transaction.insertInto('reports').values({ runId: report.runId, bytes, reportJson }).execute();
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

async function prune(transaction: Transaction<Schema>): Promise<void> {
  const sizes = await transaction.selectFrom('reports').select(['seq', 'bytes']).orderBy('seq', 'desc').execute();
  let kept = 0;
  const tooMuch = sizes.find(({ bytes }, place) => {
    kept += bytes;
    return place > 0 && (place >= REPORTS_KEPT || kept > REPORT_BYTES_KEPT);
  });
  if (tooMuch !== undefined) await transaction.deleteFrom('reports').where('seq', '<=', tooMuch.seq).execute();
}
