/** Reviews of merge requests: each open one is looked at beside the passes, and its comment and status are kept up to date. */
import { MusterError, type Trouble, troubleOf } from '../errors.ts';
import { type Forge, ForgeBusy, type MergeRequest, type Remark, type VerdictState } from '../forges/port.ts';
import type { Log } from '../log.ts';
import type { Instant } from '../model/document.ts';
import { retryAfter } from './loop.ts';
import type { Service } from './service.ts';

/** What came of looking at one merge request. */
export interface Reviewed {
  /** Commit of the branch that it would be merged into. */
  readonly target: string;
  /** `unknown`: something could not be read, so that it is looked at again soon. */
  readonly state: 'passed' | 'failed' | 'unknown';
  /** One line, for the status. */
  readonly headline: string;
  /** The comment. */
  readonly markdown: string;
  readonly remarks: readonly Remark[];
}

export interface ReviewOrder {
  readonly number: number;
  readonly ref: string;
  readonly head: string;
  /** `validate`: nothing that any system holds may be read for it. */
  readonly how: 'plan' | 'validate';
  readonly charactersMax: number;
}

/** Looks at merge requests, one after the other, where no pass has to wait for it. */
export interface Reviewer {
  /** Throws MusterError. */
  review(order: ReviewOrder, signal: AbortSignal): Promise<Reviewed>;
  close(): Promise<void>;
}

/** How it stands with one open merge request, for whoever asks. */
export interface ReviewStanding {
  readonly number: number;
  readonly url: string;
  readonly author: string;
  readonly how: ReviewOrder['how'];
  readonly head: string;
  /** Null: not looked at yet. */
  readonly headline: string | null;
  readonly at: Instant | null;
  /** Why it could not be looked at; null: it could, or nobody has tried. */
  readonly trouble: Trouble | null;
}

export interface ReviewMemory {
  /** All that are open, and why the forge could not be asked; null: it could. */
  keep(standings: readonly ReviewStanding[], trouble: Trouble | null, at: Instant): Promise<void>;
}

export interface ReviewParts {
  readonly forge: Forge;
  /** The branch that counts. */
  readonly branch: string;
  /** Whose merge requests are planned, as the forge names them; in any case of letters. */
  readonly authors: readonly string[];
  /** Milliseconds between two looks when nobody asks for one. */
  readonly everyMs: number;
  /** Opened for each round that has something to look at. */
  openReviewer(): Reviewer;
  readonly memory: ReviewMemory;
  readonly log: Log;
  readonly clock: () => Instant;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What the systems hold changes without anybody's saying so: a review that is older is made anew. */
const REFRESH_MS = 15 * 60_000;
/** Reviews that are only refreshed, in one round: new commits do not wait behind them. */
const REFRESHES_MAX = 3;
/** Least time between two rounds, in milliseconds: what a flood of notices comes to. */
const SPACING_MS = 1_000;

interface Known {
  readonly request: MergeRequest;
  readonly headline: string | null;
  readonly target: string | null;
  readonly at: Instant | null;
  readonly trouble: Trouble | null;
  /** In a row. */
  readonly failures: number;
  /** Not before that; 0: whenever. */
  readonly notBefore: Instant;
}

export function reviewService(parts: ReviewParts): Service {
  const desk = new Desk(parts);
  return {
    name: 'reviews',
    begin: () => Promise.resolve(desk.begin()),
    noticed: () => desk.wake(),
    passed: ({ plan: { revision }, applied }) => {
      // Neither waits for a review.
      if (desk.moved(revision, applied.length > 0)) desk.wake();
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
  #failures = 0;
  #told: string | null = null;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
    this.#authors = new Set(parts.authors.map((name) => name.toLowerCase()));
  }

  begin(): () => Promise<void> {
    const ended = this.#run();
    return async () => {
      this.#stopping.abort();
      await ended;
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
    if (!isNew && !wrote) return false;
    const stale = ({ target }: Known) => wrote || target !== revision;
    const known = [...this.#known].map(
      ([number, one]) => [number, stale(one) ? { ...one, target: null } : one] as const,
    );
    this.#known = new Map(known);
    return true;
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
    const standings = [...this.#known.values()].map(({ request, headline, at, trouble: own }): ReviewStanding => {
      const { number, url, author, head } = request;
      return { number, url, author, head, how: this.#howOf(request), headline, at, trouble: own };
    });
    await memory.keep(standings, trouble, clock()).catch((error: unknown) => {
      log.error('how merge requests stand could not be kept', { ...troubleOf(error) });
    });
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
    this.#known = new Map(open.map((request) => [request.number, this.#asKnown(request)]));
    const now = clock();
    const due = [...this.#known.values()].filter((known) => this.#isDue(known, now));
    if (due.length === 0) return;
    const reviewer = this.#parts.openReviewer();
    try {
      for (const known of this.#inTurn(due)) {
        if (this.#stopping.signal.aborted) return;
        this.#learn(await this.#one(known, reviewer));
      }
    } finally {
      await reviewer.close();
    }
  }

  /** A new commit makes what was known of the old one void. */
  #asKnown(request: MergeRequest): Known {
    const before = this.#known.get(request.number);
    if (before?.request.head === request.head) return { ...before, request };
    return { request, headline: null, target: null, at: null, trouble: null, failures: 0, notBefore: 0 };
  }

  #learn(known: Known): void {
    this.#known = new Map([...this.#known, [known.request.number, known]]);
  }

  #isDue({ at, target, notBefore }: Known, now: Instant): boolean {
    if (notBefore > now) return false;
    return at === null || target === null || Math.abs(now - at) >= REFRESH_MS;
  }

  /** New commits first, those of people who wait for a plan before all others; of the rest the longest ago, and not all at once. */
  #inTurn(due: readonly Known[]): readonly Known[] {
    const fresh = due.filter(({ at }) => at === null);
    const planned = fresh.filter(({ request }) => this.#howOf(request) === 'plan');
    const validated = fresh.filter(({ request }) => this.#howOf(request) !== 'plan');
    const again = due.filter(({ at }) => at !== null).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
    return [...planned, ...validated, ...again.slice(0, REFRESHES_MAX)];
  }

  #howOf({ isFork, author }: MergeRequest): ReviewOrder['how'] {
    return !isFork && this.#authors.has(author.toLowerCase()) ? 'plan' : 'validate';
  }

  /** What the forge throws ends the round; what the review throws stays with this merge request. */
  async #one(known: Known, reviewer: Reviewer): Promise<Known> {
    const { forge, clock, log } = this.#parts;
    const { request } = known;
    const judge = (state: VerdictState, text: string) => forge.judge(request, { state, text, link: null });
    if (known.at === null && known.failures === 0) await judge('working', 'Muster is looking at it.');
    const began = clock();
    const { number, ref, head } = request;
    const order = { number, ref, head, how: this.#howOf(request), charactersMax: forge.commentCharactersMax };
    let reviewed: Reviewed;
    try {
      reviewed = await reviewer.review(order, this.#stopping.signal);
    } catch (error) {
      if (this.#stopping.signal.aborted) return known;
      const trouble = troubleOf(error);
      log.warn('a merge request could not be looked at', { number, head, ...trouble });
      await judge('failed', `Could not be looked at: ${trouble.what} It is tried again.`);
      return failed(known, trouble, clock());
    }
    await forge.comment(request, 'review', reviewed.markdown);
    await forge.remark(request, reviewed.remarks);
    await judge(verdictOf(reviewed), reviewed.headline);
    log.info('merge request looked at', { number, head, how: order.how, state: reviewed.state, ms: clock() - began });
    const { headline, target } = reviewed;
    const done = { request, headline, target, at: clock(), trouble: null, failures: 0, notBefore: 0 };
    if (reviewed.state !== 'unknown') return done;
    return { ...failed(known, null, clock()), headline, at: done.at };
  }
}

function failed(known: Known, trouble: Trouble | null, now: Instant): Known {
  const failures = known.failures + 1;
  return { ...known, trouble, failures, target: null, notBefore: now + retryAfter(failures) };
}

/** What could not be read now is no reason to refuse a merge request for good: it stays open until it is known. */
function verdictOf({ state }: Reviewed): VerdictState {
  return state === 'unknown' ? 'working' : state;
}

/** The head is another one than the forge said when it was asked. */
export function headMoved(where: string, expected: string, found: string): MusterError {
  return new MusterError({
    remedy: 'retry',
    where,
    what: `It has moved on from ${expected.slice(0, 8)} to ${found.slice(0, 8)} meanwhile.`,
    next: 'Nothing: the new commits are looked at next.',
  });
}
