/** A task is done: an operator says so, and it is kept with who and why. */
import { MusterError } from '../../errors.ts';
import { dayOf } from '../../model/day.ts';
import { nearest } from '../../model/nearest.ts';
import { readTaskId } from '../../model/task-id.ts';
import type { PassParts } from '../pass.ts';
import { refuseRestored } from '../restored.ts';
import type { ByHand, Task } from '../tasks.ts';
import type { Operator } from './scene.ts';

/**
 * @param id as somebody typed it.
 * @returns the task as it was before.
 * @throws MusterError (`person`) where there is no such task, or it is not open.
 */
export async function confirmTask(parts: PassParts, byHand: ByHand, id: string, operator: Operator): Promise<Task> {
  const { tasks } = await byHand.memory.memory();
  const reading = readTaskId(id.trim());
  const task = reading.ok ? tasks.find((one) => one.id === reading.value) : undefined;
  if (task === undefined) {
    const open = tasks.filter(({ status }) => status === 'open').map((one) => one.id);
    const near = nearest(id.toLowerCase(), open);
    const what = reading.ok ? 'There is no such task.' : reading.message;
    const meant = near === null ? '' : `Did you mean ${near}? `;
    throw refused(id, what, `${meant}See "muster tasks list".`);
  }
  await refuseRestored(parts);
  const at = parts.clock();
  const doneOn = dayOf(at, parts.settings.timeZone);
  if (await byHand.memory.done(task, operator.by, operator.reason, doneOn, at)) return task;
  throw refused(
    task.id,
    task.status === 'withdrawn' ? 'It is no longer needed.' : 'It was confirmed before.',
    'See "muster tasks list --all".',
  );
}

function refused(id: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: `task ${id}`, what, next });
}
