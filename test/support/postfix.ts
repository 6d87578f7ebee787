/** A private Postfix with SASL log-on: own configuration, queue, ports and users, on a loopback address of its own; nothing leaves it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers, reserveLoopbackAddress } from './loopback-address.ts';
import { missingForPostmap, type PostfixMapFixture, postfixMapIn } from './postfix-map.ts';
import { runCommand } from './run-command.ts';
import { SmtpSession } from './smtp-session.ts';
import { atExit } from './test-directory.ts';

const MASTER = '/usr/lib/postfix/sbin/master';
const DOVECOT = '/usr/sbin/dovecot';
const SMTP_PORT = 2525;
const AUTH_PORT = 2526;
export const PASSWORD = 'Kar-Lil-Mose-42';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 50;

/** What these tests cannot do without; Postfix gives up its rights itself, so it has to have some. */
export function missingForPostfix(): readonly string[] {
  const missing = [...missingForPostmap(), ...[MASTER, DOVECOT].filter((path) => !existsSync(path))];
  return process.getuid?.() === 0 ? missing : [...missing, 'root'];
}

export interface Postfix {
  readonly map: PostfixMapFixture;
  /** A session of somebody who has logged in. */
  login(username: string): Promise<SmtpSession>;
  /** What `sendmail` on the mail host says to root, who alone may name another configuration; the empty text: it takes the mail. */
  submit(from: string): Promise<string>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** @param people usernames that may log on */
export async function startPostfix(people: readonly string[]): Promise<Postfix> {
  // Not among the other test directories, which are closed to the users that Postfix runs as.
  const home = await mkdtemp(join(tmpdir(), 'muster-postfix-'));
  await chmod(home, 0o755);
  const reservation = await reserveLoopbackAddress();
  const { address } = reservation;
  await Promise.all(['config', 'queue', 'data', 'maps', 'dovecot'].map((name) => mkdir(join(home, name))));
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (what) => Number(await runCommand('id', [what, 'postfix']))),
  );
  await chown(join(home, 'data'), uid ?? 0, gid ?? 0);
  const map = postfixMapIn(home, join(home, 'maps', 'blocked'));
  await writeConfigurations(home, address, people);
  await map.clear();
  const started: ChildProcess[] = [];
  const run = (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    started.push(child);
  };
  const forget = atExit(() => {
    for (const child of started) child.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  });
  const log = () => readFile(join(home, 'postfix.log'), 'utf8').catch(() => '');
  const stop = async () => {
    const ends = started.map((child) => (child.exitCode === null ? ended(child) : Promise.resolve()));
    await Promise.all(ends);
    forget();
    await rm(home, { recursive: true, force: true });
    await reservation.release();
  };
  await runCommand('/usr/sbin/postfix', ['-c', join(home, 'config'), 'check']);
  run(DOVECOT, ['-F', '-c', join(home, 'dovecot.conf')]);
  run(MASTER, ['-c', join(home, 'config'), '-d']);
  for (const deadline = performance.now() + READY_TIMEOUT_MS; ; await wait(READY_POLL_MS)) {
    if ((await answers(address, SMTP_PORT)) && (await answers(address, AUTH_PORT))) break;
    if (performance.now() < deadline) continue;
    const said = await log();
    await stop();
    throw new Error(`Postfix does not answer. Its log:\n${said}`);
  }
  return {
    map,
    login: async (username) => {
      const session = await SmtpSession.open(address, SMTP_PORT);
      await session.login(username, PASSWORD);
      return session;
    },
    submit: (from) => submit(join(home, 'config'), from),
    log,
    stop,
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

async function submit(config: string, from: string): Promise<string> {
  const args = ['-C', config, '-f', from, 'colleague@example.net'];
  try {
    await runCommand('/usr/sbin/sendmail', args, { input: 'Subject: x\n\nx\n' });
    return '';
  } catch (error) {
    return String(error);
  }
}

async function writeConfigurations(home: string, address: string, people: readonly string[]): Promise<void> {
  const map = `lmdb:${join(home, 'maps', 'blocked')}`;
  await writeFile(
    join(home, 'config', 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${join(home, 'queue')}
data_directory = ${join(home, 'data')}
maillog_file = ${join(home, 'postfix.log')}
maillog_file_prefixes = ${tmpdir()}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
local_recipient_maps =
alias_maps =
default_transport = discard:
relayhost =
in_flow_delay = 0s
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:${address}:${AUTH_PORT}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sender_restrictions = check_sasl_access ${map}, check_sender_access ${map}
authorized_submit_users = !${map}, static:all
`,
  );
  const services = ['pickup unix n - n 60 1 pickup', 'cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr'];
  const plain = [
    'rewrite:trivial-rewrite',
    'bounce:bounce',
    'defer:bounce',
    'trace:bounce',
    'discard:discard',
    'proxymap:proxymap',
  ];
  const more = plain.map((one) => `${one.split(':')[0]} unix - - n - - ${one.split(':')[1]}`);
  const smtp = [`${address}:${SMTP_PORT} inet n - n - - smtpd`, 'anvil unix - - n - 1 anvil'];
  const log = ['postlog unix-dgram n - n - 1 postlogd', 'error unix - - n - - error', 'retry unix - - n - - error'];
  await writeFile(join(home, 'config', 'master.cf'), `${[...smtp, ...services, ...more, ...log].join('\n')}\n`);
  await writeFile(join(home, 'users'), people.map((name) => `${name}:{PLAIN}${PASSWORD}\n`).join(''));
  await writeFile(
    join(home, 'dovecot.conf'),
    `base_dir = ${join(home, 'dovecot')}
state_dir = ${join(home, 'dovecot')}
log_path = ${join(home, 'dovecot.log')}
protocols =
ssl = no
auth_mechanisms = plain
disable_plaintext_auth = no
passdb {
  driver = passwd-file
  args = ${join(home, 'users')}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  inet_listener postfix {
    address = ${address}
    port = ${AUTH_PORT}
  }
}
`,
  );
}
