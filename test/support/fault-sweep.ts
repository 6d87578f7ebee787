/** Goes through many points on several benches at once, so that stalls wait beside each other. */
import { type Completed, disturber, type Reference, referenceOf, type Verdict } from './disturbed-session.ts';
import type { FaultBench } from './fault-bench.ts';
import { type FaultPoint, nameOf } from './fault-points.ts';
import type { PointResult, Tell } from './point-share.ts';

/** A busy machine can make an answer come too late before the point is reached: then it is tried again, after all others. */
const ROUNDS = 4;

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
  const disturbers = benches.map((bench, at) => disturber(bench, references[at] ?? first, completed));
  let points = choose(first);
  for (let round = 1; points.length > 0; round += 1) {
    const queue = points.values();
    const missed: FaultPoint[] = [];
    await Promise.all(
      disturbers.map(async ({ at: disturb }) => {
        for (const point of queue) {
          const result = resultOf(point, await disturb(point), round === ROUNDS, isGoodbye(point, first));
          if (result === null) missed.push(point);
          else tell(result);
        }
      }),
    );
    points = missed;
  }
  return first;
}

/** UnbindRequests (RFC 4511 4.3) of two connections; nobody waits for them, so that a session may end before they have passed. */
const GOODBYE_BYTES = 16;

function isGoodbye({ channel, step, from, byte }: FaultPoint, { bytes }: Reference): boolean {
  return channel === 'ldap' && from === 'client' && byte >= bytes[step][from] - GOODBYE_BYTES;
}

/** Null where the session ended before it could be disturbed, and that is no answer yet. */
function resultOf(
  point: FaultPoint,
  { struck, wrong, tookMs }: Verdict,
  last: boolean,
  goodbye: boolean,
): PointResult | null {
  const name = nameOf(point);
  if (wrong.length > 0 || struck) return { point: name, wrong, tookMs };
  // On the wire no two sessions have quite the same number of bytes: beyond the end there is nothing to disturb.
  if (/-wire$/.test(point.channel) || goodbye) return { point: name, wrong: [], tookMs };
  return last ? { point: name, wrong: ['the session ended before this byte'], tookMs } : null;
}
