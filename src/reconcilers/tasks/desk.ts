/** The desk of tasks: what the configuration says people do by hand, ready to be asked at every pass. */
import type { TaskDesk } from '../../core/tasks.ts';
import { matcher } from './matching.ts';
import type { TaskSettings } from './settings.ts';

/** @param lasting whether one process asks again and again. */
export function taskDesk(settings: TaskSettings, { lasting }: { readonly lasting: boolean }): TaskDesk {
  return { attend: matcher(settings, lasting) };
}
