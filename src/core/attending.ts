/** Attending to tasks in a pass: what has to be done by hand is worked out, and kept where the pass may write. */
import type { Wanted } from './desire.ts';
import { type LineAuthors, placeOf, type Written } from './mandate.ts';
import { type ModeSettings, observedPeople } from './modes.ts';
import type { Hold, Notice } from './plan.ts';
import type { ByHand, TaskLine, TaskOutlook, TaskWord } from './tasks.ts';

export interface Attended {
  readonly tasks?: TaskOutlook;
  readonly notices: readonly Notice[];
}

/** Where nobody asks. */
export const NO_TASKS: Attended = { notices: [] };

/** Where no history tells who wrote a line, all that is known is that it stands there. */
const UNKNOWN_AUTHOR = 'the repository';

async function wordsOf(
  written: readonly TaskLine[],
  { loaded }: Wanted,
  lineAuthors: LineAuthors | undefined,
): Promise<readonly TaskWord[]> {
  const origins = written.map(({ origin }) => origin).filter(({ past }) => past !== true);
  const known = lineAuthors !== undefined && loaded.commit !== undefined && origins.length > 0;
  const lines = known ? await lineAuthors(origins, loaded.revision) : new Map<string, Written>();
  return written.map((one) => ({ ...one, by: lines.get(placeOf(one.origin))?.author ?? UNKNOWN_AUTHOR }));
}

/**
 * @param parts with `tasks` absent: nothing is done by hand.
 * @param holds of these people something waits for a decision: what it would bring is not asked of anybody before, nor is anything of
 * people who are only observed.
 * @param keep whether what is found is kept; otherwise it is only shown.
 */
export async function attendToTasks(
  parts: { readonly tasks?: ByHand; readonly lineAuthors?: LineAuthors; readonly settings: ModeSettings },
  want: Wanted,
  holds: readonly Hold[],
  at: number,
  keep: boolean,
): Promise<Attended> {
  const { tasks: byHand, lineAuthors, settings } = parts;
  if (byHand === undefined) return NO_TASKS;
  const { desk, memory: tasks } = byHand;
  const memory = await tasks.memory();
  const held = holds.flatMap(({ changes }) => changes.map(({ person }) => person.key));
  const waiting = new Set([...held, ...observedPeople(want.resolution.model, settings)]);
  const { notices, written, ...changes } = desk.attend({
    model: want.resolution.model,
    memory,
    waiting,
    mayMeet: want.loaded.trusted,
    at,
  });
  const { opened, closed, met } = changes;
  if (keep && opened.length + closed.length + met.length + changes.held.length > 0) {
    await tasks.record({ ...changes, words: await wordsOf(written, want, lineAuthors) }, at);
  }
  const ended = new Set(closed.map(({ id }) => id));
  const open = memory.tasks.filter(({ id, status }) => status === 'open' && !ended.has(id)).length;
  return { notices, tasks: { opened, closed, met, open } };
}
