/** How much is logged: the names that configuration and command line take, apart from the logger, which takes time to load. */

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
