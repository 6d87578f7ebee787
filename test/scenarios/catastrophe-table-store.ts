/** Catastrophes of Muster's own memory: databases lost, emptied in part, foreign, full, or in somebody else's hands. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import { onFullDisk, onReadOnlyDisk, withRaw } from '../store/raw-database.ts';
import { became, type Catastrophe, edited, files, type Step } from '../support/catastrophe.ts';
import { blocks, institution, people } from '../support/desired-state.ts';
import type { EmbeddedGround } from '../support/embedded-ground.ts';
import { CBS, KEA } from '../support/ground.ts';
import { makeScene, OPERATOR } from '../support/scene.ts';

const EVERYBODY = /^users\//;

const storeLost: Step<EmbeddedGround> = ({ scene }) => scene.loseStore();
/** What a second hand does to the database while nobody works. */
const sql = (statement: string): Step<EmbeddedGround> => {
  return ({ scene }) => Promise.resolve(withRaw(join(scene.home, 'muster.db'), (raw) => raw.exec(statement)));
};
/** A pass while the disk is so. */
const during = (spoilt: (act: () => Promise<unknown>) => Promise<void>) => async (ground: EmbeddedGround) => {
  let last = await ground.plan();
  await spoilt(async () => {
    last = await ground.sync();
  });
  return last;
};
/** Learns again what the marks say, as an operator would. */
const rebuilt: Step<EmbeddedGround> = async ({ scene }) => {
  const { digest } = await rebuildLedger(scene.parts(), null);
  await rebuildLedger(scene.parts(), { ...OPERATOR, digest });
};
const forgotten = (isForgotten: (key: string) => boolean): Step<EmbeddedGround> => {
  return async ({ scene }) => {
    const rows = await scene.store.ledger.all('directory');
    await scene.store.ledger.remove(
      'directory',
      rows.filter(({ key }) => isForgotten(key)).map(({ handle }) => handle),
    );
  };
};
const newPhones = edited(EVERYBODY, (text) => text.replaceAll('+45 26', '+45 28'));
const closedAll = edited(EVERYBODY, (text) => text.replaceAll('state: active', 'state: closed'));
const refused = (table: string) =>
  sql(`CREATE TRIGGER refused BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no room in this table'); END`);
const allowedAgain = sql('DROP TRIGGER refused');
const never = { never: 'what only the database knew is gone with it' };
const threeRenamed = files((ground) => people(CBS.slice(6, 9), { given: 'Ida', ends: ground.day(400) }));

export const STORE: readonly Catastrophe[] = [
  {
    title: 'P7: the database is lost',
    strike: [storeLost],
    says: "Muster's database does not know any of the 60 accounts that bear Muster's mark: it is new, or was lost.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the database is lost, and everybody gets another number',
    strike: [storeLost, newPhones],
    says: "Muster's database does not know any of the 60 accounts that bear Muster's mark: it is new, or was lost.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the database is lost, and everybody is closed',
    strike: [storeLost, closedAll],
    says: '39 people in one run; the limit of "block" is 5.',
    undo: [rebuilt],
  },
  {
    title: 'P7: the database is lost, and both block lists are emptied',
    strike: [storeLost, became(/^blocked-/, '[]\n')],
    says: "Muster's database does not know any of the 60 accounts that bear Muster's mark: it is new, or was lost.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the database is lost, and all people are deleted',
    strike: [storeLost, became(EVERYBODY, null)],
    says: "Muster's database does not know any of the 60 accounts that bear Muster's mark: it is new, or was lost.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the database is lost, and forty new people are declared',
    strike: [storeLost, files(people(Array.from({ length: 40 }, (_, nth) => `n${nth}`)))],
    says: 'its ledger is empty: its database was lost or is the wrong one.',
    undo: [rebuilt],
  },
  {
    title: 'P7: the ledger is emptied',
    strike: [forgotten(() => true)],
    says: "Muster's database does not know any of the 60 accounts that bear Muster's mark: it is new, or was lost.",
    undo: [rebuilt],
  },
  {
    title: 'P7: half of the ledger is lost',
    strike: [forgotten((key) => /[02468]$/.test(key))],
    says: "30 accounts bear Muster's mark, but the database does not know them; they are left alone.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the ledger forgets who was shut out',
    strike: [forgotten((key) => KEA.includes(key))],
    says: "12 accounts bear Muster's mark, but the database does not know them; they are left alone.",
    undo: [rebuilt],
  },
  {
    title: 'P7: the ledger forgets who was shut out, and their block is lifted',
    strike: [
      forgotten((key) => KEA.includes(key)),
      files((ground) => blocks('institution', [{ target: 'kea', from: ground.day(-5), lifted: ground.day(0) }])),
    ],
    says: "12 accounts bear Muster's mark, but the database does not know them; they are left alone.",
    undo: never,
  },
  {
    title: 'B2: the database is that of a day before the newest accounts',
    strike: [
      async ({ scene }) => {
        const database = join(scene.home, 'muster.db');
        await scene.store.close();
        await copyFile(database, `${database}.yesterday`);
        await scene.reopen().catch(() => undefined);
      },
      files(people(['n1', 'n2', 'n3'])),
      async ({ scene }) => {
        await scene.sync();
        await scene.store.close();
        const database = join(scene.home, 'muster.db');
        await copyFile(`${database}.yesterday`, database);
        await scene.reopen().catch(() => undefined);
      },
    ],
    says: "3 accounts bear Muster's mark, but the database does not know them; they are left alone.",
    undo: never,
  },
  {
    title: 'D1: the database is that of another installation',
    strike: [
      async ({ scene }) => {
        const other = await makeScene();
        await other.declare({
          ...institution('kea', 'KEA'),
          ...people(['x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7'], { institution: 'kea' }),
        });
        await other.settle();
        await other.store.close();
        await scene.store.close();
        await copyFile(join(other.home, 'muster.db'), join(scene.home, 'muster.db'));
        await other.reopen().catch(() => undefined);
        await scene.reopen().catch(() => undefined);
        await other.close();
      },
    ],
    says: '7 of 7 accounts that Muster knows did not come back, so the reading does not count.',
    exit: 1,
    undo: never,
  },
  {
    title: 'B1: the documents of the past are lost',
    strike: [sql('DELETE FROM documents'), newPhones],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'B1: the documents of the past are lost, and all people are deleted',
    strike: [sql('DELETE FROM documents'), became(EVERYBODY, null)],
    says: 'There is no user `c21`, so this blocks nobody.',
  },
  {
    title: 'B1: the documents of the past are lost, and every block with them',
    strike: [sql('DELETE FROM documents'), became(/^blocked-/, '[]\n')],
    written: { enabled: 12 },
    says: '8 people in one run; the limit of "lift" is 5.',
    undo: never,
  },
  {
    title: 'B1: nothing can be written to the journal',
    strike: [refused('journal'), threeRenamed],
    says: 'the journal could not be written',
    undo: [allowedAgain],
  },
  {
    title: 'B1: the disk is full',
    strike: [threeRenamed],
    meet: during(onFullDisk),
    says: 'The disk is full.',
    exit: 1,
  },
  {
    title: 'B1: the disk may only be read',
    strike: [threeRenamed],
    meet: during(onReadOnlyDisk),
    says: 'The database may not be written.',
    exit: 1,
  },
  {
    title: 'H1: another process is at work',
    strike: [
      newPhones,
      async ({ scene }) => {
        const other = await scene.second();
        await other.parts.store.lease.acquire('sync');
      },
    ],
    says: 'another Muster is at work',
    exit: 1,
    undo: never,
  },
];
