/** Servers that stop at a limit, are busy or unavailable, answer slowly or break off: at every single request of a reading. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Asked, Manners } from '../support/directory-simulator-manners.ts';
import { refusal } from '../support/refusal.ts';
import {
  guidNumber,
  type SimulatedDirectory,
  simulatedDirectory,
  treeOfPeople,
} from '../support/simulated-directory.ts';

const PEOPLE = 25;
const KNOWN: ReadonlySet<string> = new Set(Array.from({ length: PEOPLE }, (_, at) => guidNumber(at + 1)));
/** Nine pages of three: the last one is not full. */
const SMALL_PAGES: Manners = { pageEntriesMax: 3 };

/** Result codes (RFC 4511 appendix A.2) of a server that has had enough, with what to do about each. */
const LIMITS: readonly (readonly [code: number, words: string])[] = [
  [1, 'can’t do this now'],
  [3, 'time limit'],
  [4, 'size limit'],
  [11, 'administrative limit'],
  [51, 'busy'],
  [52, 'not available'],
  [80, 'code 80'],
];

let directory: SimulatedDirectory;
beforeAll(async () => {
  directory = await simulatedDirectory();
});
afterEach(() => directory?.stop());
afterAll(() => directory?.end());

const people = () => treeOfPeople(PEOPLE, (number) => ({ adminDescription: `muster:test:p${number}:1` }));

const isTo = (nth: number) => {
  let count = 0;
  return ({ operation }: Asked) => (operation === 'search' || operation === 'bind') && count++ === nth;
};

/** Connects and reads everything, with nobody in a protected group. */
async function readEverything(timeouts = {}) {
  const connection = await directory.connect({}, { timeouts: { answerSeconds: 5, ...timeouts } });
  return await connection.reader.readAll(KNOWN);
}

/** How many requests a whole reading takes, the log-on included. */
async function requestsOfAReading(): Promise<number> {
  const { simulator } = directory;
  simulator.manners = SMALL_PAGES;
  const before = simulator.asked.length;
  await readEverything();
  return simulator.asked.length - before;
}

describe('D4: at every request of a reading, page or base read or log-on', () => {
  test.each(LIMITS)('result code %i fails the whole reading, and the next try succeeds', async (code, words) => {
    const simulator = await directory.start({ tree: people() });
    const requests = await requestsOfAReading();
    expect(requests).toBeGreaterThan(15);
    for (let nth = 0; nth < requests; nth += 1) {
      const hits = isTo(nth);
      simulator.manners = { ...SMALL_PAGES, refuses: (asked) => (hits(asked) ? { code, text: '' } : undefined) };
      const error = await refusal(readEverything());
      expect(error, `request ${nth}`).toMatchObject({ remedy: 'retry', what: expect.stringContaining(words) });
      expect((await readEverything()).accounts, `after request ${nth}`).toHaveLength(PEOPLE);
    }
  });

  test('a limit that comes with part of the page fails the whole reading as well', async () => {
    const simulator = await directory.start({ tree: people() });
    simulator.manners = {
      ...SMALL_PAGES,
      answers: (asked, answer) =>
        asked.page === 4
          ? { ...answer, entries: answer.entries.slice(1), result: { code: 4, text: '' }, cookie: '' }
          : answer,
    };
    expect(await refusal(readEverything())).toMatchObject({
      remedy: 'retry',
      what: expect.stringContaining('size limit'),
    });
  });

  test('an answer that breaks off anywhere fails the whole reading', async () => {
    const simulator = await directory.start({ tree: people() });
    const requests = await requestsOfAReading();
    for (let nth = 0; nth < requests; nth += 1) {
      for (const bytes of [0, 1, 40, 333]) {
        const hits = isTo(nth);
        // An answer that is shorter than that arrives whole, and the next request finds the connection gone.
        simulator.manners = { ...SMALL_PAGES, cutsAt: (asked) => (hits(asked) ? bytes : undefined) };
        const outcome = await readEverything().then(
          ({ accounts }) => accounts.length,
          () => 'refused',
        );
        // Behind the last request there is nothing left to lose.
        expect(nth === requests - 1 ? ['refused', PEOPLE] : ['refused'], `request ${nth}, byte ${bytes}`).toContain(
          outcome,
        );
      }
    }
  });

  test('an answer that does not come in time fails the whole reading, and slow ones are waited for', async () => {
    const simulator = await directory.start({ tree: people() });
    const requests = await requestsOfAReading();
    simulator.manners = { ...SMALL_PAGES, delayMs: () => 20 };
    expect((await readEverything()).accounts).toHaveLength(PEOPLE);
    for (let nth = 0; nth < requests; nth += 1) {
      const hits = isTo(nth);
      simulator.manners = { ...SMALL_PAGES, delayMs: (asked) => (hits(asked) ? 2000 : 0) };
      const error = await refusal(readEverything({ answerSeconds: 0.3 }));
      expect(error, `request ${nth}`).toMatchObject({ remedy: 'retry', what: expect.stringContaining('in time') });
    }
  });
});
