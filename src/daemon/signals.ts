/** What the operating system tells the daemon: SIGTERM and SIGINT to stop, SIGUSR1 to look. */

export interface Signals {
  /** Aborted when the process is told to end. */
  readonly stop: AbortSignal;
  /** Calls at SIGUSR1. */
  onLook(call: () => void): void;
  forget(): void;
}

const STOPPING = ['SIGTERM', 'SIGINT'] as const;

/** To be called before anything else: until somebody listens for it, SIGUSR1 makes Node open a debugger. */
export function listenForSignals(): Signals {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  let call = () => {};
  const look = () => call();
  for (const name of STOPPING) process.on(name, stop);
  process.on('SIGUSR1', look);
  return {
    stop: stopping.signal,
    onLook: (next) => {
      call = next;
    },
    forget: () => {
      for (const name of STOPPING) process.off(name, stop);
      process.off('SIGUSR1', look);
    },
  };
}
