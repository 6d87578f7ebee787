/** Tasks about one person: what is open, and what ended lately. */
import type { Instant } from '../model/document.ts';
import type { Task } from './tasks.ts';

/** How long one that is over is still shown with its person, in milliseconds: thirty days, as long as somebody may ask what became of it. */
const SHOWN_MS = 30 * 24 * 3_600_000;

/** Open ones by their day, then what ended, the latest first. @param tasks of that person. */
export function shownTasks(tasks: readonly Task[], at: Instant): readonly Task[] {
  const open = tasks.filter(({ status }) => status === 'open').toSorted((a, b) => a.dueAt - b.dueAt);
  const over = tasks
    .filter(({ status, closedAt }) => status !== 'open' && closedAt !== null && closedAt > at - SHOWN_MS)
    .toSorted((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0));
  return [...open, ...over];
}
