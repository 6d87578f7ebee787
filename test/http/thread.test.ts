/** The thread of the status page, as a real one that dies: begun anew at the same port, and never left behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startPulse, steadyClock } from '../../src/http/pulse.ts';
import { type StatusThread, startStatusThread } from '../../src/http/thread.ts';
import { openLog } from '../../src/log.ts';
import { fillStatusSample } from '../support/status-sample.ts';
import { SAMPLE_SITE } from '../support/status-sample-people.ts';

/** Longest wait, in milliseconds, for what takes a second or two on a quiet machine. */
const PATIENCE_MS = 30_000;

/** Every thread that was begun. They are real ones: they are only noted down. */
const threads = vi.hoisted((): Worker[] => []);
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class Noted extends real.Worker {
    constructor(...given: ConstructorParameters<typeof real.Worker>) {
      super(...given);
      threads.push(this);
    }
  }
  return { ...real, Worker: Noted };
});

let folder = '';
let lines: string[] = [];
let page: StatusThread;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-thread-'));
  threads.length = 0;
  lines = [];
  const sqlite = join(folder, 'muster.db');
  await fillStatusSample(sqlite, 'waiting');
  const { shared } = startPulse(steadyClock);
  const log = openLog('error', (line) => lines.push(line));
  const access = { token: null, proxy: null };
  const settings = {
    host: '127.0.0.1',
    port: 0,
    access,
    site: SAMPLE_SITE,
    sqlite,
    logLevel: 'silent' as const,
    shared,
  };
  page = await startStatusThread(settings, log);
});
afterEach(async () => {
  await page.close();
  rmSync(folder, { recursive: true });
});

function statusOf(): Promise<number> {
  return fetch(`http://127.0.0.1:${page.port}/icon.svg`).then(
    ({ status }) => status,
    () => 0,
  );
}

test('W4: a thread that dies is told of and begun anew at the same port', async () => {
  expect(await statusOf()).toBe(200);
  await threads[0]?.terminate();
  await vi.waitFor(async () => expect(await statusOf()).toBe(200), { timeout: PATIENCE_MS, interval: 50 });
  expect(threads).toHaveLength(2);
  expect(lines.join()).toContain('the status page broke down and is begun anew; passes go on');
});

test('closed while its thread is being begun anew, it leaves none behind', async () => {
  await threads[0]?.terminate();
  await vi.waitFor(() => expect(threads).toHaveLength(2), { timeout: PATIENCE_MS, interval: 1 });
  await page.close();
  // A thread that has ended has no number any more.
  expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  expect(await statusOf()).toBe(0);
});
