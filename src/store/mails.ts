/** The queue of mails and what was told already. */
import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { Delivery, Dispatch, GivenUp, Mail, Mails, Matter, News, QueueState } from '../core/mails.ts';
import type { Instant } from '../model/document.ts';
import { type Connection, portions, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';
import { hasEnded, type ProcessIdentity } from './process-identity.ts';
import type { MailsTable, MattersTable, Schema } from './schema.ts';
import { markTasks } from './tasks.ts';

/** Names of the facts that belong to it. */
const VERSION = 'told.version';
const CURSOR = 'told.cursor';
const DIGEST = 'told.digest';

/**
 * A try has ended after so long, in milliseconds, whatever became of it: longer than a server may take for its last answer (ten
 * minutes, RFC 5321 section 4.5.3.2.6). Counts where it can't be seen whether the process that tried still lives.
 */
const TRY_MS_MAX = 15 * 60_000;

/** No mail rests longer, in milliseconds; a moment further away than that was set by a clock that has gone back since. */
const REST_MS_MAX = 2 * 3_600_000;

/** Settled mails hold names; so long, in milliseconds, somebody may still ask what was sent. */
const SETTLED_KEPT_MS = 30 * 24 * 3_600_000;

/** The queue in this database. @param self the process that sends. */
export function storedMails(connection: Connection, self: ProcessIdentity): Mails {
  const { db } = connection;
  return {
    told: async () => ({
      version: Number((await readFact(db, VERSION)) ?? 0),
      cursor: numberOf(await readFact(db, CURSOR)),
      digest: await readFact(db, DIGEST),
      matters: (await db.selectFrom('matters').selectAll().orderBy('key').execute()).map(matterFrom),
    }),
    record: (version, news) => connection.durable((transaction) => record(transaction, version, news)),
    take: (at) => connection.durable((transaction) => take(transaction, self, at)),
    settle: (id, delivery, at) => connection.durable((transaction) => settle(transaction, id, delivery, at)),
    state: () => stateOf(db),
  };
}

async function record(transaction: Transaction<Schema>, version: number, news: News): Promise<boolean> {
  if (Number((await readFact(transaction, VERSION)) ?? 0) !== version) return false;
  await writeFact(transaction, VERSION, String(version + 1));
  if (news.cursor !== null) await writeFact(transaction, CURSOR, String(news.cursor));
  if (news.digest !== null) await writeFact(transaction, DIGEST, news.digest);
  await transaction.deleteFrom('matters').execute();
  for (const portion of portions(news.matters)) {
    await transaction.insertInto('matters').values(portion.map(matterColumns)).execute();
  }
  await supersede(transaction, news.mails);
  for (const portion of portions(news.mails)) {
    await transaction.insertInto('mails').values(portion.map(mailColumns)).execute();
  }
  await markTasks(transaction, news.tasks ?? []);
  const latest = news.mails.reduce<Instant>((most, { at }) => Math.max(most, at), 0);
  await transaction
    .deleteFrom('mails')
    .where('settledAt', '<', latest - SETTLED_KEPT_MS)
    .execute();
  return true;
}

/** After days without a mail server, nobody wants a digest of each. */
async function supersede(transaction: Transaction<Schema>, mails: readonly Mail[]): Promise<void> {
  for (const { topic, recipient, at } of mails) {
    if (topic !== 'digest') continue;
    await transaction
      .updateTable('mails')
      .set({ status: 'superseded', settledAt: at })
      .where('topic', '=', topic)
      .where('recipient', '=', recipient)
      .where('status', '=', 'waiting')
      .execute();
  }
}

async function take(transaction: Transaction<Schema>, self: ProcessIdentity, at: Instant): Promise<Dispatch | null> {
  const left = await transaction.selectFrom('mails').selectAll().where('status', '=', 'sending').execute();
  for (const row of left.filter((one) => isOver(one, self, at))) {
    await transaction.updateTable('mails').set({ status: 'waiting', nextAt: at }).where('id', '=', row.id).execute();
  }
  const row = await transaction
    .selectFrom('mails')
    .selectAll()
    .where('status', '=', 'waiting')
    .where((mail) => mail.or([mail('nextAt', '<=', at), mail('nextAt', '>', at + REST_MS_MAX)]))
    .orderBy('nextAt')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  await transaction
    .updateTable('mails')
    .set({ status: 'sending', takenAt: at, takenByJson: JSON.stringify(self), tries: row.tries + 1 })
    .where('id', '=', row.id)
    .execute();
  return { mail: mailFrom(row), tries: row.tries, putOffAt: row.putOffAt, unanswered: row.unanswered };
}

/** Whether the try that a row speaks of is certainly over: its process ended, or it was longer ago than any try lasts. */
function isOver({ takenByJson, takenAt }: Selectable<MailsTable>, self: ProcessIdentity, at: Instant): boolean {
  const by = takenByJson === null ? null : readJson<ProcessIdentity>(takenByJson);
  return by === null || hasEnded(by, self) || Math.abs(at - (takenAt ?? 0)) > TRY_MS_MAX;
}

async function settle(transaction: Transaction<Schema>, id: string, delivery: Delivery, at: Instant): Promise<void> {
  const row = transaction.updateTable('mails').where('id', '=', id).where('status', '=', 'sending');
  if (delivery.status === 'sent') {
    await row.set({ status: 'sent', settledAt: at, error: null }).execute();
  } else if (delivery.status === 'given-up') {
    await row.set({ status: 'given-up', settledAt: at, error: delivery.error }).execute();
  } else {
    const { error, next: nextAt, unanswered } = delivery;
    await row
      .set((column) => ({
        status: 'waiting',
        error,
        nextAt,
        ...(error === null ? {} : { putOffAt: column.fn.coalesce('putOffAt', column.val(at)) }),
        ...(unanswered ? { unanswered: column('unanswered', '+', 1) } : {}),
      }))
      .execute();
  }
}

async function stateOf(db: Kysely<Schema>): Promise<QueueState> {
  const waiting = await db
    .selectFrom('mails')
    .select((row) => [row.fn.countAll<number>().as('count'), row.fn.min('at').as('oldestAt')])
    .where('status', 'in', ['waiting', 'sending'])
    .executeTakeFirstOrThrow();
  const settled = await db
    .selectFrom('mails')
    .select(['id', 'topic', 'recipient', 'at', 'status', 'error', 'settledAt'])
    .where('status', 'in', ['sent', 'given-up'])
    .orderBy('settledAt')
    .orderBy('seq')
    .execute();
  // The later ones take the place of the earlier ones.
  const latest = new Map(settled.map((row) => [row.recipient, row]));
  const givenUp = settled.filter(({ status }) => status === 'given-up').map(givenUpFrom);
  const ended = [...latest.values()]
    .filter(({ status }) => status === 'given-up')
    .map(({ recipient, error, settledAt }) => ({ recipient, error: error ?? '', at: settledAt ?? 0 }));
  const refusing = [...new Map([...ended, ...(await putOff(db))].map((one) => [one.recipient, one])).values()];
  return { waiting: waiting.count, oldestAt: waiting.oldestAt, refusing, givenUp };
}

async function putOff(db: Kysely<Schema>): Promise<QueueState['refusing']> {
  const rows = await db
    .selectFrom('mails')
    .select(['recipient', 'error', 'putOffAt'])
    .where('status', 'in', ['waiting', 'sending'])
    .where('error', 'is not', null)
    .orderBy('seq')
    .execute();
  return rows.map(({ recipient, error, putOffAt }) => ({ recipient, error: error ?? '', at: putOffAt ?? 0 }));
}

type Settled = Pick<Selectable<MailsTable>, 'id' | 'topic' | 'recipient' | 'at' | 'error' | 'settledAt'>;

function givenUpFrom({ id, topic, recipient, at, error, settledAt }: Settled): GivenUp {
  return { id, topic, recipient, at, error: error ?? '', settledAt: settledAt ?? 0 };
}

function mailColumns({ id, topic, recipient, subject, text, at }: Mail): Insertable<MailsTable> {
  const fresh = { status: 'waiting', tries: 0, unanswered: 0, nextAt: at } as const;
  return {
    id,
    topic,
    recipient,
    subject,
    text,
    at,
    ...fresh,
    takenAt: null,
    takenByJson: null,
    error: null,
    putOffAt: null,
    settledAt: null,
  };
}

function mailFrom({ id, topic, recipient, subject, text, at }: Selectable<MailsTable>): Mail {
  return { id, topic, recipient, subject, text, at };
}

function matterColumns({ key, group, since, told, toldAt, text, next }: Matter): Insertable<MattersTable> {
  return { key, group, since, told, toldAt, text, next };
}

function matterFrom({ key, group, since, told, toldAt, text, next }: Selectable<MattersTable>): Matter {
  return { key, group, since, told, toldAt, text, next };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
