/** How often one address may ask: whoever asks more is told so before anything is looked up. */

/** Requests of one address in a minute: a person with several pages open and a monitoring server stay far below. */
const REQUESTS_PER_MINUTE_MAX = 300;
const MINUTE_MS = 60_000;
/** Addresses counted in one minute: beyond that, nobody new is listened to until the next. */
const ADDRESSES_MAX = 1_000;

/** @param clock milliseconds that only go forward. */
export class RateLimit {
  readonly #clock: () => number;
  #counts = new Map<string, number>();
  #since: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#since = clock();
  }

  /** Counts one request; false: it is one too many. */
  admits(address: string): boolean {
    const now = this.#clock();
    if (now - this.#since >= MINUTE_MS) {
      this.#counts = new Map();
      this.#since = now;
    }
    const count = this.#counts.get(address) ?? 0;
    if (count >= REQUESTS_PER_MINUTE_MAX || (count === 0 && this.#counts.size >= ADDRESSES_MAX)) return false;
    this.#counts.set(address, count + 1);
    return true;
  }
}
