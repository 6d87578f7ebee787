/** Which of many points a process tries, and what it tells of each: the same for every class of crash points. */
import { createHash } from 'node:crypto';
import { sampleOf } from './fault-points.ts';

export interface Share {
  /** This process is number `index` of `of`. */
  readonly index: number;
  readonly of: number;
  readonly seed: number;
  /** How many points all processes try together; null: all. */
  readonly points: number | null;
  /** The one point to try, by name; null: as chosen. */
  readonly at: string | null;
  /** Names of points that need no second try. */
  readonly done: ReadonlySet<string>;
}

export interface PointResult {
  readonly point: string;
  /** Everything that is wrong; empty: nothing. */
  readonly wrong: readonly string[];
  readonly tookMs: number;
}

export type Tell = (result: PointResult) => void;

/** A process that tries everything. */
export const WHOLE_SHARE: Share = { index: 0, of: 1, seed: 0, points: null, at: null, done: new Set() };

/** This process's part of the points, in their order or, where not all are tried, in that of the seed. */
export function shareOf<T>(points: readonly T[], share: Share, nameOf: (point: T) => string): readonly T[] {
  if (share.at !== null) return share.index === 0 ? points.filter((point) => nameOf(point) === share.at) : [];
  const chosen = share.points === null ? points : sampleOf(points, share.points, share.seed);
  return chosen.filter((point) => {
    const name = nameOf(point);
    return dealtTo(name, share.of) === share.index && !share.done.has(name);
  });
}

/** By its name, not by its place: each process records a session of its own, and one byte more in it moves all places behind. */
function dealtTo(name: string, of: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE() % of;
}
