/** The journal: every change before it is tried, and what came of it; what a crash leaves behind is read from here. */
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { CHANGE_CLASSES, type ChangeClass, effortOf, isAgain } from '../core/change.ts';
import { NO_MANDATE } from '../core/mandate.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Intent, Journal, LedgerRow, Spent, Track } from '../core/ports.ts';
import { compareText } from '../diagnostic.ts';
import { MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { AuditEnd } from './audit.ts';
import { type Connection, portions, readJson } from './connection.ts';
import type { StoredLease } from './lease.ts';
import type { LedgerRows } from './ledger.ts';
import { plainChange, plainMandate, plainOutcome, plainSettled } from './plain-records.ts';
import type { JournalTable, Schema } from './schema.ts';

/**
 * Written into the text of the question instead of being bound to it: only so can the database see that an index
 * which holds nothing but applied changes answers it.
 */
const APPLIED = sql.lit('applied');
const UNAPPROVED = sql.lit(0);

/** The journal in this database; `intend` throws MusterError once the lease is lost. */
export function storedJournal(connection: Connection, lease: StoredLease, rows: LedgerRows, end: AuditEnd): Journal {
  return {
    intend: async (intents) => {
      if (intents.length === 0) return;
      await connection.durable(async (transaction) => {
        await lease.confirm(transaction);
        for (const portion of portions(intents)) {
          await transaction.insertInto('journal').values(portion.map(columnsOf)).execute();
        }
      });
    },
    // Not durable on purpose. The change stands in the directory by now, and an intent without outcome makes the next
    // pass look there: what a loss of power takes is learned again, while waiting for the disk would double
    // the time of every write. The lease is not asked for either: what happened is recorded whoever leads by now.
    settle: async (intent, outcome, ledger, at) => {
      await connection.relaxed((transaction) => settle(transaction, rows, end, intent, outcome, ledger, at));
    },
    open: async () => {
      const { db } = connection;
      const rows = await db.selectFrom('journal').selectAll().where('status', 'is', null).orderBy('seq').execute();
      return rows.map(intentOf);
    },
    usedSince: (at) => usedSince(connection, at),
    tracks: (since) => tracks(connection, since),
    approvedSince: (at) => approvedSince(connection, at),
    of: (person, limit) => journalOf(connection.db, person, limit),
  };
}

/** Latest changes of one person, newest first. */
export async function journalOf(db: Kysely<Schema>, person: string, limit: number): ReturnType<Journal['of']> {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('person', '=', person)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    intent: intentOf(row),
    outcome: row.outcomeJson === null ? null : readJson<Outcome>(row.outcomeJson),
    at: row.settledAt,
  }));
}

async function settle(
  transaction: Transaction<Schema>,
  rows: LedgerRows,
  end: AuditEnd,
  intent: Intent,
  outcome: Outcome,
  ledger: LedgerRow | null,
  at: Instant,
): Promise<void> {
  const settled = await transaction
    .updateTable('journal')
    .set({ status: outcome.status, outcomeJson: JSON.stringify(plainOutcome(outcome)), settledAt: at })
    .where('id', '=', intent.id)
    .where('status', 'is', null)
    .returning('fingerprint')
    .executeTakeFirst();
  if (settled === undefined) {
    throw new MusterError({
      remedy: 'retry',
      where: `journal, intent ${intent.id}`,
      what: 'Its outcome is recorded already, or it was never intended.',
      next: 'If another process took over meanwhile, its record stands. The next pass reads afresh.',
    });
  }
  if (outcome.status === 'applied') {
    await transaction.deleteFrom('failures').where('fingerprint', '=', settled.fingerprint).execute();
  } else if (outcome.status === 'failed') {
    await countFailure(transaction, settled.fingerprint, at);
  }
  if (ledger !== null) await rows.write(transaction, [ledger]);
  await end.append(transaction, plainSettled(intent, outcome), at);
}

async function countFailure(transaction: Transaction<Schema>, failed: string, at: Instant): Promise<void> {
  await transaction
    .insertInto('failures')
    .values({ fingerprint: failed, failures: 1, lastFailedAt: at })
    .onConflict((conflict) =>
      conflict
        .column('fingerprint')
        .doUpdateSet((row) => ({ failures: row('failures.failures', '+', 1), lastFailedAt: at })),
    )
    .execute();
}

async function usedSince(
  connection: Connection,
  at: Instant,
): Promise<readonly { class: ChangeClass; person: string; institutions: readonly string[] }[]> {
  const rows = await connection.db
    .selectFrom('journal')
    .select(['person', 'classesJson', 'institutionsJson'])
    .where('status', '=', APPLIED)
    .where('approved', '=', UNAPPROVED)
    .where('settledAt', '>=', at)
    .execute();
  const used = new Map<string, { class: ChangeClass; person: string; institutions: Set<string> }>();
  for (const row of rows) {
    for (const name of readJson<readonly ChangeClass[]>(row.classesJson)) {
      const id = JSON.stringify([name, row.person]);
      const entry = used.get(id) ?? { class: name, person: row.person, institutions: new Set() };
      if (name === 'block' || name === 'lift') {
        for (const institution of readJson<readonly string[]>(row.institutionsJson))
          entry.institutions.add(institution);
      }
      used.set(id, entry);
    }
  }
  return [...used.values()]
    .map((entry) => ({ ...entry, institutions: [...entry.institutions].sort(compareText) }))
    .sort(
      (a, b) => CHANGE_CLASSES.indexOf(a.class) - CHANGE_CLASSES.indexOf(b.class) || compareText(a.person, b.person),
    );
}

async function tracks(connection: Connection, since: Instant): Promise<ReadonlyMap<string, Track>> {
  const applied = await connection.db
    .selectFrom('journal')
    .select((row) => ['fingerprint', row.fn.countAll<number>().as('times')])
    .where('status', '=', APPLIED)
    .where('settledAt', '>=', since)
    .groupBy('fingerprint')
    .execute();
  const failed = await connection.db.selectFrom('failures').selectAll().execute();
  const found = new Map<string, Track>();
  for (const { fingerprint: id, times } of applied) {
    found.set(id, { fingerprint: id, applied: times, failures: 0, lastFailedAt: null });
  }
  for (const { fingerprint: id, failures, lastFailedAt } of failed) {
    found.set(id, { fingerprint: id, applied: found.get(id)?.applied ?? 0, failures, lastFailedAt });
  }
  return found;
}

async function approvedSince(connection: Connection, at: Instant): Promise<readonly Spent[]> {
  const rows = await connection.db
    .selectFrom('journal')
    .select((row) => ['fingerprint', 'person', row.fn.max<number>('settledAt').as('last')])
    .where('status', '=', APPLIED)
    .where('approved', '=', 1)
    .where('settledAt', '>=', at)
    .groupBy(['fingerprint', 'person'])
    .execute();
  return rows.map(({ fingerprint, person, last }) => ({ effort: fingerprint, person, at: last }));
}

function columnsOf(intent: Intent): Insertable<JournalTable> {
  const change = plainChange(intent.change);
  return {
    id: intent.id,
    runId: intent.runId,
    attempt: intent.attempt,
    server: intent.server,
    at: intent.at,
    approved: intent.approved ? 1 : 0,
    person: change.person.key,
    fingerprint: effortOf(change),
    // What only puts back is counted where it was let through.
    classesJson: JSON.stringify(isAgain(change) ? [] : change.classes),
    institutionsJson: JSON.stringify(change.cause.institutions),
    changeJson: JSON.stringify(change),
    mandateJson: JSON.stringify(plainMandate(intent.mandate)),
  };
}

function intentOf(row: Selectable<JournalTable>): Intent {
  return {
    id: row.id,
    runId: row.runId,
    attempt: row.attempt,
    server: row.server,
    change: readJson(row.changeJson),
    at: row.at,
    approved: row.approved === 1,
    mandate: row.mandateJson === null ? NO_MANDATE : readJson(row.mandateJson),
  };
}
