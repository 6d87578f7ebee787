/** What every store must keep of mails and of what was told: nothing is lost, nothing is queued twice, and one process at a time sends. */
import { describe, expect, test } from 'vitest';
import type { Mail, Mails, Matter, News } from '../../src/core/mails.ts';
import { type ProcessIdentity, thisProcess } from '../../src/store/process-identity.ts';
import { DAY_MS, NOON } from './store-samples.ts';
import { openFor, reopened, type StoreWorld } from './store-world.ts';

const MINUTE_MS = 60_000;
const NEVER: News = { cursor: null, digest: null, matters: [], mails: [] };

/** A process that nobody here can look into. */
const ELSEWHERE: ProcessIdentity = { host: 'other.example.org', pid: 4711, started: '9', boot: 'b', pidSpace: 'p' };
/** One whose number another process bears by now. */
const FORMER: ProcessIdentity = { ...thisProcess(), started: '1' };

function mail(id: string, more: Partial<Mail> = {}): Mail {
  const text = 'An å, a “quote”, and\nanother line.\n';
  return { id, topic: 'people', recipient: 'rs@example.org', subject: `Subject of ${id}`, text, at: NOON, ...more };
}

function matter(key: string, more: Partial<Matter> = {}): Matter {
  return { key, group: 'held', text: `Text of ${key}`, next: null, since: NOON, told: 0, toldAt: null, ...more };
}

/** On top of what was told before. */
async function queue(mails: Mails, ...some: readonly Mail[]): Promise<void> {
  const { version, ...told } = await mails.told();
  expect(await mails.record(version, { ...told, mails: some })).toBe(true);
}

/** Ids in the order in which they are given out, all at one moment. */
async function takenAt(mails: Mails, at: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let next = await mails.take(at); next !== null; next = await mails.take(at)) ids.push(next.mail.id);
  return ids;
}

const later = (next: number, error: string | null = 'Mailbox full', unanswered = false) =>
  ({ status: 'later', error, next, unanswered }) as const;

export function mailsContract(world: StoreWorld): void {
  describe('what was told', () => toldContract(world));
  describe('the queue', () => queueContract(world));
  describe('a mail under way', () => underWayContract(world));
  describe('the state of the queue', () => stateContract(world));
}

function toldContract(world: StoreWorld): void {
  test('is nothing at first, and comes back whole', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    expect(await store.mails.told()).toEqual({ version: 0, cursor: null, digest: null, matters: [] });
    const matters = [matter('a', { told: 2, toldAt: NOON, next: 'Look.\nThen act.' }), matter('b', { group: 'order' })];
    expect(await store.mails.record(0, { cursor: 7, digest: '2026-03-01', matters, mails: [] })).toBe(true);
    const { mails } = await reopened(world, place, store);
    expect(await mails.told()).toEqual({ version: 1, cursor: 7, digest: '2026-03-01', matters });
  });

  test('is replaced: what is left out is over, and what is null stays as it was', async () => {
    const { mails } = await openFor(world);
    await mails.record(0, { cursor: 7, digest: '2026-03-01', matters: [matter('a'), matter('b')], mails: [] });
    await mails.record(1, { ...NEVER, matters: [matter('b', { told: 1 })] });
    expect(await mails.told()).toMatchObject({ version: 2, cursor: 7, digest: '2026-03-01' });
    expect((await mails.told()).matters).toEqual([matter('b', { told: 1 })]);
  });

  test('many matters at once are kept', async () => {
    const { mails } = await openFor(world);
    const many = Array.from({ length: 1_200 }, (_, n) => matter(`m${String(n).padStart(4, '0')}`));
    await mails.record(0, { ...NEVER, matters: many });
    expect((await mails.told()).matters).toEqual(many);
  });

  test('of two processes that word the same news one is told to look again, and keeps nothing', async () => {
    const place = world.newPlace();
    const [first, second] = [await openFor(world, place), await openFor(world, place)];
    const { version } = await second.mails.told();
    expect(await first.mails.record(version, { ...NEVER, cursor: 1, mails: [mail('a')] })).toBe(true);
    const late = { ...NEVER, cursor: 9, matters: [matter('x')], mails: [mail('b')] };
    expect(await second.mails.record(version, late)).toBe(false);
    expect(await second.mails.told()).toEqual({ version: 1, cursor: 1, digest: null, matters: [] });
    expect(await takenAt(second.mails, NOON)).toEqual(['a']);
  });

  test('is not told where its mails can’t be queued', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a'));
    const again = { ...NEVER, cursor: 5, matters: [matter('x')], mails: [mail('b'), mail('a')] };
    await expect(mails.record(1, again)).rejects.toThrow();
    expect(await mails.told()).toEqual({ version: 1, cursor: null, digest: null, matters: [] });
    expect(await takenAt(mails, NOON)).toEqual(['a']);
  });
}

function queueContract(world: StoreWorld): void {
  test('gives each mail out once, whole, in the order of their wording', async () => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await queue(store.mails, mail('c'), mail('a'));
    await queue(store.mails, mail('b'));
    const { mails } = await reopened(world, place, store);
    expect(await mails.take(NOON)).toEqual({ mail: mail('c'), tries: 0, putOffAt: null, unanswered: 0 });
    expect(await takenAt(mails, NOON)).toEqual(['a', 'b']);
  });

  test('of two processes that ask at one moment each gets another', async () => {
    const place = world.newPlace();
    const [first, second] = [await openFor(world, place), await openFor(world, place)];
    const ids = Array.from({ length: 20 }, (_, n) => `m${n}`);
    await queue(first.mails, ...ids.map((id) => mail(id)));
    const taken = await Promise.all(ids.map((_, n) => (n % 2 === 0 ? first : second).mails.take(NOON)));
    expect(new Set(taken.map((one) => one?.mail.id))).toEqual(new Set(ids));
  });

  test('holds a mail back that is put off, and gives out the others meanwhile', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a'), mail('b', { recipient: 'ops@example.org' }));
    await mails.take(NOON);
    await mails.settle('a', later(NOON + 10 * MINUTE_MS), NOON);
    expect(await takenAt(mails, NOON + 10 * MINUTE_MS - 1)).toEqual(['b']);
    expect(await mails.take(NOON + 10 * MINUTE_MS)).toMatchObject({ mail: mail('a'), tries: 1, putOffAt: NOON });
  });

  test('keeps since when a mail is put off, and how often no answer came; what does not concern it counts for neither', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a'));
    const tried = async (at: number, error: string | null, unanswered: boolean) => {
      const dispatch = await mails.take(at);
      await mails.settle('a', later(at + MINUTE_MS, error, unanswered), at);
      return dispatch;
    };
    await tried(NOON, null, false);
    await tried(NOON + MINUTE_MS, 'Try later', true);
    expect(await tried(NOON + 2 * MINUTE_MS, 'Try later', true)).toMatchObject({
      tries: 2,
      putOffAt: NOON + MINUTE_MS,
      unanswered: 1,
    });
    expect(await mails.take(NOON + 3 * MINUTE_MS)).toMatchObject({
      tries: 3,
      putOffAt: NOON + MINUTE_MS,
      unanswered: 2,
    });
  });

  test('does not wait for a moment that a clock set before it was put right', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a', { at: NOON + 365 * DAY_MS }));
    expect(await takenAt(mails, NOON)).toEqual(['a']);
  });

  test('drops a digest that was not sent for the next one to the same address, and nothing else', async () => {
    const { mails } = await openFor(world);
    const digest = (id: string, recipient: string, at: number) => mail(id, { topic: 'digest', recipient, at });
    await queue(mails, digest('d1', 'ops@example.org', NOON), digest('d2', 'it@example.org', NOON), mail('p'));
    await queue(mails, digest('d3', 'ops@example.org', NOON + DAY_MS), mail('f', { topic: 'forecast' }));
    expect((await takenAt(mails, NOON + DAY_MS)).toSorted()).toEqual(['d2', 'd3', 'f', 'p']);
  });
}

function underWayContract(world: StoreWorld): void {
  test.each([
    ['sent', { status: 'sent' }],
    ['given up', { status: 'given-up', error: 'No such mailbox' }],
  ] as const)('that was %s is never given out again', async (_what, delivery) => {
    const place = world.newPlace();
    const store = await openFor(world, place);
    await queue(store.mails, mail('a'));
    await store.mails.take(NOON);
    await store.mails.settle('a', delivery, NOON + 1);
    const { mails } = await reopened(world, place, store);
    expect(await takenAt(mails, NOON + 365 * DAY_MS)).toEqual([]);
    expect((await mails.state()).waiting).toBe(0);
  });

  test('A1: in a process that has ended is given out again, with its try counted', async () => {
    const place = world.newPlace();
    const former = await openFor(world, place, () => NOON, FORMER);
    await queue(former.mails, mail('a'));
    await former.mails.take(NOON);
    const { mails } = await openFor(world, place);
    expect(await mails.take(NOON + 1)).toMatchObject({ mail: mail('a'), tries: 1 });
  });

  test('in a process that nobody can look into is left to it until no try lasts that long', async () => {
    const place = world.newPlace();
    const far = await openFor(world, place, () => NOON, ELSEWHERE);
    await queue(far.mails, mail('a'));
    await far.mails.take(NOON);
    const { mails } = await openFor(world, place);
    expect(await takenAt(mails, NOON + 15 * MINUTE_MS)).toEqual([]);
    expect(await takenAt(mails, NOON + 15 * MINUTE_MS + 1)).toEqual(['a']);
  });

  test('that nobody took any more, or that is settled, takes no second word', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a'));
    await mails.settle('a', { status: 'sent' }, NOON);
    expect(await takenAt(mails, NOON)).toEqual(['a']);
    await mails.settle('a', { status: 'sent' }, NOON);
    await mails.settle('a', later(NOON), NOON);
    await mails.settle('nobody', { status: 'sent' }, NOON);
    expect(await takenAt(mails, NOON + DAY_MS)).toEqual([]);
  });
}

function stateContract(world: StoreWorld): void {
  test('counts what waits and what is under way, and says since when', async () => {
    const { mails } = await openFor(world);
    expect(await mails.state()).toEqual({ waiting: 0, oldestAt: null, refusing: [], givenUp: [] });
    await queue(mails, mail('b', { at: NOON + 1 }), mail('a'));
    await mails.take(NOON);
    expect(await mails.state()).toMatchObject({ waiting: 2, oldestAt: NOON });
  });

  test('names an address that puts mail off or refuses it, until it takes one', async () => {
    const { mails } = await openFor(world);
    const refusing = async () => (await mails.state()).refusing;
    await queue(mails, mail('a'), mail('b'), mail('c', { at: NOON + 1 }));
    await mails.take(NOON);
    await mails.settle('a', later(NOON + MINUTE_MS), NOON);
    expect(await refusing()).toEqual([{ recipient: 'rs@example.org', error: 'Mailbox full', at: NOON }]);
    expect((await mails.take(NOON + MINUTE_MS))?.mail.id).toBe('b');
    await mails.settle('b', { status: 'given-up', error: 'No such mailbox' }, NOON + MINUTE_MS);
    await mails.take(NOON + MINUTE_MS);
    await mails.settle('c', { status: 'sent' }, NOON + 2 * MINUTE_MS);
    expect(await refusing()).toEqual([{ recipient: 'rs@example.org', error: 'Mailbox full', at: NOON }]);
    await mails.take(NOON + 2 * MINUTE_MS);
    await mails.settle('a', { status: 'sent' }, NOON + 3 * MINUTE_MS);
    expect(await refusing()).toEqual([]);
  });

  test('keeps a mail that was given up for a month, without its text', async () => {
    const { mails } = await openFor(world);
    await queue(mails, mail('a'));
    await mails.take(NOON);
    await mails.settle('a', { status: 'given-up', error: 'No such mailbox' }, NOON + 5);
    const { id, topic, recipient, at } = mail('a');
    const listed = { id, topic, recipient, at, error: 'No such mailbox', settledAt: NOON + 5 };
    await queue(mails, mail('b', { at: NOON + 30 * DAY_MS }));
    expect((await mails.state()).givenUp).toEqual([listed]);
    await queue(mails, mail('c', { at: NOON + 30 * DAY_MS + 6 }));
    expect((await mails.state()).givenUp).toEqual([]);
    expect(await takenAt(mails, NOON + 31 * DAY_MS)).toEqual(['b', 'c']);
  });
}
