/** Approvals and rejections of held changes: who, when, why; nothing is ever taken out. */
import type { Insertable, Kysely } from 'kysely';
import type { DecisionEvent } from '../core/audit.ts';
import type { Approval, Approvals } from '../core/ports.ts';
import type { Instant } from '../model/document.ts';
import type { AuditEnd } from './audit.ts';
import { type Connection, readJson } from './connection.ts';
import type { DecisionsTable, Schema } from './schema.ts';

/** The approvals in this database. */
export function storedApprovals(connection: Connection, end: AuditEnd): Approvals {
  return {
    valid: (at) => readValid(connection.db, at),
    approve: ({ digest, fingerprints, people, by, reason, at, from, expires }) => {
      const fingerprintsJson = JSON.stringify(fingerprints);
      const decision = {
        verdict: 'approved' as const,
        digest,
        fingerprintsJson,
        peopleJson: JSON.stringify(people),
        decidedBy: by,
        reason,
        at,
        ...(from === undefined ? {} : { countsFrom: from }),
        expires,
      };
      const event = { subject: digest, changes: fingerprints.length, people, by, reason, from: from ?? null, expires };
      return decide(connection, end, decision, { kind: 'decision', verdict: 'approved', ...event });
    },
    reject: (digest, by, reason, at) => {
      const nobody = { fingerprintsJson: '[]', peopleJson: '[]' };
      const decision = { verdict: 'rejected' as const, digest, ...nobody, decidedBy: by, reason, at };
      return decide(connection, end, decision, { ...NOTHING_MORE, verdict: 'rejected', subject: digest, by, reason });
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

export const NOTHING_MORE = { kind: 'decision', changes: 0, people: [], from: null, expires: null } as const;

async function decide(
  connection: Connection,
  end: AuditEnd,
  decision: Insertable<DecisionsTable>,
  event: DecisionEvent,
): Promise<void> {
  await connection.durable(async (transaction) => {
    await transaction.insertInto('decisions').values(decision).execute();
    await end.append(transaction, event, decision.at);
  });
}
