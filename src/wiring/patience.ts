/** How long a server may keep other systems waiting: by what this process waits itself, for while it is busy it hears no answer. */
import { setTimeout as wait } from 'node:timers/promises';

/** A server that has not answered by then, in milliseconds, keeps no other system waiting: a healthy one takes a tenth of it. */
const ANSWER_MS = 5_000;

/** Resolves when this process has waited for so many milliseconds in all, and has taken in what came meanwhile. */
export async function patience(ms = ANSWER_MS): Promise<void> {
  const begin = waitedMs();
  for (let left = ms; left > 0; left = ms - (waitedMs() - begin)) {
    await wait(Math.ceil(left), undefined, { ref: false });
  }
}

/** Milliseconds in which the event loop of this thread had nothing to do, so far. */
function waitedMs(): number {
  return performance.eventLoopUtilization().idle;
}
