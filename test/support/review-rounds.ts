/** Rounds of reviews under a test's hand: a forge and a reviewer in memory, a clock that is set, rests that are let pass one by one. */
import type { MergeRequestStandings } from '../../src/core/merge-requests.ts';
import type { Report } from '../../src/core/report.ts';
import type { Reviewed, Reviewer, ReviewOrder, UntoldOutcome } from '../../src/daemon/reviewer.ts';
import { reviewService } from '../../src/daemon/reviews.ts';
import type { Service } from '../../src/daemon/service.ts';
import { MusterError } from '../../src/errors.ts';
import type { Forge, MergeRequest } from '../../src/forges/port.ts';
import { openLog } from '../../src/log.ts';
import { reportOf } from './status-sample-report.ts';

const EVERY_MS = 60_000;
export const TARGET = 'f'.repeat(40);
export const AWAY = { remedy: 'retry', where: 'gitlab', what: 'The connection failed.', next: 'Wait.' } as const;

export function request(number: number, given: Partial<MergeRequest> = {}): MergeRequest {
  const head = String(number).padStart(40, '0');
  const url = `https://gitlab.example.org/${number}`;
  return { number, url, head, ref: `refs/merge-requests/${number}/head`, author: 'rie', isFork: false, ...given };
}

export interface Bench {
  open: MergeRequest[];
  now: number;
  /** What the forge throws at its next question. */
  forgeTrouble: MusterError | null;
  /** What the review of one comes to; passed by default. */
  outcome: (order: ReviewOrder) => Partial<Reviewed> | MusterError;
  readonly orders: ReviewOrder[];
  readonly comments: Map<number, string>;
  /** `7 working: Muster is looking at it.` */
  readonly verdicts: string[];
  readonly slept: number[];
  standings: MergeRequestStandings | null;
  readonly pages: Map<number, string>;
  /** Not told yet. */
  outcomes: UntoldOutcome[];
  readonly service: Service;
  /** Lets one rest pass; resolves when the next one begins. */
  rest(): Promise<void>;
  end(): Promise<void>;
}

export async function bench(
  open: MergeRequest[],
  given: Partial<Pick<Bench, 'outcome' | 'forgeTrouble'>> = {},
): Promise<Bench> {
  const waiting: { readonly resolve: () => void; readonly signal: AbortSignal }[] = [];
  let announce = () => {};
  const service = reviewService({
    forge: forgeOf(() => made),
    branch: 'main',
    authors: ['Rie'],
    everyMs: EVERY_MS,
    reviewer: reviewerOf(() => made),
    memory: {
      keep: (standings) => {
        made.standings = standings;
        return Promise.resolve();
      },
      keepPage: (number, page) => {
        made.pages.set(number, page);
        return Promise.resolve();
      },
    },
    outcomes: () => Promise.resolve(made.outcomes),
    linkTo: (number) => `https://muster.example.org/merge-requests/${number}`,
    log: openLog('silent'),
    clock: () => made.now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        made.slept.push(ms);
        const settle = () => resolve();
        waiting.push({ resolve: settle, signal });
        signal.addEventListener('abort', settle, { once: true });
        if (signal.aborted) settle();
        announce();
      }),
  });
  const made: Bench = {
    open,
    now: 1_000_000,
    forgeTrouble: null,
    outcome: () => ({}),
    orders: [],
    comments: new Map(),
    verdicts: [],
    slept: [],
    standings: null,
    pages: new Map(),
    outcomes: [],
    service,
    rest: async () => {
      const asleep = new Promise<void>((resolve) => {
        announce = resolve;
      });
      waiting.shift()?.resolve();
      await asleep;
    },
    end: async () => {
      await end?.();
    },
    ...given,
  };
  const asleep = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const end = await service.begin?.({ ask: () => undefined, state: () => Promise.reject() as never });
  await asleep;
  return made;
}

function reviewerOf(made: () => Bench): Reviewer {
  return {
    review: async (order) => {
      made().orders.push(order);
      const outcome = made().outcome(order);
      if (outcome instanceof MusterError) throw outcome;
      const markdown = `of ${order.head}`;
      return {
        target: TARGET,
        state: 'passed',
        headline: 'fine',
        markdown,
        remarks: [],
        page: '{}',
        bytes: 1,
        ...outcome,
      };
    },
    close: () => Promise.resolve(),
  };
}

function forgeOf(made: () => Bench): Forge {
  const ask = async () => {
    const trouble = made().forgeTrouble;
    if (trouble !== null) throw trouble;
  };
  return {
    where: 'gitlab',
    commentCharactersMax: 1_000,
    openRequests: async () => {
      await ask();
      return made().open;
    },
    comment: async ({ number }, _topic, text) => {
      await ask();
      made().comments.set(number, text);
    },
    remark: () => ask(),
    judge: async ({ number }, { state, text }) => {
      await ask();
      made().verdicts.push(`${number} ${state}: ${text}`);
    },
    close: () => undefined,
  };
}

export function passOf(revision: string, wrote: boolean): Report {
  const { plan, ...report } = reportOf(0, wrote ? 'failing' : 'good', (plain) => plain);
  return { ...report, plan: { ...plan, revision } };
}

/** One whole round: the short rest after the last one, and the long one. */
export async function round(made: Bench): Promise<void> {
  await made.rest();
  await made.rest();
}
