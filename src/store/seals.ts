/** What reviews showed, and what came of it when it was merged. */
import type { Selectable } from 'kysely';
import type { KeptSeal, Merged, Seal, SealOutcome, Seals } from '../core/seal.ts';
import { type Connection, readJson } from './connection.ts';
import type { SealsTable } from './seal-tables.ts';

export function storedSeals(connection: Connection): Seals {
  const { db } = connection;
  const rows = () => db.selectFrom('seals').selectAll().orderBy('seq');
  return {
    keep: (seal, forgetBefore) =>
      connection.durable(async (transaction) => {
        const open = transaction.deleteFrom('seals').where('mergedJson', 'is', null);
        await open.where((is) => is.or([is('name', '=', seal.name), is('at', '<', forgetBefore)])).execute();
        const { name, at } = seal;
        await transaction
          .insertInto('seals')
          .values({ name, at, sealJson: JSON.stringify(seal) })
          .execute();
      }),
    drop: (name) =>
      connection.durable(async (transaction) => {
        await transaction.deleteFrom('seals').where('name', '=', name).where('mergedJson', 'is', null).execute();
      }),
    open: async () => (await rows().where('mergedJson', 'is', null).execute()).map(sealOf),
    inForce: async () => {
      const unsettled = rows().where('mergedJson', 'is not', null);
      return (await unsettled.where((is) => is.or([is('held', 'is', null), is('held', '>', 0)])).execute()).map(sealOf);
    },
    merge: (id, merged) =>
      connection.durable(async (transaction) => {
        const mergedJson = JSON.stringify(merged);
        await transaction.updateTable('seals').set({ mergedJson }).where('seq', '=', id).execute();
      }),
    settle: (id, outcome) =>
      connection.durable(async (transaction) => {
        const news = {
          outcomeJson: JSON.stringify(outcome),
          outcomeAt: outcome.at,
          held: outcome.held.length,
          toldAt: null,
        };
        await transaction.updateTable('seals').set(news).where('seq', '=', id).execute();
      }),
    untold: async () => {
      const untold = rows().where('outcomeAt', 'is not', null).where('toldAt', 'is', null);
      return (await untold.execute()).map(({ seq, outcomeJson }) => ({
        id: seq,
        outcome: outcomeOf(outcomeJson ?? ''),
      }));
    },
    told: (id, at) =>
      connection.durable(async (transaction) => {
        const same = transaction.updateTable('seals').set({ toldAt: at }).where('seq', '=', id);
        await same.where('outcomeAt', '=', at).execute();
      }),
  };
}

function sealOf({ seq, sealJson, mergedJson, outcomeJson }: Selectable<SealsTable>): KeptSeal {
  return {
    id: seq,
    seal: readJson<Seal>(sealJson),
    merged: mergedJson === null ? null : readJson<Merged>(mergedJson),
    outcome: outcomeJson === null ? null : outcomeOf(outcomeJson),
  };
}

function outcomeOf(text: string): SealOutcome {
  return readJson<SealOutcome>(text);
}
