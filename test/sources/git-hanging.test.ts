/** A Git server that takes the connection and never answers: what is left of the fetch once it has ended. */
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gitSource } from '../../src/sources/git.ts';
import { processesWith } from '../support/children.ts';
import { troubleFrom } from './git-world.ts';
import { inFolder } from './loading.ts';

/** For what takes a moment on a quiet machine. */
const PATIENCE = { timeout: 15_000, interval: 50 };

let server: Server;
let port = 0;
let connected = 0;
beforeEach(async () => {
  connected = 0;
  server = createServer((socket) => {
    connected += 1;
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(() => {
  server.close();
});

/** Command lines of all processes that name this server. */
function processes(): readonly string[] {
  return processesWith(`:${port}/`).map(({ line }) => line);
}

describe('S1: a server that hangs', () => {
  test('S1: a fetch that ended at its deadline leaves no process behind', async () => {
    await inFolder(async (parent) => {
      const options = { mirror: join(parent, 'mirror'), fetchDeadlineMs: 4_000 };
      const source = gitSource({ url: `https://127.0.0.1:${port}/x.git`, branch: 'main' }, options);
      const trouble = troubleFrom(source);
      await vi.waitFor(() => expect(connected).toBe(1), PATIENCE);
      expect(processes().length).toBeGreaterThan(1);
      expect((await trouble).what).toBe('The server did not deliver in time.');
      await vi.waitFor(() => expect(processes()).toEqual([]), PATIENCE);
    });
  });

  test('S1: a fetch that is broken off ends at once, says so, and leaves no process behind', async () => {
    await inFolder(async (parent) => {
      const source = gitSource(
        { url: `https://127.0.0.1:${port}/x.git`, branch: 'main' },
        { mirror: join(parent, 'm') },
      );
      const breaking = new AbortController();
      const loading = source.snapshot(breaking.signal);
      const ended = expect(loading).rejects.toThrow('Fetching was broken off');
      await vi.waitFor(() => expect(connected).toBe(1), PATIENCE);
      breaking.abort();
      await ended;
      await vi.waitFor(() => expect(processes()).toEqual([]), PATIENCE);
      await expect(source.snapshot(AbortSignal.abort())).rejects.toThrow('Fetching was broken off');
    });
  });
});
