/** Footing: whether a server can be relied on, judged by how far it had come before and how far it has come now. */
import type { Trouble } from '../errors.ts';
import type { Instant } from '../model/document.ts';
import { REPLICATION_LONGEST_MS } from './recover.ts';
import type { Position, SeenServer } from './server-memory.ts';

/**
 * - `steady`: it goes on from where it was, or there is nothing to measure it by.
 * - `elsewhere`: the latest work was with another server, so this one may not have heard of it yet.
 * - `restored`: it has begun another life since.
 * - `counted-on`: it went back in time once, and has counted on past its old number since.
 * - `back`: it has gone back in time, or is an old copy.
 */
export type Standing = 'steady' | 'elsewhere' | 'restored' | 'counted-on' | 'back';

export interface Footing {
  readonly standing: Standing;
  /** As messages call it. */
  readonly address: string;
  readonly position: Position | null;
  /** The memory that it is measured by; null where it is steady. */
  readonly last: SeenServer | null;
}

/**
 * A number below one that was seen in the same epoch is proof. That the server has caught up again proves nothing, because it counts
 * on from where it was set back to: it stays in doubt until a reading shows that nothing is missing, or an operator says so.
 */
export function footingOf(
  address: string,
  position: Position | null,
  seen: readonly SeenServer[],
  at: Instant,
): Footing {
  const as = (standing: Standing, last: SeenServer | null): Footing => ({ standing, address, position, last });
  if (position === null || seen.length === 0) return as('steady', null);
  const sameEpoch = seen.filter(({ epoch }) => epoch === position.epoch);
  const furthest = best(sameEpoch, (a, b) => a.sequence > b.sequence);
  if (furthest !== null && position.sequence < furthest.sequence) return as('back', furthest);
  const own = sameEpoch.find((one) => one.address === address && one.backAt !== null);
  if (own !== undefined) return as('counted-on', own);
  const former = seen.find(({ server }) => server === position.server);
  if (furthest === null && former !== undefined) return as('restored', former);
  const latest = latestOf(seen);
  if (latest === null || latest.epoch === position.epoch) return as('steady', null);
  return at - latest.at > REPLICATION_LONGEST_MS ? as('steady', null) : as('elsewhere', latest);
}

/** The row of the server that the latest work was with. */
export function latestOf(seen: readonly SeenServer[]): SeenServer | null {
  return best(
    seen.filter(({ backAt }) => backAt === null),
    (a, b) => a.at > b.at,
  );
}

/** Whether a proven reading must show that nothing of ours is missing before it counts like any other. */
export function isDoubtful({ standing }: Footing): boolean {
  return standing === 'elsewhere' || standing === 'restored' || standing === 'counted-on';
}

/** Whether another server is better, where there is one. */
export function isOfThePast({ standing }: Footing): boolean {
  return standing === 'back' || standing === 'counted-on';
}

/** What is wrong with it, in a sentence that follows its address; `''` for a steady one. */
export function historyOf({ standing, position, last }: Footing): string {
  if (last === null) return '';
  const then = iso(last.at);
  switch (standing) {
    case 'back':
      return (
        `The server has gone back in time: its latest change has the number ${position?.sequence ?? 'unknown'}, and number ${last.sequence} ` +
        `was seen at ${last.address} on ${then}. It was set back to an older state, or an old copy of it answers.`
      );
    case 'counted-on':
      return `The server went back in time before ${iso(last.backAt ?? last.at)}, and has counted on since.`;
    case 'restored':
      return `The server was restored from a backup after ${then}${position?.words === undefined ? '' : ` (${position.words.anotherLife})`}.`;
    case 'elsewhere':
      return `Muster worked with ${last.address} on ${then}, and this server may not have heard of everything yet.`;
    case 'steady':
      return '';
  }
}

/** Why only the block lane uses this server. */
export function backTrouble(footing: Footing): Trouble {
  return {
    remedy: 'person',
    where: `${footing.address}, its history`,
    what: `${historyOf(footing)} Nothing but blocks is written to it.`,
    next: `${adviceFor(footing)} If its older state shall count, look at "muster ledger rebuild".`,
  };
}

/** What to do with a server that has gone back in time. */
export function adviceFor({ position }: Footing): string {
  return position?.words?.advice ?? 'Restore it properly, or take it out of the configuration.';
}

function best(seen: readonly SeenServer[], better: (a: SeenServer, b: SeenServer) => boolean): SeenServer | null {
  return seen.reduce<SeenServer | null>((found, one) => (found === null || better(one, found) ? one : found), null);
}

function iso(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
