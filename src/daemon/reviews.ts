/** Reviews of merge requests: each open one is looked at beside the passes, and its comment and status are kept up to date. */
import type { MergeRequestMemory, MergeRequestStanding } from '../core/merge-requests.ts';
import type { Notice } from '../core/plan.ts';
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import { type Forge, ForgeBusy, type MergeRequest, type VerdictState } from '../forges/port.ts';
import type { Log } from '../log.ts';
import type { Instant } from '../model/document.ts';
import { retryAfter } from './loop.ts';
import { asKnown, inTurn, type Known, putOff } from './review-turns.ts';
import type { Reviewed, Reviewer, ReviewOrder, UntoldOutcome } from './reviewer.ts';
import type { Service } from './service.ts';

export interface ReviewParts {
  readonly forge: Forge;
  /** The branch that counts. */
  readonly branch: string;
  /** Whose merge requests are planned, as the forge names them; in any case of letters. */
  readonly authors: readonly string[];
  /** Milliseconds between two looks when nobody asks for one. */
  readonly everyMs: number;
  /** Closed when the service ends. */
  readonly reviewer: Reviewer;
  readonly memory: MergeRequestMemory;
  outcomes(): Promise<readonly UntoldOutcome[]>;
  /** Where the whole of a review is shown; null: nowhere. */
  linkTo(number: number): string | null;
  readonly log: Log;
  readonly clock: () => Instant;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Least time between two rounds, in milliseconds: what a flood of notices comes to. */
const SPACING_MS = 1_000;

const BYTES_OF_MB = 1024 * 1024;

/** Failures in a row from which on it is no short absence any more: some four minutes of them. */
const FAILURES_TOLD = 5;

export function reviewService(parts: ReviewParts): Service {
  const desk = new Desk(parts);
  return {
    name: 'reviews',
    begin: () => Promise.resolve(desk.begin()),
    noticed: () => desk.wake(),
    notices: () => desk.notices(),
    passed: ({ plan: { revision }, unapproved = null, applied }) => {
      const isHeld = desk.held(unapproved);
      // Neither waits for a review.
      if (desk.moved(revision, applied.length > 0) || isHeld) desk.wake();
      return Promise.resolve();
    },
  };
}

class Desk {
  readonly #parts: ReviewParts;
  readonly #authors: ReadonlySet<string>;
  readonly #stopping = new AbortController();
  #awake = new AbortController();
  #known: ReadonlyMap<number, Known> = new Map();
  #revision: string | null = null;
  #held: string | null = null;
  #writes = 0;
  #failures = 0;
  #told: string | null = null;
  #trouble: Trouble | null = null;
  #answeredAt: Instant | null = null;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
    this.#authors = new Set(parts.authors.map((name) => name.toLowerCase()));
  }

  begin(): () => Promise<void> {
    const ended = this.#run();
    return async () => {
      this.#stopping.abort();
      await ended;
      await this.#parts.reviewer.close();
      this.#parts.forge.close();
    };
  }

  wake(): void {
    this.#awake.abort();
  }

  /** Whether what was reviewed may be otherwise by now. A review may be ahead of the pass that takes the same revision in. */
  moved(revision: string, wrote: boolean): boolean {
    const isNew = this.#revision !== null && this.#revision !== revision;
    this.#revision = revision;
    if (wrote) this.#writes += 1;
    if (!isNew && !wrote) return false;
    const stale = ({ target }: Known) => wrote || target !== revision;
    const known = [...this.#known].map(
      ([number, one]) => [number, stale(one) ? { ...one, target: null } : one] as const,
    );
    this.#known = new Map(known);
    return true;
  }

  /** A forge that is away stops nothing; that nobody sees reviews is said all the same. */
  notices(): readonly Notice[] {
    const trouble = this.#trouble;
    if (trouble === null || (trouble.remedy === 'retry' && this.#failures < FAILURES_TOLD)) return [];
    const text = `Merge requests are not reviewed. ${trouble.where}: ${trouble.what}`;
    const { next } = trouble;
    return [{ kind: 'forge', person: null, subject: trouble.where, text, next, origin: null, urgent: false }];
  }

  /** Whether another revision is held than before, of which somebody has to be told. */
  held(revision: string | null): boolean {
    const isNew = revision !== null && this.#held !== revision;
    this.#held = revision;
    return isNew;
  }

  async #run(): Promise<void> {
    const { sleep, everyMs } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      this.#awake = new AbortController();
      const rest = await this.#round();
      if (this.#stopping.signal.aborted) return;
      await sleep(Math.max(rest.least, SPACING_MS), this.#stopping.signal);
      const left = Math.max(0, (rest.most ?? everyMs) - Math.max(rest.least, SPACING_MS));
      if (!this.#awake.signal.aborted) {
        await sleep(left, AbortSignal.any([this.#awake.signal, this.#stopping.signal]));
      }
    }
  }

  /** @returns how long to rest, in milliseconds: at least, whoever asks, and at most, where nobody does (null: as configured). */
  async #round(): Promise<{ readonly least: number; readonly most: number | null }> {
    try {
      await this.#look();
      this.#failures = 0;
      await this.#keep(null);
      return { least: 0, most: null };
    } catch (error) {
      if (this.#stopping.signal.aborted) return { least: 0, most: 0 };
      this.#failures += 1;
      await this.#keep(troubleOf(error));
      const least = error instanceof ForgeBusy ? error.seconds * 1000 : 0;
      return { least, most: Math.max(least, retryAfter(this.#failures)) };
    }
  }

  async #keep(trouble: Trouble | null): Promise<void> {
    const { memory, log, clock } = this.#parts;
    this.#tell(trouble);
    this.#trouble = trouble;
    const at = clock();
    if (trouble === null) this.#answeredAt = at;
    const open = [...this.#known.values()].map((known) => this.#standingOf(known));
    await memory.keep({ open, at, answeredAt: this.#answeredAt, trouble }).catch((error: unknown) => {
      log.error('how merge requests stand could not be kept', { ...troubleOf(error) });
    });
  }

  #standingOf({ request, headline, at, trouble }: Known): MergeRequestStanding {
    const { number, url, author, head } = request;
    return { number, url, author, head, how: this.#howOf(request), headline, at, trouble };
  }

  /** The same trouble again and again is told once. */
  #tell(trouble: Trouble | null): void {
    const text = trouble === null ? null : `${trouble.where}: ${trouble.what}`;
    if (trouble !== null && text !== this.#told)
      this.#parts.log.warn('merge requests are not looked at', { ...trouble });
    if (trouble === null && this.#told !== null) this.#parts.log.info('merge requests are looked at again');
    this.#told = text;
  }

  async #look(): Promise<void> {
    const { forge, branch, clock } = this.#parts;
    const open = await forge.openRequests(branch);
    this.#known = asKnown(open, this.#known);
    await this.#keep(null);
    const refused = await this.#tellOutcomes();
    const due = inTurn([...this.#known.values()], clock(), (request) => this.#howOf(request) === 'plan');
    for (const known of due) {
      if (this.#stopping.signal.aborted) return;
      this.#learn(await this.#one(known));
    }
    if (refused !== null) throw refused;
  }

  /** @returns what the forge refuses, which keeps nobody's review waiting; null: nothing. Where it is away, nothing goes on. */
  async #tellOutcomes(): Promise<MusterError | null> {
    const { forge, outcomes, log } = this.#parts;
    try {
      for (const { number, topic, text, told } of await outcomes()) {
        await forge.comment({ number }, topic, text);
        await told();
        log.info(TELLING[topic], { number });
      }
      return null;
    } catch (error) {
      if (error instanceof MusterError && error.remedy === 'person') return error;
      throw error;
    }
  }

  #learn(known: Known): void {
    this.#known = new Map([...this.#known, [known.request.number, known]]);
  }

  /** A pass that ended while a review was under way made it old before it was done. */
  #hasMoved(before: { readonly revision: string | null; readonly writes: number }, target: string): boolean {
    if (before.writes !== this.#writes) return true;
    return before.revision !== this.#revision && this.#revision !== target;
  }

  #howOf({ isFork, author }: MergeRequest): ReviewOrder['how'] {
    return !isFork && this.#authors.has(author.toLowerCase()) ? 'plan' : 'validate';
  }

  /** What the forge throws ends the round; what the review throws stays with this merge request. */
  async #one(known: Known): Promise<Known> {
    const { forge, reviewer, clock, log, memory } = this.#parts;
    const { request } = known;
    const link = this.#parts.linkTo(request.number);
    const judge = (state: VerdictState, text: string) => forge.judge(request, { state, text, link });
    if (known.at === null && known.failures === 0) await judge('working', 'Muster is looking at it.');
    const began = clock();
    const before = { revision: this.#revision, writes: this.#writes };
    const { number, ref, head } = request;
    const order = { number, ref, head, how: this.#howOf(request), charactersMax: forge.commentCharactersMax, link };
    let reviewed: Reviewed;
    try {
      reviewed = await reviewer.review(order, this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return known;
      const trouble = troubleOf(error);
      log.warn('a merge request could not be looked at', { number, head, ...trouble });
      await judge('failed', `Could not be looked at: ${trouble.what} It is tried again.`);
      return putOff(known, trouble, clock());
    }
    await memory.keepPage(number, reviewed.page);
    await forge.comment(request, 'review', reviewed.markdown);
    await forge.remark(request, reviewed.remarks);
    await judge(verdictOf(reviewed), reviewed.headline);
    const mb = Math.round(reviewed.bytes / BYTES_OF_MB);
    log.info('merge request looked at', {
      number,
      head,
      how: order.how,
      state: reviewed.state,
      ms: clock() - began,
      mb,
    });
    const { headline } = reviewed;
    const target = this.#hasMoved(before, reviewed.target) ? null : reviewed.target;
    const done = { request, headline, target, at: clock(), trouble: null, failures: 0, notBefore: 0 };
    if (reviewed.state !== 'unknown') return done;
    return { ...putOff(known, null, clock()), headline, at: done.at };
  }
}

/** What could not be read now is no reason to refuse a merge request for good: it stays open until it is known. */
function verdictOf({ state }: Reviewed): VerdictState {
  return state === 'unknown' ? 'working' : state;
}

/** For the log. */
const TELLING: Readonly<Record<UntoldOutcome['topic'], string>> = {
  outcome: 'told what came of a merge request',
  approval: 'told how it stands with the approval of a merge request',
};
