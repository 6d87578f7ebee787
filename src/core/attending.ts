/** Attending to tasks in a pass: what has to be done by hand is worked out, and kept where the pass may write. */
import type { Wanted } from './desire.ts';
import type { Hold, Notice } from './plan.ts';
import type { ByHand, TaskOutlook } from './tasks.ts';

export interface Attended {
  readonly tasks?: TaskOutlook;
  readonly notices: readonly Notice[];
}

/** Where nobody asks. */
export const NO_TASKS: Attended = { notices: [] };

/**
 * @param byHand absent: nothing is done by hand.
 * @param holds of these people something waits for a decision: what it would bring is not asked of anybody before.
 * @param keep whether what is found is kept; otherwise it is only shown.
 */
export async function attendToTasks(
  byHand: ByHand | undefined,
  want: Wanted,
  holds: readonly Hold[],
  at: number,
  keep: boolean,
): Promise<Attended> {
  if (byHand === undefined) return NO_TASKS;
  const { desk, memory: tasks } = byHand;
  const memory = await tasks.memory();
  const waiting = new Set(holds.flatMap(({ changes }) => changes.map(({ person }) => person.key)));
  const { notices, ...changes } = desk.attend({
    model: want.resolution.model,
    memory,
    waiting,
    mayMeet: want.loaded.trusted,
    at,
  });
  const { opened, closed, met, held } = changes;
  if (keep && opened.length + closed.length + met.length + held.length > 0) await tasks.record(changes, at);
  const open = memory.tasks.filter(({ status }) => status === 'open').length - closed.length;
  return { notices, tasks: { opened, closed, met, open } };
}
