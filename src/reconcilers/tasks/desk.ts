/** The desk of tasks: what the configuration says people do by hand, ready to be asked at every pass. */
import type { TaskDesk } from '../../core/tasks.ts';
import { matchTasks } from './matching.ts';
import type { TaskSettings } from './settings.ts';

export function taskDesk(settings: TaskSettings): TaskDesk {
  return { attend: (question) => matchTasks(question, settings) };
}
