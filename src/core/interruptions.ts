/** Interruptions of a pass: an operator's block and the end of the process do not wait until it is over. */
import { MusterError, type Trouble } from '../errors.ts';

/**
 * - `block`: an operator shuts somebody out, in another process, which needs the lease for it.
 * - `stop`: this process is told to end.
 */
export type Interruption = 'block' | 'stop';

/** Calls when one comes; gives what ends the watch. */
export type Interruptions = (call: (interruption: Interruption) => void) => () => void;

export const NO_INTERRUPTIONS: Interruptions = () => () => undefined;

/** What has come to one pass since it began. */
export class Watch {
  readonly #any = new AbortController();
  readonly #stop = new AbortController();
  /** Ends the watch. */
  readonly end: () => void;

  constructor(interruptions: Interruptions) {
    this.end = interruptions((interruption) => {
      if (interruption === 'stop') this.#stop.abort();
      this.#any.abort();
    });
  }

  /** Aborted at the first interruption. */
  get any(): AbortSignal {
    return this.#any.signal;
  }

  /** Aborted when the process is told to end. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Null: none. */
  get came(): Interruption | null {
    if (this.stop.aborted) return 'stop';
    return this.any.aborted ? 'block' : null;
  }

  /** Why the rest of the pass is not done; null: it is. Blocks themselves give way to nothing but the end of the process. */
  hindrance(lane: boolean): string | null {
    if (this.stop.aborted) return BECAUSE.stop;
    return this.any.aborted && !lane ? BECAUSE.block : null;
  }
}

const BECAUSE: Readonly<Record<Interruption, string>> = {
  block: 'an operator’s block comes first, and the next pass goes on',
  stop: 'Muster was told to stop, and its next start goes on',
};

/** What a system's part of a pass says that was left for an interruption. */
export function interrupted(where: string, interruption: Interruption): Trouble {
  const what = `It was not read to the end: ${BECAUSE[interruption]}.`;
  return { remedy: 'retry', where, what, next: 'Nothing; it goes on by itself.' };
}

/** What `work` gives; throws the trouble as soon as the signal is aborted, and what comes after that is for `late`. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  trouble: () => Trouble,
  late: (result: T) => void = () => undefined,
): Promise<T> {
  let over = () => {};
  const aborted = new Promise<never>((_, reject) => {
    over = () => reject(new MusterError(trouble()));
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    if (signal.aborted) void work.then(late, () => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', over);
    aborted.catch(() => undefined);
  }
}
