/** Long work in slices, so that timers, signals and the lease of this process get their turn. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work before everything else of the process gets its turn. */
const SLICE_MS = 10;

/** Asked between two pieces of work; a promise: wait for it first. */
export type Pause = () => Promise<void> | undefined;

/** A function that lets the event loop turn once a slice of time is used up, and costs next to nothing before. */
export function pauses(): Pause {
  let since = performance.now();
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      since = performance.now();
    });
  };
}
