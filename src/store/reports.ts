/** The reports of the latest passes, whole and at a glance. */
import type { Kysely, Transaction } from 'kysely';
import { type Glance, glanceOf } from '../core/glance.ts';
import type { Reports } from '../core/ports.ts';
import { exitCodeOf, type Report } from '../core/report.ts';
import type { Proven } from '../core/status.ts';
import type { Instant } from '../model/document.ts';
import { type Connection, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import type { Schema } from './schema.ts';

/** About a week of hourly passes: what `held` and the status page look back on; the journal keeps the changes themselves. */
export const REPORTS_KEPT = 200;

/** Reports of a first run over 100,000 people take 100 MB each; together they must not fill the disk. The latest always stays. */
export const REPORT_BYTES_KEPT = 512 * 1024 * 1024;

/** Before the name of a system, in the name of the fact that says when a reading of it was last proven. */
const PROVEN = 'provenRead ';

/** Facts: when the repository was last read, when its newest commit was made, when a pass last could read everything. */
const REPOSITORY_READ = 'repositoryRead';
const NEWEST_COMMIT = 'newestCommit';
const GOOD_PASS = 'goodPass';

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
        for (const [name, at] of provenBy(report)) await writeFact(transaction, name, String(at));
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

/** What a report proves, as facts with their moments. */
function provenBy(report: Report): readonly (readonly [name: string, at: Instant])[] {
  const { plan, repository, finishedAt } = report;
  return [
    ...plan.read.map(({ system }) => [PROVEN + system, finishedAt] as const),
    ...(repository === undefined ? [] : [[REPOSITORY_READ, repository.readAt] as const]),
    ...(repository?.committedAt == null ? [] : [[NEWEST_COMMIT, repository.committedAt] as const]),
    ...(exitCodeOf(report) === 1 ? [] : [[GOOD_PASS, finishedAt] as const]),
  ];
}

export async function readProven(db: Kysely<Schema>): Promise<Proven> {
  const rows = await db.selectFrom('facts').selectAll().where('name', 'like', `${PROVEN}%`).execute();
  const momentOf = async (name: string) => {
    const value = await readFact(db, name);
    return value === null ? null : Number(value);
  };
  return {
    systems: new Map(rows.map(({ name, value }) => [name.slice(PROVEN.length), Number(value)])),
    repositoryAt: await momentOf(REPOSITORY_READ),
    committedAt: await momentOf(NEWEST_COMMIT),
    passedAt: await momentOf(GOOD_PASS),
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
