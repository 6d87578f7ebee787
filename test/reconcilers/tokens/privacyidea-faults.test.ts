/** Listings of a privacyIDEA that misbehaves: what is read counts as a whole or not at all. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TokenList } from '../../../src/reconcilers/tokens/port.ts';
import { type Fault, giveToken } from '../../support/privacyidea.ts';
import { error, type Reply, type Request } from '../../support/privacyidea-answers.ts';
import { crowdedGround, HOLDERS, type PrivacyideaGround, SMALL_PAGE } from '../../support/privacyidea-ground.ts';
import { refusal } from '../../support/refusal.ts';

const PHONE = '+4520123456';

let ground: PrivacyideaGround;
let list: TokenList;
beforeEach(async () => {
  ground = await crowdedGround(PHONE);
  list = await ground.open().connect();
});
afterEach(async () => {
  await list.close();
  await ground.close();
});

const isListing = ({ path }: Request) => path === '/token/';
const onListing =
  (change: (page: Page, request: Request) => void): Fault =>
  (request, proper) =>
    isListing(request) ? changed(proper(), (page) => change(page, request)) : proper();

interface Page {
  count: number;
  next: number | null;
  tokens: Record<string, unknown>[];
}

function changed(reply: Reply, change: (page: Page) => void): Reply {
  // The stand-in's own answer.
  const answer = JSON.parse(reply.body) as { result: { value: Page } };
  change(answer.result.value);
  return { ...reply, body: JSON.stringify(answer) };
}

const html = (status: number): Reply => ({
  status,
  body: '<html><title>Maintenance</title></html>',
  headers: { 'content-type': 'text/html' },
});

const UNPROVEN: readonly (readonly [string, () => Fault])[] = [
  ['page 1 is all that comes', () => onListing((page) => Object.assign(page, { next: null }))],
  [
    'the count is that of the page',
    () =>
      onListing((page, { query }) => {
        if (query.get('page') !== '1') Object.assign(page, { count: page.tokens.length });
      }),
  ],
  ['the count is too large', () => onListing((page) => Object.assign(page, { count: page.count + 1 }))],
  ['the count is too small', () => onListing((page) => Object.assign(page, { count: 7 }))],
  ['a page is short by one', () => onListing((page) => page.tokens.pop())],
  [
    'a serial comes on two pages',
    () => {
      let last: Record<string, unknown> = {};
      return onListing((page, { query }) => {
        if (query.get('page') === '1') last = page.tokens.at(-1) ?? {};
        else page.tokens[0] = last;
      });
    },
  ],
  ['the next page is one that was there', () => onListing((page) => Object.assign(page, { next: 1 }))],
  [
    'tokens of another kind are among them',
    () => onListing((page) => Object.assign(page.tokens[3] ?? {}, { tokentype: 'hotp' })),
  ],
  [
    'tokens of another realm are among them',
    () => onListing((page) => Object.assign(page.tokens[3] ?? {}, { realms: ['staff'] })),
  ],
  ['it is a page of HTML', () => (request, proper) => (isListing(request) ? html(200) : proper())],
  [
    'it is HTML that calls itself JSON',
    () => (request, proper) => (isListing(request) ? { ...html(200), headers: {} } : proper()),
  ],
  ['it is cut off', () => (request, proper) => (isListing(request) ? { ...proper(), cutAt: 300 } : proper())],
  ['a token lacks whether it is on', () => onListing((page) => delete page.tokens[0]?.active)],
  ['the count is beyond all numbers', () => onListing((page) => Object.assign(page, { count: 1e308 }))],
  ['the count is a text', () => onListing((page) => Object.assign(page, { count: '25' }))],
  ['the server breaks down', () => (request, proper) => (isListing(request) ? html(502) : proper())],
  [
    'it is an error of its own',
    () => (request, proper) => (isListing(request) ? error(ground.standIn.state, 500, 902, 'database') : proper()),
  ],
  ['the connection is cut', () => (request, proper) => (isListing(request) ? null : proper())],
];

describe('M1: a listing counts as a whole or not at all', () => {
  test('which takes as many requests as there are pages', async () => {
    const { requests } = ground.standIn.state;
    requests.length = 0;
    expect((await list.read(new Set())).tokens).toHaveLength(HOLDERS.length);
    expect(requests).toHaveLength(Math.ceil(HOLDERS.length / SMALL_PAGE));
  });

  test.each(UNPROVEN)('not where %s', async (_name, fault) => {
    ground.standIn.fault = fault();
    const { where, next } = await refusal(list.read(new Set()));
    expect(where).toContain(ground.standIn.url);
    expect(next).not.toBe('');
    ground.standIn.fault = null;
    expect((await list.read(new Set())).tokens).toHaveLength(HOLDERS.length);
  });

  test('and is read again where somebody makes a token meanwhile', async () => {
    const { state } = ground.standIn;
    let isFirst = true;
    ground.standIn.fault = (request, proper) => {
      if (isListing(request) && request.query.get('page') === '2' && isFirst) {
        isFirst = false;
        giveToken(state, 'A1', 'anna', PHONE);
      }
      return proper();
    };
    expect((await list.read(new Set())).tokens).toHaveLength(HOLDERS.length + 1);
  });

  test('not where the right to list was taken away, which answers with no token and no error', async () => {
    ground.standIn.state.rights.delete('tokenlist');
    expect(await refusal(list.read(new Set(['token:T100'])))).toMatchObject({ remedy: 'retry' });
    expect((await refusal(ground.adapter(ground.byPassword).connect())).what).toContain('tokenlist');
    ground.standIn.state.rights.delete('enrollSMS');
    expect((await refusal(ground.open().connect())).what).toContain('enrollSMS');
  });
});

describe('M2: asked to wait', () => {
  const askedToWait = (seconds: string, times = Number.POSITIVE_INFINITY): Fault => {
    let left = times;
    return (request, proper) => {
      if (!isListing(request) || left <= 0) return proper();
      left -= 1;
      return {
        status: 429,
        body: 'Too Many Requests',
        headers: { 'content-type': 'text/plain', 'retry-after': seconds },
      };
    };
  };

  test('a moment, it waits and goes on', async () => {
    ground.standIn.fault = askedToWait('1', 1);
    expect((await list.read(new Set())).tokens).toHaveLength(HOLDERS.length);
  });

  test('for hours, it gives up at once, and does not knock again before a while is over', async () => {
    const adapter = ground.open();
    const first = await adapter.connect();
    const { state } = ground.standIn;
    ground.standIn.fault = askedToWait('7200');
    state.requests.length = 0;
    expect(await refusal(first.read(new Set()))).toMatchObject({ remedy: 'retry', silence: null });
    await refusal(first.read(new Set()));
    await refusal(adapter.connect());
    expect(state.requests).toHaveLength(1);
    await first.close();
  });

  test('again and again, its patience ends', async () => {
    const impatient = await ground.adapter({ timeouts: { patienceSeconds: 1 } }).connect();
    ground.standIn.fault = askedToWait('1');
    expect((await refusal(impatient.read(new Set()))).what).toContain('to be left alone');
    await impatient.close();
  });
});
