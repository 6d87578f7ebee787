/** Sends what is queued, one mail after the other over one connection; every step is written down before it is taken. */
import type { Delivery, Dispatch, Mails } from '../core/mails.ts';
import type { Clock } from '../core/ports.ts';
import { troubleOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Instant } from '../model/document.ts';
import type { SmtpSession } from './smtp.ts';
import { SmtpFailure } from './smtp-failure.ts';

/** While the server can't be reached: doubled each time, up to the most. In milliseconds. */
const WAY_FIRST_MS = 15_000;
const WAY_MOST_MS = 15 * 60_000;
/** While the server does not want one mail: a list that is being edited, a full mailbox, greylisting. In milliseconds. */
const LATER_FIRST_MS = 60_000;
const LATER_MOST_MS = 15 * 60_000;
/**
 * After so long, in milliseconds, a mail that the server does not want is given up, also where it says 5xx: a relay that was set up wrongly
 * over a long weekend is mended by then (RFC 5321, section 4.5.4.1: four to five days).
 */
const PUT_OFF_MOST_MS = 5 * 24 * 3_600_000;
/** So many connections lost in a row, by whatever mail, are the server's doing. */
const LOST_MOST = 10;

export interface SenderParts {
  readonly mails: Mails;
  open(signal: AbortSignal): Promise<SmtpSession>;
  readonly clock: Clock;
  readonly log: Log;
}

export class Sender {
  readonly #parts: SenderParts;
  /** In a row, on the way to the server. */
  #failures = 0;
  #notBefore: Instant = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /**
   * Sends what is due, until nothing is, the way to the server fails, or `mayBegin` says no. A mail that is under way is waited for,
   * until `signal` breaks it off.
   * @returns how many were sent.
   */
  async round(signal: AbortSignal, mayBegin: () => boolean = () => true): Promise<number> {
    const { mails, clock } = this.#parts;
    if (this.#isResting()) return 0;
    const open: { session: SmtpSession | null; lost: number } = { session: null, lost: 0 };
    let sent = 0;
    try {
      while (!signal.aborted && mayBegin()) {
        const dispatch = await mails.take(clock());
        if (dispatch === null) break;
        const delivery = await this.#tried(dispatch, open, signal);
        await mails.settle(dispatch.mail.id, delivery, clock());
        if (delivery.status === 'sent') sent += 1;
        if (this.#isResting()) break;
      }
    } finally {
      open.session?.close();
    }
    return sent;
  }

  async #tried(
    dispatch: Dispatch,
    open: { session: SmtpSession | null; lost: number },
    signal: AbortSignal,
  ): Promise<Delivery> {
    try {
      open.session ??= await this.#parts.open(signal);
    } catch (error) {
      if (!signal.aborted) this.#rest(failureOf(error));
      // Nothing was said of this mail, and another process may find the server well.
      return { status: 'later', error: null, next: this.#parts.clock(), unanswered: false };
    }
    try {
      await open.session.send(dispatch.mail);
      open.lost = 0;
      this.#succeeded();
      return { status: 'sent' };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.obstacle === 'way') {
        open.session.close();
        open.session = null;
        open.lost += 1;
        if (open.lost >= LOST_MOST && !signal.aborted) this.#rest(failure);
      } else {
        open.lost = 0;
      }
      return this.#notTaken(dispatch, failure, signal.aborted);
    }
  }

  /** A moment that is further away than any rest lasts comes of a clock that went back. */
  #isResting(): boolean {
    const left = this.#notBefore - this.#parts.clock();
    return left > 0 && left <= WAY_MOST_MS;
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#parts.log.info('the mail server takes mail again');
    this.#failures = 0;
  }

  /** No mail would fare better now. */
  #rest({ message, next }: SmtpFailure): void {
    const { clock, log } = this.#parts;
    if (this.#failures === 0) log.warn('the mail server takes no mail', { error: message, next });
    this.#notBefore = clock() + waitAfter(this.#failures, WAY_FIRST_MS, WAY_MOST_MS);
    this.#failures += 1;
  }

  /** Of this mail alone: others get their turn. */
  #notTaken({ mail, tries, unanswered, putOffAt }: Dispatch, failure: SmtpFailure, stopping: boolean): Delivery {
    const { clock, log } = this.#parts;
    const now = clock();
    const { obstacle, message } = failure;
    const facts = { mail: mail.id, topic: mail.topic, recipient: mail.recipient, error: message };
    if (failure.unanswered && unanswered > 0) {
      // Handed over twice without a word: more would be a flood, and less than once it can hardly have come.
      log.error('a mail was handed over twice and no answer came; it is not sent again', facts);
      return { status: 'given-up', error: `Handed over twice, and no answer came. ${message}` };
    }
    if (stopping) return { status: 'later', error: null, next: now, unanswered: failure.unanswered };
    if (obstacle !== 'way' && putOffAt !== null && now - putOffAt > PUT_OFF_MOST_MS) {
      log.error('a mail was put off for days and is given up', facts);
      return { status: 'given-up', error: message };
    }
    log.warn('a mail is put off', facts);
    const next = now + waitAfter(tries, LATER_FIRST_MS, LATER_MOST_MS);
    return { status: 'later', error: message, next, unanswered: failure.unanswered };
  }
}

/** What is no word of the server stands between us and it: a file that can't be read, a bug. */
function failureOf(error: unknown): SmtpFailure {
  if (error instanceof SmtpFailure) return error;
  const { where, what, next } = troubleOf(error);
  return new SmtpFailure({ obstacle: 'way', what: `${where}: ${what}`, next, cause: error });
}

function waitAfter(failures: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(failures, 20));
}
