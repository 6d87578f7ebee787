/** The commands for what people do by hand, with their arguments. */
import { type Host, reason } from './host.ts';

/** For what people do by hand. */
export function addByHand({ program, action }: Host): void {
  const tasks = program.command('tasks').description('what people do by hand').helpCommand(false);
  tasks
    .command('list')
    .description('what is open, the latest first')
    .option('--all', 'also what is done or no longer needed')
    .action(action(async () => (await import('./tasks.ts')).tasksList));
  tasks
    .command('done')
    .description('say that a task is done')
    .argument('<id>', 'as it stands in the mail about it')
    .addOption(reason())
    .action(action(async () => (await import('./tasks.ts')).tasksDone));
  program
    .command('closed')
    .description('who is closed for how long, and what they had')
    .action(action(async () => (await import('./closed.ts')).closed));
  program
    .command('servers')
    .description('where each hosted server stands, who is next, how long it waits')
    .action(action(async () => (await import('./servers.ts')).servers));
}
