/** The clock's trigger: a cron expression in the configured time zone. */
import { schedule, validateDetailed } from 'node-cron';

/** What is wrong with a cron expression (crontab(5): five fields; a sixth in front for seconds is not taken); null: nothing. */
export function scheduleProblem(expression: string): string | null {
  if (expression.trim().split(/\s+/).length !== 5) return 'It needs five fields: minute, hour, day, month, weekday.';
  const { valid, errors } = validateDetailed(expression);
  const [wrong] = errors;
  if (valid || wrong === undefined) return valid ? null : 'It is not understood.';
  // As in `dayOfMonth`.
  const field = wrong.field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return wrong.value === undefined ? `The ${field} cannot be right.` : `${wrong.value} is no ${field}.`;
}

/**
 * Of an hour that comes twice, node-cron 4.6 leaves out the first. An expression for every hour is the same in UTC wherever
 * the zone is whole hours away from it, and there no hour comes twice.
 */
function zoneFor(expression: string, timeZone: string): string {
  const everyHour = /^\S+(?:\s+\*){4}$/.test(expression.trim());
  if (!everyHour) return timeZone;
  const minutes = (zone: string) =>
    new Intl.DateTimeFormat('en', { timeZone: zone, minute: 'numeric' }).format(new Date());
  return minutes(timeZone) === minutes('UTC') ? 'UTC' : timeZone;
}

export interface Schedule {
  /** The next moment, in milliseconds since 1970; null: there is none. */
  next(): number | null;
  end(): Promise<void>;
}

/** Calls at each moment of the expression. Moments that were slept through are made up for by nobody. */
export function startSchedule(expression: string, timeZone: string, call: () => void): Schedule {
  const task = schedule(expression, call, {
    timezone: zoneFor(expression, timeZone),
    suppressMissedWarning: true,
  });
  return {
    next: () => task.getNextRun()?.getTime() ?? null,
    end: async () => {
      await task.destroy();
    },
  };
}
