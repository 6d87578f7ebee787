/** Onward: a reading counts only where the server has not gone back behind anything that the same connection has shown of it. */
import { type Position, wentBack } from '../../core/server-memory.ts';
import { MusterError } from '../../errors.ts';

/** How far one connection has seen its server come. */
export class Onward {
  readonly #server: string;
  #furthest: Position | null = null;

  /** @param server as messages call it */
  constructor(server: string) {
    this.#server = server;
  }

  /** The position, noted. */
  note(position: Position | null): Position | null {
    if (this.#furthest === null || (position !== null && !wentBack(this.#furthest, position)))
      this.#furthest = position;
    return position;
  }

  /**
   * Notes where a reading begins or ends.
   * @throws MusterError (`retry`) where the server had come further before: an older one answers behind the same address, and
   * what it shows was true once.
   */
  assert(position: Position | null): void {
    if (!wentBack(this.#furthest, position)) {
      this.note(position);
      return;
    }
    throw new MusterError({
      remedy: 'retry',
      where: `${this.#server}, reading accounts`,
      what: `The server went back in time while it was read: its latest change had the number ${this.#furthest?.sequence}, and then ${position?.sequence}. The reading does not count.`,
      next: 'The next pass tries again; if it goes on, look at what stands behind that address.',
    });
  }
}
