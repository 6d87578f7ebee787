/** Edits that take turns: those that wait while one turn goes on are made together in the next. */

/** An edit, and who is told what became of it. */
export interface Waiting<E> {
  readonly edit: E;
  readonly reject: (error: unknown) => void;
}

interface Asked<E> extends Waiting<E> {
  readonly resolve: () => void;
}

/**
 * Makes a batch of edits, and gives those that were made. Whoever is refused alone it tells itself, by `reject`; what it throws, all
 * of the batch are told.
 */
export type MakeEdits<E> = <W extends Waiting<E>>(batch: readonly W[]) => Promise<readonly W[]>;

/** All connections of one adapter share one; that two processes do not write at once is the work of the lease. */
export class EditQueue<E> {
  readonly #make: MakeEdits<E>;
  readonly #waiting: Asked<E>[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(make: MakeEdits<E>) {
    this.#make = make;
  }

  /** Resolves once the edit is made. Whoever comes first takes along all that wait by then; the later turns find nothing left to do. */
  async add(edit: E): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ edit, resolve, reject }));
    // Both are awaited from the start: a refusal comes while the turn of somebody else goes on, and must find someone who listens.
    await Promise.all([done, this.inTurn(() => this.#flush())]);
  }

  /** Work that must not meet an edit half made. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Never throws: each who waits is told. */
  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0);
    if (batch.length === 0) return;
    try {
      for (const { resolve } of await this.#make(batch)) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
