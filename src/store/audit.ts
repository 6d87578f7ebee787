/** The audit chain in this database: rows come in at its end, in the transaction of what they record, and nothing else ever happens to them. */
import { CompiledQuery, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import {
  type Audit,
  type AuditEvent,
  type AuditHead,
  type AuditKind,
  type AuditQuery,
  type AuditRow,
  EMPTY_CHAIN,
  nextRow,
  type StoredRow,
} from '../core/audit.ts';
import type { Instant } from '../model/document.ts';
import { type Connection, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import type { AuditTable, Schema } from './schema.ts';

const HEAD_KEPT_AT = 'auditHeadKeptAt';

/** Written out: each change waits for this statement, and having it put together costs as much as running it. */
const INSERT = 'insert into audit (seq, at, kind, "runId", person, "eventJson", hash) values (?, ?, ?, ?, ?, ?, ?)';

/** The end of the chain as one connection knows it: whatever is recorded puts its row here, inside its own transaction. */
export class AuditEnd {
  readonly #connection: Connection;
  #known: { readonly head: AuditHead; readonly writesOfOthers: number } | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The transaction holds the write lock from its beginning, so the head that is read is the one that is followed. One that is kept
   * is right unless another connection wrote since, which shows, or the transaction of the latest row was rolled back: then the
   * table refuses the gap.
   */
  async append(transaction: Transaction<Schema>, event: AuditEvent, at: Instant): Promise<void> {
    const writesOfOthers = this.#connection.writesOfOthers();
    const known = this.#known?.writesOfOthers === writesOfOthers ? this.#known.head : null;
    this.#known = null;
    let head = known ?? (await headOf(transaction));
    let row = nextRow(head, event, at);
    try {
      await insert(transaction, row);
    } catch (error) {
      head = await headOf(transaction);
      if (known === null || head.hash === known.hash) throw error;
      row = nextRow(head, event, at);
      await insert(transaction, row);
    }
    this.#known = { head: { seq: row.seq, hash: row.hash }, writesOfOthers };
  }
}

async function insert(transaction: Transaction<Schema>, row: StoredRow): Promise<void> {
  const { seq, at, kind, runId, person, eventJson, hash } = row;
  await transaction.executeQuery(CompiledQuery.raw(INSERT, [seq, at, kind, runId, person, eventJson, hash]));
}

/** The audit chain in this database. */
export function storedAudit(connection: Connection, end: AuditEnd): Audit {
  const { db } = connection;
  return {
    append: async (event, at) => {
      await connection.durable((transaction) => end.append(transaction, event, at));
    },
    rows: (query) => auditRows(db, query),
    unreadable: async (query) => {
      const { limit, newest } = query;
      const found = await asked(db, query)
        .where(readable, '=', 0)
        .orderBy('seq', newest === true ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return found.map(({ seq }) => seq).sort((a, b) => a - b);
    },
    head: () => headOf(db),
    sealAt: async (seq) => {
      const row = await db.selectFrom('audit').select('hash').where('seq', '=', seq).executeTakeFirst();
      return row?.hash ?? null;
    },
    keptAt: () => readFact(db, HEAD_KEPT_AT),
    keepAt: async (place) => {
      if ((await readFact(db, HEAD_KEPT_AT)) === place) return;
      await connection.durable((transaction) => writeFact(transaction, HEAD_KEPT_AT, place));
    },
    stored: async (after, limit) => {
      const found = await db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return found.map(storedRow);
    },
  };
}

async function headOf(db: Kysely<Schema>): Promise<AuditHead> {
  const row = await db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row ?? EMPTY_CHAIN;
}

/** 1 where an event of the row's kind can be read; asked of the database, so that a row changed by hand takes no place under a limit. */
const readable = sql<number>`case when json_valid(${sql.ref('eventJson')}) then coalesce(json_extract(${sql.ref('eventJson')}, '$.kind') = ${sql.ref('kind')}, 0) else 0 end`;

/** Oldest first. */
export async function auditRows(db: Kysely<Schema>, query: AuditQuery): Promise<readonly AuditRow[]> {
  const { newest = false, limit } = query;
  const found = await asked(db, query)
    .where(readable, '=', 1)
    .orderBy('seq', newest ? 'desc' : 'asc')
    .limit(limit)
    .execute();
  if (newest) found.reverse();
  return found.map(rowOf);
}

function asked(db: Kysely<Schema>, { after = 0, kinds, person, since }: AuditQuery) {
  let question = db.selectFrom('audit').selectAll().where('seq', '>', after);
  if (kinds !== undefined) question = question.where('kind', 'in', kinds);
  if (since !== undefined) question = question.where('at', '>=', since);
  if (person !== undefined) {
    question = question.where((row) =>
      row.or([
        row('person', '=', person),
        row.and([
          row('person', 'is', null),
          row(row.fn<number>('instr', ['eventJson', row.val(JSON.stringify(person))]), '>', 0),
        ]),
      ]),
    );
  }
  return question;
}

function storedRow({ seq, at, kind, runId, person, eventJson, hash }: Selectable<AuditTable>): StoredRow {
  return { seq, at, kind, runId, person, eventJson, hash };
}

function rowOf({ seq, at, kind, runId, person, eventJson, hash }: Selectable<AuditTable>): AuditRow {
  // Only `appendAudit` writes here, and it writes the kind of the event.
  return { seq, at, kind: kind as AuditKind, runId, person, event: readJson<AuditEvent>(eventJson), hash };
}
