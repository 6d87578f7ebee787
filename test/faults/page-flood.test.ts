/** A flood of requests against the status page of a real daemon, and what it does to the passes beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { median } from '../bench/statistics.ts';
import { main, makeSite, person, type SiteFolder } from '../cli/site-folder.ts';
import { figure } from '../support/figures.ts';

/** Passes of each sort; they take turns, so that what else the machine does is in both. */
const ROUNDS = 5;
/** Connections that ask without a pause, and those that only stay. */
const FLOODERS = 24;
const IDLERS = 80;
/** Requests written at once to a connection. */
const PIPELINED = 40;
/** Requests of a flood before the pass in it begins. */
const REQUESTS_BEFORE = 2_000;
/** FAILURE W4, in milliseconds. */
const DELAY_MAX_MS = 1_000;
const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(PIPELINED);

type Line = Readonly<Record<string, unknown>>;

let site: SiteFolder;
let daemon: ChildProcess;
let port = 0;
let lines: Line[] = [];
let wake = () => {};

beforeAll(async () => {
  site = await makeSite();
  appendFileSync(site.config, 'http: { listen: "127.0.0.1:0" }\nlog: { level: info }\n');
  daemon = spawn(process.execPath, [main, '--config', site.config, 'serve'], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (daemon.stderr === null) throw new TypeError('its standard error is a pipe');
  createInterface(daemon.stderr).on('line', (text) => {
    // Whatever is no line of the log is no object.
    lines.push(text.startsWith('{') ? (JSON.parse(text) as Line) : { msg: text });
    wake();
  });
  port = Number((await said(({ msg }) => msg === 'showing the status page')).port);
  await said(({ msg }) => msg === 'passed');
});
afterAll(async () => {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  site.remove();
});

/** The first line, from now on or among those not yet taken, of which that holds. */
async function said(holds: (line: Line) => boolean): Promise<Line> {
  for (;;) {
    const at = lines.findIndex(holds);
    const found = lines[at];
    if (found !== undefined) {
      lines = lines.slice(at + 1);
      return found;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** A new phone number, from the file to the end of the pass that wrote it; in milliseconds. */
async function passFor(n: number): Promise<number> {
  lines = [];
  const begin = performance.now();
  site.declare('users/cbs.yaml', person('ajensen', 'Anna', 'Jensen', `+45 20 12 34 ${String(10 + n)}`) + BO);
  await said(({ msg, applied }) => msg === 'passed' && applied === 1);
  return performance.now() - begin;
}

const BO = person('bmadsen', 'Bo', 'Madsen', '+45 20 12 34 57');

describe('a flood of the page', () => {
  test('W4: delays a pass by no more than a second, and the page is there again afterwards', async () => {
    const quiet: number[] = [];
    const flooded: number[] = [];
    let asked = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      quiet.push(await passFor(2 * round));
      const flood = startFlood();
      await expect.poll(() => flood.asked(), { timeout: 100_000 }).toBeGreaterThan(REQUESTS_BEFORE);
      flooded.push(await passFor(2 * round + 1));
      asked += await flood.end();
    }
    const delay = median(flooded) - median(quiet);
    figure(
      `${asked} requests; a pass took ${Math.round(median(quiet))} ms, in the flood ${Math.round(median(flooded))} ms`,
    );
    expect(asked).toBeGreaterThan(10_000);
    expect(delay).toBeLessThanOrEqual(DELAY_MAX_MS);
    // From another address of this machine: the flood used up what the first one may ask.
    await expect.poll(() => statusOf('/healthz', '127.0.0.2'), { timeout: 60_000 }).toBe(200);
    expect(await statusOf('/', '127.0.0.1')).toBe(429);
    expect(daemon.exitCode).toBeNull();
  });
});

/** What a request from that address of this machine is answered with; 0: nothing. */
function statusOf(path: string, localAddress: string): Promise<number> {
  return new Promise((resolve) => {
    const sent = get({ host: '127.0.0.1', port, path, localAddress, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', () => resolve(0));
  });
}

interface Flood {
  /** Requests sent so far. */
  asked(): number;
  /** Gives how many requests were sent. */
  end(): Promise<number>;
}

function startFlood(): Flood {
  let asked = 0;
  let over = false;
  const sockets = new Set<Socket>();
  const join = (ask: boolean) => {
    if (over) return;
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    const more = () => {
      asked += PIPELINED;
      socket.write(REQUEST);
    };
    if (ask) socket.on('connect', more);
    // Read, so that the other side never waits to be heard.
    socket.on('data', () => {
      if (ask) more();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      setImmediate(join, ask);
    });
  };
  for (let n = 0; n < FLOODERS; n += 1) join(true);
  for (let n = 0; n < IDLERS - FLOODERS; n += 1) join(false);
  return {
    asked: () => asked,
    end: async () => {
      over = true;
      const closing = [...sockets].map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closing);
      return asked;
    },
  };
}
