/** A moment as a pure function may see it: asked what has come by then, it learns how long its answers would stay the same. */
import type { Instant } from './document.ts';

/**
 * Whoever works something out at a moment asks it instead of knowing the time. So the stretch of time for which the result
 * holds is known from the questions themselves, and nobody has to keep track of it.
 */
export class Moment {
  readonly #at: Instant;
  #since: Instant = Number.NEGATIVE_INFINITY;
  #until: Instant = Number.POSITIVE_INFINITY;

  /** @param at milliseconds since 1970. */
  constructor(at: Instant) {
    this.#at = at;
  }

  /** Whether that instant has come. */
  reached(instant: Instant): boolean {
    if (instant <= this.#at) {
      if (instant > this.#since) this.#since = instant;
      return true;
    }
    if (instant < this.#until) this.#until = instant;
    return false;
  }

  /** The instant itself: what comes of it holds at no other, and is never used again. */
  exactly(): Instant {
    this.#until = Number.NEGATIVE_INFINITY;
    return this.#at;
  }

  /** First instant at which every answer so far is the same; minus infinity: always was. */
  get since(): Instant {
    return this.#since;
  }

  /** First later instant at which one of the answers so far would be another; infinity: never; minus infinity: only now. */
  get until(): Instant {
    return this.#until;
  }
}
