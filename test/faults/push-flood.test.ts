/** Ten thousand notices that should start nothing, and bodies of 50 MB, against the real listener. */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startPushListener } from '../../src/daemon/push-listener.ts';
import { Secret } from '../../src/secret.ts';

const NOTICES = 10_000;
const AT_ONCE = 16;
const MEGABYTE = 1024 * 1024;
const LARGE_BODIES = 20;
/** Sent before the memory is looked at first: what a process needs once, for this sender as well. */
const FIRST = 2_000;
/** What may be kept of all that follows: none of a gigabyte of bodies. */
const GROWTH_BYTES_MAX = 64 * MEGABYTE;

describe('a flood', () => {
  test('S9: 10,000 forged and replayed notices and a gigabyte of bodies start one pass, and the memory stays flat', async () => {
    let pushes = 0;
    let refused = 0;
    let minute = 0;
    const listener = await startPushListener({
      host: '127.0.0.1',
      port: 0,
      secret: new Secret('the secret'),
      onPush: () => {
        pushes += 1;
      },
      onRefused: () => {
        refused += 1;
      },
      // Every notice in a minute of its own, so that each is judged by its signature and not by its number.
      clock: () => {
        minute += 60_000;
        return minute;
      },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const body = Buffer.from('{"ref":"refs/heads/main"}');
    const right = createHmac('sha256', 'the secret').update(body).digest('hex');
    const wrong = createHmac('sha256', 'a guess').update(body).digest('hex');
    const send = (signature: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { 'x-hub-signature-256': `sha256=${signature}`, 'content-length': body.length };
        const sent = request({ port: listener.port, host: '127.0.0.1', method: 'POST', agent, headers }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        });
        sent.on('error', reject).end(body);
      });
    const statuses = new Map<number, number>();
    const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    count(await send(right));
    let before = 0;
    for (let sent = 0; sent < NOTICES; sent += AT_ONCE) {
      if (sent === FIRST) {
        await pour(listener.port, 50 * MEGABYTE);
        before = process.memoryUsage().rss;
      }
      const batch = Array.from({ length: AT_ONCE }, (_, at) => send(at % 2 === 0 ? wrong : right));
      for (const status of await Promise.all(batch)) count(status);
    }
    for (let nth = 0; nth < LARGE_BODIES; nth += 1) await pour(listener.port, 50 * MEGABYTE);
    expect(pushes).toBe(1);
    expect(Object.fromEntries(statuses)).toEqual({ 202: 1, 200: NOTICES / 2, 401: NOTICES / 2 });
    expect(refused).toBe(NOTICES / 2 + 1 + LARGE_BODIES);
    expect(process.memoryUsage().rss - before).toBeLessThan(GROWTH_BYTES_MAX);
    agent.destroy();
    await listener.close();
  });
});

/** Sends so many bytes in chunks (RFC 9112, 7.1), as long as somebody takes them. */
function pour(port: number, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEGABYTE), Buffer.from('\r\n')]);
    const socket = connect(port, '127.0.0.1');
    let left = bytes;
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        left -= MEGABYTE;
        if (!socket.write(chunk)) return void socket.once('drain', more);
      }
    };
    socket.on('connect', () => {
      socket.write('POST / HTTP/1.1\r\nHost: muster\r\nTransfer-Encoding: chunked\r\n\r\n');
      more();
    });
    // Told off with 413, and cut off.
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.on('data', () => socket.destroy());
  });
}
