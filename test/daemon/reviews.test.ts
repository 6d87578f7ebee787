/** The rounds of reviews: who is planned and who only validated, in which order, when again, and what a failure stops. */
import { describe, expect, test, vi } from 'vitest';
import { MusterError } from '../../src/errors.ts';
import { ForgeBusy } from '../../src/forges/port.ts';
import { AWAY, bench, passOf, request, round, TARGET } from '../support/review-rounds.ts';

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

  test.each([
    ['took in another revision', 'e'.repeat(40), false],
    ['wrote something', TARGET, true],
  ])('once more when a pass %s while it was being looked at', async (_what, revision, wrote) => {
    const made = await bench([request(7)]);
    await made.service.passed?.(passOf(TARGET, false));
    made.open = [request(7, { head: 'c'.repeat(40) })];
    made.outcome = () => {
      void made.service.passed?.(passOf(revision, wrote));
      return {};
    };
    await round(made);
    made.outcome = () => ({ target: revision });
    await round(made);
    await round(made);
    expect(made.orders).toHaveLength(3);
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
        topic: 'outcome',
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

  test('what came of a merge and can’t be told is a notice, and keeps nobody’s review waiting', async () => {
    const made = await bench([]);
    const refuse = () => Promise.reject(new MusterError({ ...AWAY, remedy: 'person', what: 'No.' }));
    made.outcomes = [{ number: 5, topic: 'outcome', text: 'done as shown', told: refuse }];
    made.open = [request(7)];
    await round(made);
    expect(made.verdicts.at(-1)).toBe('7 passed: fine');
    expect(made.service.notices?.()).toMatchObject([{ kind: 'forge', text: expect.stringContaining('No.') }]);
    await made.end();
  });

  test('a revision that is newly held because it is not approved is looked at without waiting for the next turn', async () => {
    const made = await bench([]);
    await made.rest();
    made.outcomes = [{ number: 5, topic: 'approval', text: 'not approved', told: () => Promise.resolve() }];
    await made.service.passed?.({ ...passOf(TARGET, false), unapproved: 'a'.repeat(40) });
    // Nobody lets the rest pass: it is broken off.
    await vi.waitFor(() => expect(made.comments.get(5)).toBe('not approved'));
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
