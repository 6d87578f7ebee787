/** The log: structured lines (JSON) on standard error, one object each, with the run they belong to. */
import { type Logger, pino } from 'pino';
import type { LogLevel } from './log-level.ts';

/** Facts of one line. A `Secret` among them prints as `[redacted]`, because that is what its own JSON form says. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** The same log, with the id of a run on every line. */
  ofRun(runId: string): Log;
}

const STANDARD_ERROR = 2;

/**
 * @param level lines below it are dropped; `silent` drops all.
 * @param write receives whole lines; standard error unless a test says otherwise.
 */
export function openLog(level: LogLevel, write?: (line: string) => void): Log {
  return logOf(openPino(level, write));
}

/** The log of a server of pages, with methods as the server wants them: what goes wrong, and not each request, unless somebody is looking for a fault. */
export function openServerLog(level: LogLevel): Logger {
  const noisy = level === 'debug' || level === 'trace';
  return openPino(noisy || level === 'error' || level === 'silent' ? level : 'warn').child({ part: 'status page' });
}

function openPino(level: LogLevel, write?: (line: string) => void): Logger {
  // Written at once: a line that is still in memory when the process dies is the one that would have told why.
  const destination = write === undefined ? pino.destination({ dest: STANDARD_ERROR, sync: true }) : { write };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    destination,
  );
}

function logOf(target: Logger): Log {
  return {
    debug: (message, facts = {}) => target.debug(facts, message),
    info: (message, facts = {}) => target.info(facts, message),
    warn: (message, facts = {}) => target.warn(facts, message),
    error: (message, facts = {}) => target.error(facts, message),
    ofRun: (run) => logOf(target.child({ run })),
  };
}
