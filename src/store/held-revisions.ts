/** Which revision is held because it is not approved, or was the last one to be, and which merge requests were told of it. */
import type { HeldRevisions, HeldStanding, ToldOfHeld } from '../core/approval/held.ts';
import { type Connection, readJson } from './connection.ts';
import { readFact, writeFact } from './facts.ts';

/** One fact for each who writes: a pass in any process, and whoever tells. Neither undoes what the other wrote. */
const STANDING = 'heldRevision';
const TOLD = 'heldRevisionTold';

const NOBODY: ToldOfHeld = { state: null, requests: [] };

export function storedHeldRevisions(connection: Connection): HeldRevisions {
  const { db } = connection;
  const write = (name: string, value: HeldStanding | ToldOfHeld) =>
    connection.durable((transaction) => writeFact(transaction, name, JSON.stringify(value)));
  return {
    standing: async () => {
      const text = await readFact(db, STANDING);
      return text === null ? null : readJson<HeldStanding>(text);
    },
    keep: (standing) => write(STANDING, standing),
    told: async () => {
      const text = await readFact(db, TOLD);
      return text === null ? NOBODY : readJson<ToldOfHeld>(text);
    },
    keepTold: (told) => write(TOLD, told),
  };
}
