/** `muster serve` as a process: what makes it look, what does not, and that it stops when told. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { main, makeSite, person, type SiteFolder } from '../cli/site-folder.ts';

const SECRET = 'the webhook secret';
/** Longest wait, in milliseconds, for what takes a second on a quiet machine. */
const PATIENCE_MS = 20_000;

let site: SiteFolder;
let daemon: ChildProcess | null = null;
let lines: Readonly<Record<string, unknown>>[] = [];
/** What it said besides its log. */
let said = '';

beforeEach(async () => {
  site = await makeSite();
  writeFileSync(join(site.folder, 'webhook'), `${SECRET}\n`, { mode: 0o600 });
  appendFileSync(site.config, `http: { webhook: { listen: "127.0.0.1:0", secretFile: webhook } }\n`);
  lines = [];
  said = '';
});
afterEach(async () => {
  if (daemon !== null && daemon.exitCode === null) {
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
  }
  daemon = null;
  site.remove();
});

/** Starts it; resolves when its first pass is over. */
async function start(...options: readonly string[]): Promise<void> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...options, main, '--config', site.config, 'serve'], {
    cwd: site.folder,
    env: { PATH },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  daemon = child;
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (part.startsWith('{')) lines.push(JSON.parse(part));
      else said += part;
    }
  });
  await until(() => expect(passes()[0], said).toBe('start'));
}

function passes(): readonly unknown[] {
  return lines.filter(({ msg }) => msg === 'passed').map(({ trigger }) => trigger);
}

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: PATIENCE_MS, interval: 50 });
}

function accounts(): string {
  return readFileSync(join(site.folder, 'directory.json'), 'utf8');
}

async function notify(body: string, secret = SECRET): Promise<number> {
  const port = lines.find(({ msg }) => msg === 'listening for pushes')?.port;
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = { 'x-hub-signature-256': `sha256=${signature}` };
  return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status;
}

async function stop(signal: NodeJS.Signals): Promise<unknown> {
  if (daemon === null) throw new Error('it does not run');
  const exit = once(daemon, 'exit');
  daemon.kill(signal);
  return (await exit)[0];
}

describe('muster serve', () => {
  test('makes it so at its start, when a file changes, and when it is asked by signal; SIGTERM ends it with 0', async () => {
    await start();
    expect(accounts()).toContain('CN=ajensen,');
    site.declare('users/new.yaml', person('cnord', 'Carl', 'Nord', '+45 20 12 34 58'));
    await until(() => expect(accounts()).toContain('CN=cnord,'));
    await until(() => expect(passes()).toEqual(['start', 'files']));

    daemon?.kill('SIGHUP');
    await until(() => expect(passes()).toEqual(['start', 'files', 'signal']));
    expect(await stop('SIGTERM')).toBe(0);
  });

  test('as the unit of systemd starts it, the signal of its reload makes it look', async () => {
    const unit = readFileSync(new URL('../../config/muster.service', import.meta.url), 'utf8');
    const [, options = ''] = /^ExecStart=\S+((?: --\S+)*) /m.exec(unit) ?? [];
    const [, name = ''] = /^ExecReload=\/bin\/kill -(\S+) /m.exec(unit) ?? [];
    expect(options).toContain('--disable-sigusr1');
    await start(...options.trim().split(' '));
    expect(spawnSync('kill', [`-${name}`, String(daemon?.pid)]).status).toBe(0);
    await until(() => expect(passes()).toEqual(['start', 'signal']));
    expect(await stop('SIGTERM')).toBe(0);
  });

  test('where Node does not keep it back, SIGUSR1 makes it look as well', async () => {
    await start();
    daemon?.kill('SIGUSR1');
    await until(() => expect(passes()).toEqual(['start', 'signal']));
    expect(said).not.toContain('Debugger');
  });

  test('an operator’s block is carried out and its end is acted on, without anybody asking for a pass', async () => {
    await start();
    expect((await site.muster('block', 'ajensen', '--reason', 'x', '--until', '1d')).out).toContain('lost access');
    // The command line knows minutes; the test has seconds.
    const store = await openStore({ sqlite: join(site.folder, 'muster.db') }, Date.now);
    const [order] = await store.orders.blocks(Date.now());
    if (order === undefined) throw new Error('the block is not there');
    await store.orders.unblock(order.id, 'test', 'a shorter one follows', Date.now());
    await store.orders.block({ ...order, id: 'shorter', until: Date.now() + 6_000 });
    await store.close();
    await until(() => expect(passes()).toContain('due'));
    expect(passes()).toContain('operator');
    expect((await site.muster('why', 'ajensen')).out).toContain('account ajensen: enabled');
  });

  test('an approval is used within seconds', async () => {
    site.configure('limits: { always: 5 }', 'limits: { always: 0, create: { people: 0 } }');
    await start();
    const [held] = JSON.parse((await site.muster('--format', 'json', 'held')).out).holds;
    expect(lines.some(({ msg }) => String(msg).startsWith('held: '))).toBe(true);
    expect((await site.muster('approve', held.digest, '--reason', 'first day')).code).toBe(0);
    await until(() => expect(accounts()).toContain('CN=ajensen,'));
  });

  test('K1: SIGUSR1 while it starts opens no debugger', async () => {
    const started = start();
    const database = join(site.folder, 'muster.db');
    await until(() => expect(existsSync(database)).toBe(true));
    daemon?.kill('SIGUSR1');
    await started;
    expect(said).not.toContain('Debugger');
  });

  test('mistakes in files and people who need somebody are in the log, once while they stay as they are', async () => {
    await start();
    site.declare('users/broken.yaml', 'username: [\n');
    const told = () => lines.filter(({ msg }) => String(msg).startsWith('users/broken.yaml:'));
    await until(() => expect(told()).toHaveLength(1));
    daemon?.kill('SIGUSR1');
    await until(() => expect(passes()).toContain('signal'));
    expect(told()).toHaveLength(1);
  });

  test('S9: a genuine notice makes it look; forged and replayed ones start no pass', async () => {
    await start();
    expect(await notify('{"after":"1"}', 'a guess')).toBe(401);
    expect(await notify('{"after":"1"}')).toBe(202);
    await until(() => expect(passes()).toEqual(['start', 'push']));
    expect(await notify('{"after":"1"}')).toBe(200);
    expect(await notify('{"after":"1"}', 'another guess')).toBe(401);
    daemon?.kill('SIGUSR1');
    await until(() => expect(passes()).toContain('signal'));
    expect(passes()).toEqual(['start', 'push', 'signal']);
  });

  test('a schedule that means nothing is refused at the start, with what to write', async () => {
    site.configure('limits: { always: 5 }', 'limits: { always: 5 }\nschedule: "61 * * * *"');
    const { code, err } = await site.spawn('serve');
    expect(code).toBe(1);
    expect(err).toContain('"61 * * * *" is no schedule.');
    expect(err).toContain('Write five fields, like "0 * * * *" for every hour.');
    const examined = await site.muster('doctor');
    expect(examined.code).not.toBe(0);
    expect(examined.out).toContain('"61 * * * *" is no schedule.');
  });

  test('between passes an operator can act, for the lease is free; the next pass knows of it', async () => {
    await start();
    daemon?.kill('SIGSTOP');
    const blocked = await site.muster('block', 'ajensen', '--reason', 'stolen laptop');
    expect(blocked.out).toContain('1 person lost access.');
    daemon?.kill('SIGCONT');
    daemon?.kill('SIGUSR1');
    await until(() => expect(passes()).toContain('signal'));
    expect((await site.muster('why', 'ajensen')).out).toContain('account ajensen: disabled');
  });
});
