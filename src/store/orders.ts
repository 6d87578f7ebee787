/** What operators said from the command line: blocks and pauses, with who, when and why; nothing is ever taken out. */
import type { Kysely } from 'kysely';
import type { Orders } from '../core/ports.ts';
import { MusterError } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import type { OperatorBlock } from '../model/model.ts';
import type { AuditEnd } from './audit.ts';
import type { Connection } from './connection.ts';
import type { Schema } from './schema.ts';

/** The operators' orders in this database. */
export function storedOrders(connection: Connection, end: AuditEnd): Orders {
  const { db } = connection;
  return {
    blocks: (at) => readBlocks(db, at),
    block: async ({ id, scope, target, reason, by, at, until }) => {
      await connection.durable(async (transaction) => {
        await transaction
          .insertInto('operatorBlocks')
          .values({ id, scope, target, reason, blockedBy: by, at, until })
          .execute();
        const block = { id, scope, target, until };
        await end.append(transaction, { kind: 'order', order: 'block', by, reason, block }, at);
      });
    },
    unblock: (id, by, reason, at) => unblock(connection, end, id, by, reason, at),
    paused: () => readPause(db),
    pause: async (by, reason, at) => {
      await connection.durable(async (transaction) => {
        await transaction.insertInto('pauses').values({ pausedBy: by, reason, at }).execute();
        await end.append(transaction, { kind: 'order', order: 'pause', by, reason, block: null }, at);
      });
    },
    resume: async (by, at) => {
      await connection.durable(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('pauses')
          .set({ resumedBy: by, resumedAt: at })
          .where('resumedAt', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        await end.append(transaction, { kind: 'order', order: 'resume', by, reason: null, block: null }, at);
      });
    },
  };
}

/** Blocks that nobody took back and that had not run out by then. */
export async function readBlocks(db: Kysely<Schema>, at: Instant): Promise<readonly OperatorBlock[]> {
  return db
    .selectFrom('operatorBlocks')
    .select(['id', 'scope', 'target', 'reason', 'blockedBy as by', 'at', 'until'])
    .where('unblockedAt', 'is', null)
    .where((row) => row.or([row('until', 'is', null), row('until', '>', at)]))
    .orderBy('at')
    .orderBy('id')
    .execute();
}

/** The pause that is on; null: none. */
export async function readPause(db: Kysely<Schema>): ReturnType<Orders['paused']> {
  const pause = await db
    .selectFrom('pauses')
    .select(['pausedBy as by', 'reason', 'at'])
    .where('resumedAt', 'is', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return pause ?? null;
}

async function unblock(
  connection: Connection,
  end: AuditEnd,
  id: string,
  by: string,
  reason: string,
  at: Instant,
): Promise<void> {
  const ended = await connection.durable(async (transaction) => {
    const block = await transaction
      .updateTable('operatorBlocks')
      .set({ unblockedBy: by, unblockedReason: reason, unblockedAt: at })
      .where('id', '=', id)
      .where('unblockedAt', 'is', null)
      .returning(['id', 'scope', 'target', 'until'])
      .executeTakeFirst();
    if (block === undefined) return false;
    await end.append(transaction, { kind: 'order', order: 'unblock', by, reason, block }, at);
    return true;
  });
  if (ended) return;
  throw new MusterError({
    remedy: 'person',
    where: `operator block ${id}`,
    what: 'There is no such block, or it was taken back before.',
    next: 'See `muster why USER` for what blocks somebody.',
  });
}
