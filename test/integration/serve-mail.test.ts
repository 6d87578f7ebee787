/** `muster serve` with mail, as a process: a commit that blocks somebody reaches Research Service, once, whatever is stopped and begun anew meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main, makeSite, type SiteFolder } from '../cli/site-folder.ts';
import { notifyText, OPERATIONS, RESEARCH_SERVICE } from '../notify/mailed-site.ts';
import { commit, makeRepository } from '../support/desired-state.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

/** Longest wait, in milliseconds: a mail that was put off twice is tried again after a minute. */
const PATIENCE_MS = 180_000;
const TEST_MS = 600_000;

let site: SiteFolder;
let server: MailServer;
let daemon: ChildProcess | null = null;
let lines: Readonly<Record<string, unknown>>[] = [];

beforeEach(async () => {
  server = await startMailServer();
  site = await makeSite();
  const repository = join(site.folder, 'repository');
  await makeRepository(repository);
  await commit(repository, {}, 'two people');
  site.configure('source: { folder: repository }', `source: { git: { url: "${repository}", branch: main } }`);
  site.configure('limits: { always: 5 }', `limits: { always: 5 }\n${notifyText(server.port, 'en')}`);
});
afterEach(async () => {
  if (daemon !== null && daemon.exitCode === null) {
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
  }
  daemon = null;
  site.remove();
  await server.close();
});

/** Starts it; resolves when its first pass is over. */
async function start(): Promise<void> {
  const { PATH = '' } = process.env;
  lines = [];
  const child = spawn(process.execPath, [main, '--config', site.config, 'serve'], {
    cwd: site.folder,
    env: { PATH },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  daemon = child;
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.startsWith('{')) lines.push(JSON.parse(part));
  });
  await until(() => expect(passes()).toBe(1));
}

async function stop(): Promise<unknown> {
  if (daemon === null) throw new Error('it does not run');
  const exit = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  return (await exit)[0];
}

const passes = () => lines.filter(({ msg }) => msg === 'passed').length;
const until = (check: () => void) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 50 });

/** Recipient and subject of everything that came, in order. */
const came = (from = server) => from.taken.map(({ recipient, mail }) => `${recipient}: ${mail.subject}`);

const CREATED = `${RESEARCH_SERVICE}: Muster (demo): 2 new accounts`;
const BLOCKED = `${RESEARCH_SERVICE}: Muster (demo): 1 person blocked`;

async function block(username: string): Promise<void> {
  const text = `- user: ${username}\n  reason: stolen laptop, case 4711\n  from: 2026-01-01\n`;
  await commit(join(site.folder, 'repository'), { 'blocked-users.yaml': text }, `block ${username}`);
}

test(
  'a commit that blocks somebody reaches Research Service after the very pass that took it in; a stop and a start send nothing twice',
  async () => {
    await start();
    await until(() => expect(came()).toEqual([CREATED]));
    await block('bmadsen');
    await until(() => expect(came()).toEqual([CREATED, BLOCKED]));
    expect(passes()).toBe(2);
    expect(server.taken[1]?.mail.text).toContain('Bo Madsen (bmadsen)');
    expect(server.taken[1]?.mail.text).toContain('stolen laptop, case 4711');
    expect(server.taken[1]?.mail.text).toContain('blocked-users.yaml:3, Rie Service');
    expect(await stop()).toBe(0);
    await start();
    await commit(
      join(site.folder, 'repository'),
      {
        'blocked-users.yaml':
          '- user: bmadsen\n  reason: stolen laptop, case 4711\n  from: 2026-01-01\n  lifted: 2026-01-02\n',
      },
      'given back',
    );
    // What came before it in the queue would have come before it.
    await until(() => expect(came().at(-1)).toBe(`${RESEARCH_SERVICE}: Muster (demo): 1 person has access again`));
    expect(came()).toHaveLength(3);
    expect(new Set(server.taken.map(({ mail }) => mail.messageId)).size).toBe(3);
    expect(came().filter((one) => one.startsWith(OPERATIONS))).toEqual([]);
    expect(await stop()).toBe(0);
  },
  TEST_MS,
);

test(
  'what the mail server could not take before the stop comes once after the start',
  async () => {
    const { port } = server;
    await start();
    await until(() => expect(came()).toEqual([CREATED]));
    await server.close();
    await block('bmadsen');
    await until(() => expect(lines.map(({ msg }) => msg)).toContain('the mail server takes no mail'));
    expect(lines.find(({ msg }) => msg === 'the mail server takes no mail')).toMatchObject({
      error: 'Nobody listens there (ECONNREFUSED).',
      next: 'Check "notify.smtp.host" and "notify.smtp.port", and whether the mail server runs.',
    });
    expect(await stop()).toBe(0);
    server = await startMailServer({ port });
    await start();
    // Operations may hear of what lasted; here it is about what Research Service hears.
    const told = () => server.taken.filter(({ recipient }) => recipient === RESEARCH_SERVICE);
    const subjects = () => told().map(({ mail }) => `${RESEARCH_SERVICE}: ${mail.subject}`);
    await until(() => expect(subjects()).toEqual([BLOCKED]));
    await block('ajensen');
    await until(() => expect(subjects()).toEqual([BLOCKED, BLOCKED]));
    expect(told()[0]?.mail.text).not.toContain('ajensen');
    expect(told()[1]?.mail.text).not.toContain('bmadsen');
    expect(await stop()).toBe(0);
  },
  TEST_MS,
);
