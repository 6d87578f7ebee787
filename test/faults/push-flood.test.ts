/** Ten thousand notices that should start nothing, and bodies of 50 MB, against the real listener in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../support/programs.ts';

const NOTICES = 10_000;
const AT_ONCE = 16;
const MEGABYTE = 1024 * 1024;
const LARGE_BODIES = 40;
/** Sent before the memory is looked at first: what a process takes once, and its collector gives back late. */
const FIRST = 3_200;
const FIRST_BODIES = 160;
/** What may be held of all that follows, in bytes: none of two gigabytes of bodies, and of a notice no more than its id. */
const HELD_MAX = 16 * MEGABYTE;
/** What the process may have grown by: when a collector gives memory back is its own affair, and two gigabytes would show. */
const GROWTH_MAX = 128 * MEGABYTE;
const BODY = Buffer.from('{"ref":"refs/heads/main"}');

let child: ChildProcess;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  child = fork(program('push-listener-child'), { execArgv: ['--expose-gc'] });
  port = ((await once(child, 'message')) as [{ port: number }])[0].port; // as the child sends it
});
afterAll(async () => {
  agent.destroy();
  child.disconnect();
  await once(child, 'exit');
});

describe('a flood', () => {
  test('S9: 10,000 forged and replayed notices and bodies of 50 MB start one pass, and the memory stays flat', async () => {
    const statuses = new Map<number, number>();
    const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    count(await send('the secret of the webhook'));
    let before = { held: 0, resident: 0 };
    for (let sent = 0; sent < NOTICES; sent += AT_ONCE) {
      if (sent === FIRST) {
        for (let nth = 0; nth < FIRST_BODIES; nth += 1) await pour(50 * MEGABYTE);
        before = { held: (await counted()).held, resident: residentBytes() };
      }
      const batch = Array.from({ length: AT_ONCE }, (_, at) =>
        send(at % 2 === 0 ? 'a guess' : 'the secret of the webhook'),
      );
      for (const status of await Promise.all(batch)) count(status);
    }
    for (let nth = 0; nth < LARGE_BODIES; nth += 1) await pour(50 * MEGABYTE);
    expect(residentBytes() - before.resident).toBeLessThan(GROWTH_MAX);
    expect(Object.fromEntries(statuses)).toEqual({ 202: 1, 200: NOTICES / 2, 401: NOTICES / 2 });
    const { held, ...counts } = await counted();
    expect(held - before.held).toBeLessThan(HELD_MAX);
    // Each was refused in a minute of its own, and so is told.
    expect(counts).toEqual({ pushes: 1, refused: NOTICES / 2 + FIRST_BODIES + LARGE_BODIES });
  });
});

interface Counted {
  readonly pushes: number;
  readonly refused: number;
  /** Bytes. */
  readonly held: number;
}

async function counted(): Promise<Counted> {
  child.send('count');
  const [message] = await once(child, 'message');
  return message as Counted; // as the child sends it
}

/** Of the child (proc(5), VmRSS). */
function residentBytes(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Sends one notice signed with that secret; gives the status of the answer. */
function send(secret: string): Promise<number> {
  const signature = createHmac('sha256', secret).update(BODY).digest('hex');
  return new Promise((resolve, reject) => {
    const headers = { 'x-hub-signature-256': `sha256=${signature}`, 'content-length': BODY.length };
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject).end(BODY);
  });
}

/** Sends so many bytes in chunks (RFC 9112, 7.1), as long as somebody takes them. */
function pour(bytes: number): Promise<void> {
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
      socket.write('POST / HTTP/1.1\r\nHost: muster\r\nX-Gitlab-Token: a guess\r\nTransfer-Encoding: chunked\r\n\r\n');
      more();
    });
    // Told off with 413, and cut off.
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.on('data', () => socket.destroy());
  });
}
