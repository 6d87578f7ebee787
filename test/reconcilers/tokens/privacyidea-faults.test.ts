/** privacyIDEA that misbehaves, at every request: what is read counts as a whole or not at all, and what is written is known or said to be unknown. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MusterError } from '../../../src/errors.ts';
import type { TokenList } from '../../../src/reconcilers/tokens/port.ts';
import { API_TOKEN, type Fault, giveToken } from '../../support/privacyidea.ts';
import { error, type Reply, type Request, value } from '../../support/privacyidea-answers.ts';
import { type PrivacyideaGround, privacyideaGround, SMALL_PAGE } from '../../support/privacyidea-ground.ts';
import { refusal } from '../../support/refusal.ts';

const PEOPLE = Array.from({ length: 25 }, (_, nth) => `person${String(nth).padStart(2, '0')}`);
const PHONE = '+4520123456';
const OTHER = '+4520123457';

let ground: PrivacyideaGround;
let list: TokenList;
beforeEach(async () => {
  ground = await privacyideaGround([...PEOPLE, 'anna']);
  for (const [nth, name] of PEOPLE.entries()) giveToken(ground.standIn.state, `T${100 + nth}`, name, PHONE);
  list = await ground.open().connect();
});
afterEach(async () => {
  await list.close();
  await ground.close();
});

const order = { key: 'anna', username: 'anna', phone: PHONE, attempt: 'first' };
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

/** It takes effect, and this is all that comes of it. */
function after(proper: () => Reply, reply: Reply | null): Reply | null {
  proper();
  return reply;
}

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
    expect((await list.read(new Set())).tokens).toHaveLength(PEOPLE.length);
    expect(requests).toHaveLength(Math.ceil(PEOPLE.length / SMALL_PAGE));
  });

  test.each(UNPROVEN)('not where %s', async (_name, fault) => {
    ground.standIn.fault = fault();
    const { where, next } = await refusal(list.read(new Set()));
    expect(where).toContain(ground.standIn.url);
    expect(next).not.toBe('');
    ground.standIn.fault = null;
    expect((await list.read(new Set())).tokens).toHaveLength(PEOPLE.length);
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
    expect((await list.read(new Set())).tokens).toHaveLength(PEOPLE.length + 1);
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
    expect((await list.read(new Set())).tokens).toHaveLength(PEOPLE.length);
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

describe('T3: a token whose making was not answered', () => {
  const LOST: readonly (readonly [string, (proper: () => Reply) => Reply | null])[] = [
    ['is cut off', (proper) => after(proper, null)],
    ['ends in the middle', (proper) => ({ ...proper(), cutAt: 20 })],
    ['is HTML', (proper) => after(proper, html(502))],
  ];

  test.each(LOST)('where the answer %s, is found again by its attempt, and keeps its secret', async (_name, lose) => {
    const { state } = ground.standIn;
    ground.standIn.fault = (request, proper) => (request.path === '/token/init' ? lose(proper) : proper());
    expect(await refusal(list.create(order))).toMatchObject({ remedy: 'retry', silence: 'unanswered' });
    ground.standIn.fault = null;
    const token = await list.create(order);
    expect(token).toMatchObject({ key: 'anna', attempt: 'first', live: true });
    expect(ground.token(token?.handle ?? '').info.rekeyed).toBe('0');
    expect(state.writes).toBe(1);
    expect(await list.find({ handles: [], keys: ['anna'] })).toHaveLength(1);
  });

  test('and never came to be, is made by the next try', async () => {
    ground.standIn.fault = (request, proper) => (request.path === '/token/init' ? null : proper());
    expect(await refusal(list.create(order))).toMatchObject({ silence: 'unanswered' });
    ground.standIn.fault = null;
    expect(await list.create(order)).toMatchObject({ live: true });
    expect(ground.standIn.state.writes).toBe(1);
  });

  test('shows its secret in no error, whatever is wrong with the answer', async () => {
    const thrown: MusterError[] = [];
    for (const cutAt of [20, 120, 200, 260]) {
      ground.standIn.fault = (request, proper) => (request.path === '/token/init' ? { ...proper(), cutAt } : proper());
      thrown.push(await refusal(list.create({ ...order, attempt: `cut ${cutAt}` })));
    }
    expect(thrown.map((one) => `${one.message} ${String(one.cause)}`).join()).not.toMatch(/5eed|seed|otpauth/i);
  });
});

describe('T5: a switch that was not answered', () => {
  test('may have happened, and the next look tells', async () => {
    const [token] = await list.find({ handles: ['token:T100'], keys: [] });
    if (token === undefined) throw new Error('not found');
    ground.standIn.fault = (request, proper) =>
      request.path.startsWith('/token/disable') ? after(proper, null) : proper();
    expect(await refusal(list.switch(token, { on: false }))).toMatchObject({ silence: 'unanswered' });
    ground.standIn.fault = null;
    expect(await list.find({ handles: ['token:T100'], keys: [] })).toMatchObject([{ live: false }]);
  });

  test('did not happen where no server was there to be asked', async () => {
    const [token] = await list.find({ handles: ['token:T100'], keys: [] });
    if (token === undefined) throw new Error('not found');
    await ground.standIn.close();
    expect(await refusal(list.switch(token, { on: false }))).toMatchObject({ remedy: 'retry', silence: null });
    ground.close = async () => undefined;
  });
});

describe('the log-on', () => {
  test('is renewed once where it has run out, also in the middle of many requests', async () => {
    const { state } = ground.standIn;
    const entered = await ground.adapter(ground.byPassword).connect();
    state.valid.clear();
    state.requests.length = 0;
    await Promise.all([entered.read(new Set()), entered.read(new Set()), entered.now()]);
    expect(state.requests.filter((one) => one === 'POST /auth')).toHaveLength(1);
    await entered.close();
  });

  test('that is refused is for a person, and is not tried on and on', async () => {
    const { state } = ground.standIn;
    state.valid.delete(API_TOKEN);
    state.requests.length = 0;
    const { remedy, message } = await refusal(list.read(new Set()));
    expect(remedy).toBe('person');
    expect(message).not.toContain(API_TOKEN);
    expect(state.requests).toHaveLength(2);
    state.password = 'another';
    expect(await refusal(ground.adapter(ground.byPassword).connect())).toMatchObject({ remedy: 'person' });
  });

  test('goes to nobody to whom the server points', async () => {
    const { state } = ground.standIn;
    ground.standIn.fault = () => ({
      status: 302,
      body: '',
      headers: { location: `${ground.standIn.url}/elsewhere?token=1` },
    });
    state.requests.length = 0;
    expect(await refusal(list.read(new Set()))).toMatchObject({ remedy: 'person' });
    expect(state.requests).toHaveLength(1);
  });
});

test('a server that does not answer in time is given up on, and a write to it is of unknown outcome', async () => {
  const quick = await ground.adapter({ timeouts: { connectSeconds: 1, answerSeconds: 0.2 } }).connect();
  const [token] = await quick.find({ handles: ['token:T100'], keys: [] });
  if (token === undefined) throw new Error('not found');
  ground.standIn.fault = (request, proper) => (request.method === 'POST' ? new Promise(() => undefined) : proper());
  expect(await refusal(quick.switch(token, { on: false }))).toMatchObject({ remedy: 'retry', silence: 'unanswered' });
  await quick.close();
});

test('what privacyIDEA says is believed of nothing else than what it is', async () => {
  const { state } = ground.standIn;
  const before = await list.read(new Set());
  const hostile = giveToken(state, 'T900', 'anna', PHONE);
  hostile.description = 'muster first';
  hostile.info = JSON.parse(
    '{"__proto__":{"phone":"+4599"},"constructor":"x","phone":"\\u202e+45 20 12 34 56"}',
  ) as Record<string, unknown>;
  giveToken(state, 'T901', 'person01', PHONE).userRealm = 'staff';
  const odd = giveToken(state, 'T100,T101', 'anna', PHONE);
  const dynamic = giveToken(state, 'T902', 'anna', PHONE);
  dynamic.info.dynamic_phone = '1';
  const read = await list.read(new Set());
  expect(read.tokens).toHaveLength(before.tokens.length + 4);
  const of = (serial: string) => read.tokens.find(({ handle }) => handle === `token:${serial}`);
  // A copied description is no attempt of Muster's, and a namesake in another realm is somebody else.
  expect(of('T900')).toMatchObject({ attempt: null, phone: '\u202e+45 20 12 34 56' });
  expect(of('T901')).toMatchObject({ key: null });
  expect(of('T902')).toMatchObject({ phone: null, live: true });
  const listed = of(odd.serial);
  if (listed === undefined) throw new Error('not found');
  expect(listed.protectedBecause).not.toBeNull();
  await refusal(list.switch(listed, { on: false }));
  expect(state.writes).toBe(0);
});

test('a right that is missing is told by the step that needs it, and nothing was written', async () => {
  const { state } = ground.standIn;
  const [token] = await list.find({ handles: ['token:T100'], keys: [] });
  if (token === undefined) throw new Error('not found');
  state.rights.delete('set_tokeninfo');
  expect(await refusal(list.setPhone(token, OTHER))).toMatchObject({ remedy: 'person', silence: null });
  state.rights.delete('disable');
  const { message, silence } = await refusal(list.switch(token, { on: false }));
  expect([silence, message]).toEqual([null, expect.stringContaining('switching token T100 off')]);
  expect(state.writes).toBe(0);
});

test('the clock is the server’s own', async () => {
  ground.standIn.state.aheadMs = 3_600_000;
  expect(Math.round(((await list.now()) - Date.now()) / 60_000)).toBe(60);
  ground.standIn.fault = (request) => (request.path === '/auth/rights' ? value(ground.standIn.state, []) : null);
  await refusal(list.now());
});
