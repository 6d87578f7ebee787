/** Approvals and rejections of held changes, and of steps between revisions: who, when, why; nothing is ever taken out. */
import type { Insertable, Kysely } from 'kysely';
import type { Approval, Approvals } from '../core/ports.ts';
import type { Instant } from '../model/document.ts';
import { type Connection, readJson } from './connection.ts';
import type { DecisionsTable, Schema } from './schema.ts';

/** The approvals in this database. */
export function storedApprovals(connection: Connection): Approvals {
  return {
    valid: (at) => readValid(connection.db, at),
    approve: ({ digest, fingerprints, people, by, reason, at, from, expires }) => {
      const fingerprintsJson = JSON.stringify(fingerprints);
      return decide(connection, {
        verdict: 'approved',
        digest,
        fingerprintsJson,
        peopleJson: JSON.stringify(people),
        decidedBy: by,
        reason,
        at,
        ...(from === undefined ? {} : { countsFrom: from }),
        expires,
      });
    },
    reject: (digest, by, reason, at) =>
      decide(connection, {
        verdict: 'rejected',
        digest,
        fingerprintsJson: '[]',
        peopleJson: '[]',
        decidedBy: by,
        reason,
        at,
      }),
    allowsStep: async (from, to) => {
      const step = await connection.db
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

/** Those that were neither replaced nor have expired. */
export async function readValid(db: Kysely<Schema>, at: Instant): Promise<readonly Approval[]> {
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
  return rows.map(({ digest, fingerprintsJson, peopleJson, decidedBy, reason, at, countsFrom, expires }) => {
    const fingerprints = readJson<string[]>(fingerprintsJson);
    const from = countsFrom === null ? {} : { from: countsFrom };
    return {
      digest,
      fingerprints,
      people: readJson<string[]>(peopleJson),
      by: decidedBy,
      reason,
      at,
      ...from,
      expires,
    };
  });
}

async function decide(connection: Connection, decision: Insertable<DecisionsTable>): Promise<void> {
  await connection.durable((transaction) => transaction.insertInto('decisions').values(decision).execute());
}
