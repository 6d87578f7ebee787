/** The clock's trigger: a cron expression in the configured time zone. */
import { schedule, validateDetailed } from 'node-cron';

/** What is wrong with a cron expression (crontab(5): five fields; a sixth in front for seconds is not taken); null: nothing. */
export function scheduleProblem(expression: string): string | null {
  if (expression.trim().split(/\s+/).length !== 5) return 'It needs five fields: minute, hour, day, month, weekday.';
  const { valid, errors } = validateDetailed(expression);
  return valid ? null : (errors[0]?.message ?? 'It is not understood.');
}

/** Calls at each moment of the expression; gives what ends it. Moments that were slept through are made up for by nobody. */
export function startSchedule(expression: string, timeZone: string, call: () => void): () => Promise<void> {
  const task = schedule(expression, call, { timezone: timeZone, suppressMissedWarning: true });
  return async () => {
    await task.destroy();
  };
}
