/** The listener for pushes over real HTTP: who is believed, and what the others get. */
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PushListener, startPushListener } from '../../src/daemon/push-listener.ts';
import { Secret } from '../../src/secret.ts';

const SECRET = 'a long text that nobody guesses';
const BODY = '{"ref":"refs/heads/main","after":"0123456789012345678901234567890123456789"}';

let listener: PushListener;
let pushes = 0;
let refused: string[] = [];
let now = 0;

beforeEach(async () => {
  pushes = 0;
  refused = [];
  now = 0;
  listener = await startPushListener({
    host: '127.0.0.1',
    port: 0,
    secret: new Secret(SECRET),
    onPush: () => {
      pushes += 1;
    },
    onRefused: ({ why, address, inTheMinuteBefore }) => refused.push(`${address}: ${why} ${inTheMinuteBefore}`),
    clock: () => now,
  });
});
afterEach(async () => {
  await listener.close();
});

function signature(body: string | Uint8Array, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

async function send(
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array<ArrayBuffer> = BODY,
): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { method: 'POST', headers, body });
  return `${answer.status} ${(await answer.text()).trim()}`;
}

describe('a notice that bears the secret asks for one look', () => {
  test.each([
    ['GitHub', { 'x-hub-signature-256': `sha256=${signature(BODY)}`, 'x-github-event': 'push' }],
    ['Forgejo', { 'x-forgejo-signature': signature(BODY) }],
    ['Gitea', { 'x-gitea-signature': signature(BODY) }],
    ['GitLab', { 'x-gitlab-token': SECRET }],
  ])('%s', async (_who, headers) => {
    expect(await send(headers)).toBe('202 Muster will look.');
    expect(pushes).toBe(1);
    expect(refused).toEqual([]);
  });

  test('GitLab with a signing token, also while it is being exchanged for another', async () => {
    await signing();
    const headers = standard(BODY);
    expect(await send(headers)).toBe('202 Muster will look.');
    const other = `v1,${Buffer.alloc(32, 1).toString('base64')}`;
    const next = standard('{}', { id: 'second' });
    expect(await send({ ...next, 'webhook-signature': `${other} ${next['webhook-signature']}` }, '{}')).toBe(
      '202 Muster will look.',
    );
    expect(pushes).toBe(2);
  });

  test('the signature is over the bytes as they come, whatever they are', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x0d, 0x0a, 0xc3, 0x28]);
    expect(await send({ 'x-gitea-signature': signature(bytes) }, bytes)).toBe('202 Muster will look.');
    expect(await send({ 'x-gitea-signature': signature('') }, '')).toBe('202 Muster will look.');
    expect(pushes).toBe(2);
  });
});

/** As GitLab makes it: 32 bytes, in base64. */
const SIGNING_TOKEN = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The listener anew, with a signing token as its secret. */
async function signing(): Promise<void> {
  await listener.close();
  listener = await startPushListener({
    host: '127.0.0.1',
    port: 0,
    secret: new Secret(SIGNING_TOKEN),
    onPush: () => {
      pushes += 1;
    },
    onRefused: ({ why }) => refused.push(why),
    clock: () => now,
  });
}

/** Signed by Standard Webhooks. */
function standard(body: string, { id = 'first', ageSeconds = 0, key = Buffer.alloc(32, 7) } = {}) {
  const seconds = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const signed = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signed}` };
}

describe('S9: anything else starts nothing', () => {
  test.each([
    ['GitHub', 'x-github-delivery'],
    ['Forgejo', 'x-forgejo-delivery'],
    ['Gitea', 'x-gitea-delivery'],
    ['GitLab', 'idempotency-key'],
    ['an older GitLab', 'x-gitlab-event-uuid'],
  ])('S9: a delivery of %s that comes again counts once, whatever it now says', async (_who, name) => {
    const token = { 'x-gitlab-token': SECRET };
    expect(await send({ ...token, [name]: 'd1' }, '{"after":"1"}')).toBe('202 Muster will look.');
    expect(await send({ ...token, [name]: 'd1' }, '{"after":"2"}')).toBe('200 Known already.');
    expect(await send({ ...token, [name]: 'd2' }, '{"after":"3"}')).toBe('202 Muster will look.');
    expect(pushes).toBe(2);
  });

  test('S9: two pushes that GitLab ascribes to one event are two, for their deliveries differ', async () => {
    const event = { 'x-gitlab-token': SECRET, 'x-gitlab-event-uuid': 'e' };
    expect(await send({ ...event, 'idempotency-key': 'd1' }, '{"after":"1"}')).toBe('202 Muster will look.');
    expect(await send({ ...event, 'idempotency-key': 'd2' }, '{"after":"2"}')).toBe('202 Muster will look.');
  });

  test('S9: a signing token that is wrong, too old, from the future, moved to another delivery, or kept back', async () => {
    await signing();
    const right = standard(BODY);
    const forgeries: readonly Readonly<Record<string, string>>[] = [
      standard(BODY, { key: Buffer.alloc(32, 8) }),
      standard(`${BODY} `),
      standard(BODY, { ageSeconds: 301 }),
      standard(BODY, { ageSeconds: -301 }),
      { ...right, 'webhook-id': 'another' },
      { ...right, 'webhook-timestamp': 'soon' },
      { 'webhook-signature': right['webhook-signature'] },
      { ...right, 'webhook-signature': right['webhook-signature'].slice(3) },
      { ...right, 'webhook-signature': '' },
      { ...right, 'webhook-signature': `v1,${'A'.repeat(44)}`, 'x-gitlab-token': SIGNING_TOKEN },
    ];
    for (const headers of forgeries) expect(await send(headers)).toBe('401 The signature or token is not right.');
    expect(pushes).toBe(0);
  });

  test('S9: where the secret is no signing token, nothing is believed that is signed with one', async () => {
    expect(await send(standard(BODY, { key: Buffer.from(SECRET) }))).toBe('401 The signature or token is not right.');
    expect(await send(standard(BODY, { key: Buffer.alloc(0) }))).toBe('401 The signature or token is not right.');
  });

  test('S9: a notice that comes twice counts once, also under another delivery id', async () => {
    const headers = { 'x-hub-signature-256': `sha256=${signature(BODY)}` };
    expect(await send({ ...headers, 'x-github-delivery': '1' })).toBe('202 Muster will look.');
    expect(await send({ ...headers, 'x-github-delivery': '2' })).toBe('200 Known already.');
    expect(pushes).toBe(1);
  });

  const forged: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
    ['no signature', {}],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['one of another secret', { 'x-hub-signature-256': `sha256=${signature(BODY, 'guess')}` }],
    ['one of another body', { 'x-forgejo-signature': signature(`${BODY} `) }],
    ['the weaker SHA-1 form', { 'x-hub-signature': 'sha1=0000000000000000000000000000000000000000' }],
    ['a part of the right one', { 'x-gitea-signature': signature(BODY).slice(0, 32) }],
    ['a wrong token beside a right signature', { 'x-gitlab-token': 'x', 'x-gitea-signature': signature(BODY) }],
    ['the secret in another place', { authorization: `Bearer ${SECRET}` }],
  ];
  test.each(forged)('S9: with %s it is turned away', async (_what, headers) => {
    expect(await send(headers)).toBe('401 The signature or token is not right.');
    expect(pushes).toBe(0);
    expect(refused).toEqual(['127.0.0.1: The signature or token is not right. 0']);
  });

  test('S9: a body over 1 MB is not read, whether it says its length or not', async () => {
    const large = new Uint8Array(1024 * 1024 + 1);
    expect(await send({ 'x-gitea-signature': signature(large) }, large)).toBe('413 The notice is too large.');
    const chunked = new ReadableStream({
      start(controller) {
        for (let at = 0; at < 20; at += 1) controller.enqueue(new Uint8Array(64 * 1024));
        controller.close();
      },
    });
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`, {
      method: 'POST',
      headers: { 'x-gitea-signature': signature(large) },
      body: chunked,
      duplex: 'half',
    });
    expect(answer.status).toBe(413);
    expect(pushes).toBe(0);
  });

  test('S9: other methods and paths show no page', async () => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}/status`);
    expect([answer.status, await answer.text()]).toEqual([405, 'Notices of pushes come as POST.\n']);
  });

  test('S9: forged ones are told in one line a minute, and after sixty that they are too many; the next minute begins anew', async () => {
    const forge = () => send({ 'x-gitlab-token': 'a guess' });
    for (let nth = 0; nth < 60; nth += 1) expect(await forge()).toBe('401 The signature or token is not right.');
    expect(await forge()).toBe('429 Too many forged notices; the schedule looks anyway.');
    expect(await send({})).toBe('429 Too many forged notices; the schedule looks anyway.');
    expect(refused).toHaveLength(1);
    now = 60_000;
    expect(await forge()).toBe('401 The signature or token is not right.');
    expect(refused.at(-1)).toBe('127.0.0.1: The signature or token is not right. 62');
    expect(pushes).toBe(0);
  });

  test('S9: however many forged ones come from an address, a genuine one from it is taken', async () => {
    for (let nth = 0; nth < 100; nth += 1) await send({ 'x-gitlab-token': 'a guess' });
    expect(await send({ 'x-hub-signature-256': `sha256=${signature(BODY)}` })).toBe('202 Muster will look.');
    expect(pushes).toBe(1);
  });

  test('genuine notices are not counted, however many come', async () => {
    for (let nth = 0; nth < 100; nth += 1) {
      const body = `{"after":"${nth}"}`;
      expect(await send({ 'x-gitea-signature': signature(body) }, body)).toBe('202 Muster will look.');
    }
    expect(pushes).toBe(100);
  });

  test('S9: what is no HTTP at all disturbs nobody', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(listener.port, '127.0.0.1', () => socket.end(`\0\0\0${'x'.repeat(10_000)}\r\n\r\n`));
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.resume();
    });
    expect(await send({ 'x-gitlab-token': SECRET })).toBe('202 Muster will look.');
  });
});

test('a secret that could be guessed is refused', async () => {
  const options = { host: '127.0.0.1', port: 0, onPush: () => {}, onRefused: () => {}, clock: () => 0 };
  await expect(startPushListener({ ...options, secret: new Secret('short') })).rejects.toThrow(
    /shorter than 16 characters/,
  );
});

test('an address that is taken is said with the setting', async () => {
  const options = {
    host: '127.0.0.1',
    secret: new Secret(SECRET),
    onPush: () => {},
    onRefused: () => {},
    clock: () => 0,
  };
  await expect(startPushListener({ ...options, port: listener.port })).rejects.toThrow(
    /http\.webhook\.listen.*EADDRINUSE/,
  );
});
