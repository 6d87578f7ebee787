/** Systems side by side in one pass: one that does not answer, at first or any more, is left out of it as soon as only it is waited for. */

/** One system of several. */
export interface Companion {
  /** Aborted when nobody waits any longer for its server to answer. */
  readonly leave: AbortSignal;
  /**
   * Tells that a server has answered: from now on it is waited for as long as it goes on doing so.
   * @param heard how much it has said so far; absent: nobody can tell, and its own deadlines count.
   */
  connected(heard?: () => number): void;
  /** Tells that an answer of the server is waited for, until `work` is over: whoever is asked nothing says nothing. */
  awaiting<T>(work: Promise<T>): Promise<T>;
  /** Tells that its part is over. */
  done(): void;
}

/** So often must `patience` be over without a word before a server that has answered once counts as silent: slow is not down. */
const SILENT_ROUNDS = 3;

/**
 * A system is left out that still connects, or has fallen silent, when each other one is through and `patience` is over. Where no other
 * one has got any further, there is nobody to keep waiting, and it takes what its own deadlines allow.
 * @param patience resolves when a healthy server would have answered, and after what came in meanwhile was taken in; absent: it is
 * never over.
 */
export function companions(systems: number, patience: (() => Promise<void>) | undefined): readonly Companion[] {
  const connecting = new Map<number, AbortController>();
  const atWork = new Map<number, AtWork>();
  let through = 0;
  let patient = true;
  const look = () => {
    if (patient || through === 0) return;
    const silent = [...atWork.values()].filter((one) => one.isSilent());
    if (silent.length < atWork.size) return;
    for (const leaving of connecting.values()) leaving.abort();
    for (const { leaving } of silent) leaving.abort();
  };
  const watch = async () => {
    if (patience === undefined || systems < 2) return;
    while (connecting.size + atWork.size > 0) {
      for (const one of atWork.values()) one.beginRound();
      await patience();
      for (const one of atWork.values()) one.endRound();
      patient = false;
      look();
    }
  };
  const all = Array.from({ length: systems }, (_, nth): Companion => {
    const leaving = new AbortController();
    connecting.set(nth, leaving);
    let work: AtWork | null = null;
    return {
      leave: leaving.signal,
      connected: (heard) => {
        work = new AtWork(leaving, heard);
        connecting.delete(nth);
        atWork.set(nth, work);
      },
      awaiting: (answer) => (work === null ? answer : work.awaiting(answer)),
      done: () => {
        if (atWork.delete(nth) && !leaving.signal.aborted) through += 1;
        connecting.delete(nth);
        look();
      },
    };
  });
  void watch();
  return all;
}

/** A system whose server has answered once. */
class AtWork {
  readonly leaving: AbortController;
  readonly #heard: (() => number) | undefined;
  /** Answers that are waited for now, and how often that has begun or ended. */
  #awaited = 0;
  #turns = 0;
  #before: string | null = null;
  #silentRounds = 0;

  constructor(leaving: AbortController, heard: (() => number) | undefined) {
    this.leaving = leaving;
    this.#heard = heard;
  }

  async awaiting<T>(answer: Promise<T>): Promise<T> {
    this.#awaited += 1;
    this.#turns += 1;
    try {
      return await answer;
    } finally {
      this.#awaited -= 1;
      this.#turns += 1;
    }
  }

  beginRound(): void {
    const now = this.#signs();
    if (now !== this.#before) this.#silentRounds = 0;
    this.#before = now;
  }

  /** One that began in the middle of a round has no round behind it. */
  endRound(): void {
    if (this.#before === null) return;
    this.#silentRounds = this.#isWaiting() && this.#signs() === this.#before ? this.#silentRounds + 1 : 0;
  }

  isSilent(): boolean {
    return this.#isWaiting() && this.#silentRounds >= SILENT_ROUNDS && this.#signs() === this.#before;
  }

  #isWaiting(): boolean {
    return this.#awaited > 0 && this.#heard !== undefined;
  }

  #signs(): string {
    return `${this.#turns} ${this.#heard?.() ?? ''}`;
  }
}
