/** The audit chain in this database: rows come in at its end, in the transaction of what they record, and nothing else ever happens to them. */
import { CompiledQuery, type Kysely, type Selectable, type Transaction } from 'kysely';
import {
  type Audit,
  type AuditEvent,
  type AuditHead,
  type AuditQuery,
  type AuditRow,
  EMPTY_CHAIN,
  nextRow,
  type StoredRow,
} from '../core/audit.ts';
import { readRow } from '../core/audit-reading.ts';
import type { Instant } from '../model/document.ts';
import type { Connection } from './connection.ts';
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
    rows: async (query) => (await readAudit(db, query)).rows,
    unreadable: async (query) => (await readAudit(db, query)).unreadable.map(({ seq }) => seq),
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

/** Rows asked for at once: enough that asking costs nothing beside reading them, few enough to be held. */
const ROWS_AT_ONCE = 1_000;

export interface AuditReading {
  readonly rows: readonly AuditRow[];
  /** Rows that were passed over, for no event can be read in them. */
  readonly unreadable: readonly Pick<StoredRow, 'seq' | 'at' | 'kind'>[];
}

/** Both oldest first. A row that can't be read takes no place under the limit. */
export async function readAudit(db: Kysely<Schema>, query: AuditQuery): Promise<AuditReading> {
  const { newest = false, limit } = query;
  const rows: AuditRow[] = [];
  const unreadable: StoredRow[] = [];
  let last: number | null = null;
  while (rows.length < limit) {
    const most = Math.min(limit - rows.length, ROWS_AT_ONCE);
    const question: ReturnType<typeof asked> =
      last === null ? asked(db, query) : asked(db, query).where('seq', newest ? '<' : '>', last);
    const found = await question
      .orderBy('seq', newest ? 'desc' : 'asc')
      .limit(most)
      .execute();
    for (const stored of found.map(storedRow)) {
      const row = readRow(stored);
      if (row === null) unreadable.push(stored);
      else rows.push(row);
    }
    last = found.at(-1)?.seq ?? null;
    if (found.length < most) break;
  }
  if (newest) for (const some of [rows, unreadable]) some.reverse();
  return { rows, unreadable };
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
