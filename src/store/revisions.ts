/** RevisionMemory: which steps between them operators let through, and who answered for the commits that came in. */
import type { Transaction } from 'kysely';
import { type Answerable, type CommitAnswer, type RevisionMemory, together } from '../core/approval/answers.ts';
import type { Instant } from '../model/document.ts';
import { NOTHING_MORE } from './approvals.ts';
import type { AuditEnd } from './audit.ts';
import { type Connection, portions, readJson } from './connection.ts';
import type { Schema } from './schema.ts';

/** What is known of the revisions in this database. */
export function storedRevisions(connection: Connection, end: AuditEnd): RevisionMemory {
  const { db } = connection;
  return {
    stepWord: async (from, to) => {
      const step = await db
        .selectFrom('steps')
        .select(['allowedBy', 'reason'])
        .where('fromRevision', '=', from)
        .where('toRevision', '=', to)
        .orderBy('seq', 'desc')
        .executeTakeFirst();
      return step === undefined ? null : { by: step.allowedBy, reason: step.reason };
    },
    allowStep: async (from, to, by, reason, at) => {
      await connection.durable(async (transaction) => {
        await transaction
          .insertInto('steps')
          .values({ fromRevision: from, toRevision: to, allowedBy: by, reason, at })
          .execute();
        const subject = `${from}..${to}`;
        await end.append(transaction, { ...NOTHING_MORE, verdict: 'step-allowed', subject, by, reason }, at);
      });
    },
    answersFor: async (revision) => {
      const rows = await db.selectFrom('answers').selectAll().where('revision', '=', revision).execute();
      return rows.length === 0 ? null : together(rows.map(answerIn));
    },
    answerFor: async (commit) => {
      const row = await db.selectFrom('answers').selectAll().where('commit', '=', commit).executeTakeFirst();
      return row === undefined ? null : answerIn(row);
    },
  };
}

/** Writes who answered for the commits that came in with a revision; one that came in before keeps its answer. */
export async function putAnswers(
  transaction: Transaction<Schema>,
  revision: string,
  answers: readonly CommitAnswer[],
  at: Instant,
): Promise<void> {
  const rows = answers.map(({ commit, signedBy, approvedBy }) => ({
    commit,
    revision,
    signedByJson: JSON.stringify(signedBy),
    approvedByJson: JSON.stringify(approvedBy),
    at,
  }));
  for (const portion of portions(rows)) {
    await transaction
      .insertInto('answers')
      .values(portion)
      .onConflict((conflict) => conflict.column('commit').doNothing())
      .execute();
  }
}

function answerIn(row: { readonly signedByJson: string; readonly approvedByJson: string }): Answerable {
  return { signedBy: readJson<string[]>(row.signedByJson), approvedBy: readJson<string[]>(row.approvedByJson) };
}
