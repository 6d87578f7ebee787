/** Goes through many points on several benches at once, so that stalls wait beside each other. */
import { type Completed, disturber, type Reference, referenceOf } from './disturbed-session.ts';
import type { FaultBench } from './fault-bench.ts';
import { type FaultPoint, nameOf } from './fault-points.ts';
import type { PointResult, Tell } from './point-share.ts';

/** A busy machine can make an answer come too late before the point is reached: then it is tried again. */
const ATTEMPTS = 4;

export interface Sweep {
  readonly benches: readonly FaultBench[];
  /** The points to try, once the undisturbed session is known. */
  readonly choose: (reference: Reference) => readonly FaultPoint[];
  readonly tell: Tell;
}

/** Gives the undisturbed session of the first bench; the benches stay with the caller. */
export async function sweep({ benches, choose, tell }: Sweep): Promise<Reference> {
  const references = await Promise.all(benches.map(referenceOf));
  const [first] = references;
  if (first === undefined) throw new RangeError('a sweep needs a bench');
  const completed: Completed = new Map();
  const queue = choose(first).values();
  await Promise.all(
    benches.map(async (bench, at) => {
      const { at: disturb } = disturber(bench, references[at] ?? first, completed);
      for (const point of queue) tell(await tried(disturb, point));
    }),
  );
  return first;
}

async function tried(disturb: ReturnType<typeof disturber>['at'], point: FaultPoint): Promise<PointResult> {
  const name = nameOf(point);
  for (let attempt = 1; ; attempt += 1) {
    const { struck, wrong, tookMs } = await disturb(point);
    if (wrong.length > 0 || struck) return { point: name, wrong, tookMs };
    // On the wire no two sessions have quite the same number of bytes: beyond the end there is nothing to disturb.
    if (/-wire$/.test(point.channel)) return { point: name, wrong: [], tookMs };
    if (attempt === ATTEMPTS) return { point: name, wrong: ['the session ended before this byte'], tookMs };
  }
}
