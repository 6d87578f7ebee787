/** Approvals and rejections of held changes, and of steps between revisions: who, when, why; nothing is ever taken out. */
import type { Approval, Approvals } from '../core/ports.ts';
import { type Connection, readJson } from './connection.ts';

/** The approvals in this database. */
export function storedApprovals(connection: Connection): Approvals {
  const { db } = connection;
  return {
    valid: async (at) => {
      const rows = await db
        .selectFrom('decisions as approved')
        .selectAll()
        .where('verdict', '=', 'approved')
        .where('expires', '>', at)
        .$narrowType<{ expires: number }>()
        // A later word on the same digest replaces this one, whichever way it went.
        .where((row) =>
          row.not(
            row.exists(
              row
                .selectFrom('decisions as later')
                .select('later.seq')
                .whereRef('later.digest', '=', 'approved.digest')
                .whereRef('later.seq', '>', 'approved.seq'),
            ),
          ),
        )
        .orderBy('seq')
        .execute();
      return rows.map(
        (row): Approval => ({
          digest: row.digest,
          fingerprints: readJson(row.fingerprintsJson),
          by: row.decidedBy,
          reason: row.reason,
          at: row.at,
          expires: row.expires,
        }),
      );
    },
    approve: async ({ digest, fingerprints, by, reason, at, expires }) => {
      await connection.durable((transaction) =>
        transaction
          .insertInto('decisions')
          .values({
            verdict: 'approved',
            digest,
            fingerprintsJson: JSON.stringify(fingerprints),
            decidedBy: by,
            reason,
            at,
            expires,
          })
          .execute(),
      );
    },
    reject: async (digest, by, reason, at) => {
      await connection.durable((transaction) =>
        transaction
          .insertInto('decisions')
          .values({ verdict: 'rejected', digest, fingerprintsJson: '[]', decidedBy: by, reason, at, expires: null })
          .execute(),
      );
    },
    allowsStep: async (from, to) => {
      const step = await db
        .selectFrom('steps')
        .select('seq')
        .where('fromRevision', '=', from)
        .where('toRevision', '=', to)
        .executeTakeFirst();
      return step !== undefined;
    },
    allowStep: async (from, to, by, reason, at) => {
      await connection.durable((transaction) =>
        transaction
          .insertInto('steps')
          .values({ fromRevision: from, toRevision: to, allowedBy: by, reason, at })
          .execute(),
      );
    },
  };
}
