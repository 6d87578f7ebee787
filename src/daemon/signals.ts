/** What the operating system tells the daemon: SIGTERM and SIGINT to stop, SIGHUP and SIGUSR1 to look. */

export interface Signals {
  /** Aborted when the process is told to end. */
  readonly stop: AbortSignal;
  /** Calls at SIGHUP and SIGUSR1. */
  onLook(call: () => void): void;
  forget(): void;
}

const STOPPING = ['SIGTERM', 'SIGINT'] as const;
/** Where Node runs with --disable-sigusr1 it blocks SIGUSR1 in every thread: SIGHUP comes through always. */
const LOOKING = ['SIGHUP', 'SIGUSR1'] as const;

/** To be called before anything else: until somebody listens, SIGHUP ends Node, and SIGUSR1 makes it open a debugger. */
export function listenForSignals(): Signals {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  let call = () => {};
  const look = () => call();
  for (const name of STOPPING) process.on(name, stop);
  for (const name of LOOKING) process.on(name, look);
  return {
    stop: stopping.signal,
    onLook: (next) => {
      call = next;
    },
    forget: () => {
      for (const name of STOPPING) process.off(name, stop);
      for (const name of LOOKING) process.off(name, look);
    },
  };
}
