/** `muster tasks list` and `muster tasks done ID`: what people do by hand. */
import { confirmTask } from '../core/operations/tasks.ts';
import type { ByHand } from '../core/tasks.ts';
import { donePage, tasksPage } from '../views/tasks.ts';
import type { Site } from '../wiring.ts';
import { type ExitCode, type Invocation, show } from './invocation.ts';
import { operatorFrom } from './operator.ts';
import { onSite } from './site.ts';

export interface TasksListOptions {
  readonly all?: boolean;
}

export async function tasksList(invocation: Invocation, options: TasksListOptions): Promise<ExitCode> {
  return onSite(invocation, async (site) => {
    const { tasks } = await byHandOf(site).memory.memory();
    const shown = options.all === true ? tasks : tasks.filter(({ status }) => status === 'open');
    const { settings, clock } = site.parts;
    const wording = { timeZone: settings.timeZone, at: clock(), all: options.all === true };
    await show(invocation, { format: 1, tasks: shown }, () => tasksPage(shown, wording));
    return 0;
  });
}

export interface TasksDoneOptions {
  readonly reason: string;
}

export async function tasksDone(invocation: Invocation, options: TasksDoneOptions, id: string): Promise<ExitCode> {
  const operator = operatorFrom(invocation.env, options.reason);
  return onSite(invocation, async (site) => {
    const task = await confirmTask(site.parts, byHandOf(site), id, operator);
    await show(invocation, { format: 1, done: task.id, ...operator }, () => donePage(task));
    return 0;
  });
}

function byHandOf({ parts }: Site): ByHand {
  if (parts.tasks === undefined) throw new TypeError('a site is wired with tasks');
  return parts.tasks;
}
