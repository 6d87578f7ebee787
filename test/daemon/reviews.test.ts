/** The rounds of reviews: who is planned and who only validated, in which order, when again, and what a failure stops. */
import { describe, expect, test } from 'vitest';
import type { MergeRequestStandings } from '../../src/core/merge-requests.ts';
import type { Report } from '../../src/core/report.ts';
import type { Reviewed, Reviewer, ReviewOrder, UntoldOutcome } from '../../src/daemon/reviewer.ts';
import { reviewService } from '../../src/daemon/reviews.ts';
import type { Service } from '../../src/daemon/service.ts';
import { MusterError } from '../../src/errors.ts';
import { type Forge, ForgeBusy, type MergeRequest } from '../../src/forges/port.ts';
import { openLog } from '../../src/log.ts';
import { reportOf } from '../support/status-sample-report.ts';

const EVERY_MS = 60_000;
const TARGET = 'f'.repeat(40);
const AWAY = { remedy: 'retry', where: 'gitlab', what: 'The connection failed.', next: 'Wait.' } as const;

function request(number: number, given: Partial<MergeRequest> = {}): MergeRequest {
  const head = String(number).padStart(40, '0');
  const url = `https://gitlab.example.org/${number}`;
  return { number, url, head, ref: `refs/merge-requests/${number}/head`, author: 'rie', isFork: false, ...given };
}

interface Bench {
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

async function bench(
  open: MergeRequest[],
  given: Partial<Pick<Bench, 'outcome' | 'forgeTrouble'>> = {},
): Promise<Bench> {
  const waiting: { readonly resolve: () => void; readonly signal: AbortSignal }[] = [];
  let announce = () => {};
  const forge = forgeOf(() => made);
  const reviewer = (): Reviewer => ({
    review: (order) => {
      made.orders.push(order);
      const outcome = made.outcome(order);
      if (outcome instanceof MusterError) return Promise.reject(outcome);
      const plain = {
        target: TARGET,
        state: 'passed',
        headline: 'fine',
        markdown: `of ${order.head}`,
        remarks: [],
        page: '{}',
      } as const;
      return Promise.resolve({ ...plain, ...outcome });
    },
    close: () => Promise.resolve(),
  });
  const service = reviewService({
    forge,
    branch: 'main',
    authors: ['Rie'],
    everyMs: EVERY_MS,
    openReviewer: reviewer,
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

function passOf(revision: string, wrote: boolean): Report {
  const { plan, ...report } = reportOf(0, wrote ? 'failing' : 'good', (plain) => plain);
  return { ...report, plan: { ...plan, revision } };
}

/** One whole round: the short rest after the last one, and the long one. */
async function round(made: Bench): Promise<void> {
  await made.rest();
  await made.rest();
}

describe('who is planned', () => {
  test('people on the list, in any case of letters; all others, and whatever comes from a fork, are only validated', async () => {
    const made = await bench([
      request(1, { author: 'stranger' }),
      request(2, { author: 'rie', isFork: true }),
      request(3, { author: 'RIE' }),
    ]);
    expect(made.orders.map(({ number, how }) => [number, how])).toEqual([
      [3, 'plan'],
      [1, 'validate'],
      [2, 'validate'],
    ]);
    await made.end();
  });
});

describe('what is said', () => {
  test('first that it is looked at, then what came of it', async () => {
    const made = await bench([request(7)]);
    expect(made.verdicts).toEqual(['7 working: Muster is looking at it.', '7 passed: fine']);
    expect(made.comments.get(7)).toBe(`of ${request(7).head}`);
    expect(made.standings?.open).toMatchObject([{ number: 7, headline: 'fine', trouble: null }]);
    expect(made.orders[0]?.link).toBe('https://muster.example.org/merge-requests/7');
    expect(made.pages.get(7)).toBe('{}');
    await made.end();
  });

  test('what is not known yet stays open, and is looked at again after a while that grows', async () => {
    const made = await bench([request(7)], { outcome: () => ({ state: 'unknown', headline: 'not known' }) });
    expect(made.verdicts.at(-1)).toBe('7 working: not known');
    await round(made);
    expect(made.orders).toHaveLength(1);
    made.now += 15_000;
    await round(made);
    expect(made.orders).toHaveLength(2);
    made.now += 15_000;
    await round(made);
    expect(made.orders).toHaveLength(2);
    await made.end();
  });

  test('a review that fails is said beside its commit, and the others go on', async () => {
    const made = await bench([request(7), request(8)], {
      outcome: ({ number }) => (number === 7 ? new MusterError({ ...AWAY, what: 'It broke.' }) : {}),
    });
    expect(made.verdicts).toContain('7 failed: Could not be looked at: It broke. It is tried again.');
    expect(made.verdicts).toContain('8 passed: fine');
    expect(made.standings?.open.find(({ number }) => number === 7)?.trouble).toMatchObject({ what: 'It broke.' });
    expect(made.standings?.trouble).toBeNull();
    await made.end();
  });
});

describe('when it is looked at again', () => {
  test('not while nothing is new; at once when there is another commit', async () => {
    const made = await bench([request(7)]);
    await round(made);
    expect(made.orders).toHaveLength(1);
    made.open = [request(7, { head: 'c'.repeat(40) })];
    await round(made);
    expect(made.orders).toHaveLength(2);
    await made.end();
  });

  test('when the branch moved, when a pass wrote something, and after a quarter of an hour', async () => {
    const made = await bench([request(7)]);
    await made.service.passed?.(passOf(TARGET, false));
    await round(made);
    expect(made.orders).toHaveLength(1);
    await made.service.passed?.(passOf('e'.repeat(40), false));
    await round(made);
    expect(made.orders).toHaveLength(2);
    await made.service.passed?.(passOf(TARGET, false));
    await made.service.passed?.(passOf(TARGET, true));
    await round(made);
    expect(made.orders).toHaveLength(3);
    made.now += 15 * 60_000;
    await round(made);
    expect(made.orders).toHaveLength(4);
    await made.end();
  });

  test('new commits do not wait behind what is only looked at again', async () => {
    const made = await bench([1, 2, 3, 4, 5].map((number) => request(number)));
    made.now += 15 * 60_000;
    made.open = [...made.open, request(9)];
    made.orders.length = 0;
    await round(made);
    expect(made.orders.map(({ number }) => number)).toEqual([9, 1, 2, 3]);
    await made.end();
  });

  test('a notice ends the rest; a flood of them comes to one look a second', async () => {
    const made = await bench([request(7)]);
    for (let n = 0; n < 1_000; n += 1) made.service.noticed?.();
    await made.rest();
    // The long rest was over before it began.
    expect(made.slept).toEqual([1_000, 1_000]);
    await made.end();
  });
});

describe('a forge that is away', () => {
  test('is asked again after a while that grows, is told once, and what was reviewed is remembered', async () => {
    const made = await bench([request(7)]);
    made.forgeTrouble = new MusterError(AWAY);
    await round(made);
    await made.rest();
    expect(made.slept.at(-1)).toBe(15_000 - 1_000);
    expect(made.standings?.trouble).toMatchObject(AWAY);
    await round(made);
    expect(made.slept.at(-1)).toBe(30_000 - 1_000);
    made.forgeTrouble = null;
    await round(made);
    expect(made.standings?.trouble).toBeNull();
    expect(made.orders).toHaveLength(1);
    await made.end();
  });

  test('and one that asks for patience gets it, whoever pushes', async () => {
    const made = await bench([]);
    made.forgeTrouble = new ForgeBusy(AWAY, 300);
    await round(made);
    made.service.noticed?.();
    expect(made.slept.at(-1)).toBe(300_000);
    await made.end();
  });
});

describe('what is said elsewhere', () => {
  test('what came of a merge is told on its merge request once, and again at the next look where the forge was away', async () => {
    const made = await bench([]);
    let told = 0;
    made.outcomes = [
      {
        number: 5,
        text: 'done as shown',
        told: () => {
          told += 1;
          made.outcomes = [];
          return Promise.resolve();
        },
      },
    ];
    made.forgeTrouble = new MusterError(AWAY);
    await round(made);
    expect(told).toBe(0);
    made.forgeTrouble = null;
    await round(made);
    await round(made);
    expect(made.comments.get(5)).toBe('done as shown');
    expect(told).toBe(1);
    await made.end();
  });

  test('a forge that refuses is a notice at once; one that is away, after five failures', async () => {
    const made = await bench([]);
    made.forgeTrouble = new MusterError(AWAY);
    for (let n = 0; n < 4; n += 1) await round(made);
    expect(made.service.notices?.()).toEqual([]);
    await round(made);
    expect(made.service.notices?.()).toMatchObject([
      { kind: 'forge', text: 'Merge requests are not reviewed. gitlab: The connection failed.', next: 'Wait.' },
    ]);
    made.forgeTrouble = null;
    await round(made);
    expect(made.service.notices?.()).toEqual([]);
    made.forgeTrouble = new MusterError({ ...AWAY, remedy: 'person' });
    await round(made);
    expect(made.service.notices?.()).toHaveLength(1);
    await made.end();
  });
});
