/** What happened, read out of the audit chain for a page: the latest acts, and how much there was of what. */
import { type Kysely, sql } from 'kysely';
import type { RunResult } from '../core/activity.ts';
import type { Effect } from '../core/change.ts';
import { happeningOf, unreadHappening } from '../core/happening.ts';
import type { PastMemory } from '../core/status.ts';
import { readAudit } from './audit.ts';
import type { Schema } from './schema.ts';

/** The finest in which days begin: some zones are three quarters of an hour off. */
const QUARTER_MS = 15 * 60_000;

export function readPast(db: Kysely<Schema>): PastMemory {
  return {
    happenings: async (most) => {
      const kinds = ['change', 'decision', 'order', 'act'] as const;
      const { rows, unreadable } = await readAudit(db, { kinds, newest: true, limit: most });
      return [...rows.map(happeningOf), ...unreadable.map(unreadHappening)].sort((a, b) => b.seq - a.seq);
    },
    counts: async (since) => {
      const [runs, changes] = await Promise.all([runsSince(db, since), changesSince(db, since)]);
      return { runs, changes };
    },
  };
}

const quarter = sql<number>`${sql.ref('at')} / ${sql.lit(QUARTER_MS)} * ${sql.lit(QUARTER_MS)}`;

/** Null where a row was changed by hand so that nothing can be read in it: one such row must not take the page away. */
function field<T extends string = string>(path: string) {
  return sql<T>`case when json_valid(${sql.ref('eventJson')}) then json_extract(${sql.ref('eventJson')}, ${sql.lit(`$.${path}`)}) end`;
}

const RESULTS: Readonly<Record<string, RunResult>> = { done: 'done', waiting: 'waiting' };

async function runsSince(db: Kysely<Schema>, since: number) {
  const result = field('result');
  const rows = await db
    .selectFrom('audit')
    .select(['at', result.as('result')])
    .where('kind', '=', 'run')
    .where('seq', '>=', await firstSince(db, since))
    .execute();
  return rows.map((row) => ({ at: row.at, kind: RESULTS[row.result] ?? 'failed', n: 1 }));
}

async function changesSince(db: Kysely<Schema>, since: number) {
  const effect = field<Effect>('effect');
  const rows = await db
    .selectFrom('audit')
    .select([quarter.as('quarter'), effect.as('effect'), sql<number>`count(*)`.as('n')])
    .where('kind', '=', 'change')
    .where('seq', '>=', await firstSince(db, since))
    .where(field('outcome.status'), '=', 'applied')
    .groupBy(['quarter', 'effect'])
    .execute();
  return rows.map(({ quarter: at, effect: kind, n }) => ({ at, kind, n }));
}

/** The first row of that moment or later, found by halving: rows come in as time goes, and looking at all of them takes longer every year. */
async function firstSince(db: Kysely<Schema>, since: number): Promise<number> {
  const newest = await db.selectFrom('audit').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  let [low, high] = [1, (newest?.seq ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await db.selectFrom('audit').select('at').where('seq', '=', middle).executeTakeFirst();
    if (row === undefined || row.at >= since) high = middle;
    else low = middle + 1;
  }
  return low;
}
