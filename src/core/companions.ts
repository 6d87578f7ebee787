/** Systems side by side in one pass: one that does not answer is left out of it as soon as only it is waited for. */

/** One system of several. */
export interface Companion {
  /** Aborted when nobody waits any longer for its server to answer. */
  readonly leave: AbortSignal;
  /** Tells that a server has answered: from now on its own deadlines count. */
  connected(): void;
  /** Tells that its part is over. */
  done(): void;
}

/**
 * A system is left out that still connects when each other one is through and `patience` is over. Where no other one has got any
 * further, there is nobody to keep waiting, and it takes what its own deadlines allow.
 * @param patience resolves when a healthy server would have answered; absent: it is never over.
 */
export function companions(systems: number, patience: (() => Promise<void>) | undefined): readonly Companion[] {
  const connecting = new Map<number, AbortController>();
  const atWork = new Set<number>();
  let through = 0;
  let patient = true;
  const look = () => {
    if (patient || through === 0 || atWork.size > 0) return;
    for (const leaving of connecting.values()) leaving.abort();
  };
  if (systems > 1) {
    void patience?.().then(() => {
      patient = false;
      look();
    });
  }
  return Array.from({ length: systems }, (_, nth) => {
    const leaving = new AbortController();
    connecting.set(nth, leaving);
    return {
      leave: leaving.signal,
      connected: () => {
        connecting.delete(nth);
        atWork.add(nth);
      },
      done: () => {
        if (atWork.delete(nth)) through += 1;
        connecting.delete(nth);
        look();
      },
    };
  });
}
