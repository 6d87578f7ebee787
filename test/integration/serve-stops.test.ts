/** `muster serve` interrupted in the middle of its work: by SIGTERM, wherever it is, and by an operator's block in another process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { main, makeSite, person, type SiteFolder } from '../cli/site-folder.ts';
import { processesWith } from '../support/children.ts';

/** Longest wait, in milliseconds, for what takes a second on a quiet machine. */
const PATIENCE_MS = 120_000;
const TEST_MS = 600_000;
const MANY = 100;
/** So many that the command of an operator has begun long before they are all written. */
const SLOW = 600;
/** Writes between one stop and the next. */
const STEP = 25;

let site: SiteFolder;
let daemon: ChildProcess | null = null;
let log = '';
let hanging: { readonly server: Server; readonly port: number; connected: number; readonly sockets: Socket[] } | null =
  null;

afterEach(async () => {
  if (daemon !== null && daemon.exitCode === null && daemon.signalCode === null) {
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
  }
  daemon = null;
  for (const socket of hanging?.sockets ?? []) socket.destroy();
  hanging?.server.close();
  hanging = null;
  site.remove();
});

/** A server that takes connections and says nothing. */
async function hangingServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    if (hanging !== null) hanging.connected += 1;
    sockets.push(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  hanging = { server, port, connected: 0, sockets };
  return hanging;
}

function serve(): ChildProcess {
  const { PATH = '' } = process.env;
  log = '';
  const child = spawn(process.execPath, [main, '--config', site.config, 'serve'], {
    cwd: site.folder,
    env: { PATH },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  daemon = child;
  return child;
}

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: PATIENCE_MS, interval: 25 });
}

/** Tells it to end; gives the exit code, and null where a signal ended it. */
async function stopped(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  return (await exit)[0];
}

/** Command lines of living processes that this site's folder or the hanging server stands in. */
function leftovers(): readonly string[] {
  const signs = [site.folder, ...(hanging === null ? [] : [`:${hanging.port}/`])];
  return processesWith(...signs).map(({ line }) => line);
}

function accounts(): number {
  const text = readFileSync(join(site.folder, 'directory.json'), 'utf8');
  return new Set([...text.matchAll(/CN=(new\d+),/g)].map(([, name]) => name)).size;
}

/** Everybody at once, so that a pass takes some seconds. */
function declareMany(count = MANY): void {
  const people = Array.from({ length: count }, (_, nth) =>
    person(`new${nth + 100}`, 'New', 'Nord', `+45 27 ${Math.floor(nth / 90) + 10} ${(nth % 90) + 10} 10`),
  );
  site.declare('users/many.yaml', people.join(''));
}

/** Who is new, and how often each was created by what the journal says. */
async function creations(count = MANY): Promise<readonly number[]> {
  const store = await openStore({ sqlite: join(site.folder, 'muster.db') }, Date.now);
  try {
    const names = Array.from({ length: count }, (_, nth) => `new${nth + 100}`);
    const all = await Promise.all(names.map((name) => store.journal.of(name, 10)));
    return all.map((rows) => rows.filter(({ outcome }) => outcome?.status === 'applied').length);
  } finally {
    await store.close();
  }
}

describe('SIGTERM', () => {
  test(
    'S1: while a fetch hangs: it ends with 0, and no process of Git is left',
    async () => {
      site = await makeSite();
      const { port } = await hangingServer();
      site.configure(
        'source: { folder: repository }',
        `source: { git: { url: "https://127.0.0.1:${port}/x.git", branch: main } }`,
      );
      const child = serve();
      await until(() => expect(hanging?.connected, log).toBe(1));
      expect(leftovers().length).toBeGreaterThan(1);
      expect(await stopped(child), log).toBe(0);
      await until(() => expect(leftovers()).toEqual([]));
    },
    TEST_MS,
  );

  test(
    'while a directory server hangs: it ends with 0',
    async () => {
      const { port } = await hangingServer();
      site = await makeSite(async (folder) => {
        writeFileSync(join(folder, 'password'), 'does not matter\n', { mode: 0o600 });
        return `  activeDirectory:
    urls: ["ldaps://127.0.0.1:${port}"]
    bind: { user: muster@example.org, passwordFile: password }
    base: DC=example,DC=org
    accounts:
      read: ["OU=Researchers,DC=example,DC=org"]
      create: [{ ou: "OU=Researchers,DC=example,DC=org" }]
`;
      });
      const child = serve();
      await until(() => expect(hanging?.connected, log).toBeGreaterThan(0));
      expect(await stopped(child), log).toBe(0);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'at many points of a pass that writes: it ends with 0 each time, and at the end nothing was written twice or left out',
    async () => {
      site = await makeSite();
      site.configure('limits: { always: 5 }', 'limits: { always: 1000, create: { people: 1000, perDay: 1000 } }');
      declareMany();
      let points = 0;
      for (let before = -1; accounts() < MANY && accounts() > before; points += 1) {
        before = points === 0 ? -1 : accounts();
        const child = serve();
        // As soon as a few more are written.
        await until(() => expect(accounts(), log).toBeGreaterThanOrEqual(Math.min(MANY, Math.max(before, 0) + STEP)));
        expect(await stopped(child), log).toBe(0);
        expect(leftovers()).toEqual([]);
      }
      expect(points).toBeGreaterThan(2);
      expect(await creations()).toEqual(Array.from({ length: MANY }, () => 1));
      expect((await site.muster('plan')).out).toContain('Nothing to do');
    },
    TEST_MS,
  );
});

test(
  'a block in another process is in force before a running pass has written everything, and that goes on',
  async () => {
    site = await makeSite();
    site.configure('limits: { always: 5 }', 'limits: { always: 1000, create: { people: 1000, perDay: 1000 } }');
    const child = serve();
    await until(() => expect(log).toContain('"msg":"passed"'));
    declareMany(SLOW);
    await until(() => expect(accounts(), log).toBeGreaterThan(2));
    const { code, out, err } = await site.spawn('block', 'ajensen', '--reason', 'stolen laptop');
    const writtenBefore = accounts();
    expect(out, err + log).toMatch(/1 person lost access|is shut out already/);
    // It waits for somebody to write it down.
    expect(code).toBe(2);
    expect(writtenBefore).toBeLessThan(SLOW);
    await until(() => expect(accounts()).toBe(SLOW));
    expect(await stopped(child), log).toBe(0);
    expect(await creations(SLOW)).toEqual(Array.from({ length: SLOW }, () => 1));
  },
  TEST_MS,
);
