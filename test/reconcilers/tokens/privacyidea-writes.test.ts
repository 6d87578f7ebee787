/** Writes to a privacyIDEA that misbehaves: each is known to have happened or not, or said to be unknown; and the log-on they go by. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MusterError } from '../../../src/errors.ts';
import type { TokenList } from '../../../src/reconcilers/tokens/port.ts';
import { API_TOKEN, giveToken } from '../../support/privacyidea.ts';
import { type Reply, value } from '../../support/privacyidea-answers.ts';
import { crowdedGround, type PrivacyideaGround } from '../../support/privacyidea-ground.ts';
import { refusal } from '../../support/refusal.ts';

const PHONE = '+4520123456';
const OTHER = '+4520123457';

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

const order = { key: 'anna', username: 'anna', phone: PHONE, attempt: 'first' };
/** It takes effect, and this is all that comes of it. */
function lost(proper: () => Reply, reply: Reply | null): Reply | null {
  proper();
  return reply;
}

const html = (status: number): Reply => ({
  status,
  body: '<html><title>Maintenance</title></html>',
  headers: { 'content-type': 'text/html' },
});

describe('T3: a token whose making was not answered', () => {
  const LOST: readonly (readonly [string, (proper: () => Reply) => Reply | null])[] = [
    ['is cut off', (proper) => lost(proper, null)],
    ['ends in the middle', (proper) => ({ ...proper(), cutAt: 20 })],
    ['is HTML', (proper) => lost(proper, html(502))],
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
      request.path.startsWith('/token/disable') ? lost(proper, null) : proper();
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
