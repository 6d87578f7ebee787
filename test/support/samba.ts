/** Starts real, private Active Directory domain controllers (Samba) for tests, each on its own loopback address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers, type Reservation, reserveLoopbackAddress } from './loopback-address.ts';
import { CommandError, runCommand } from './run-command.ts';
import {
  ADMIN_PASSWORD,
  BASE_DN,
  DC_HOST_NAME,
  MUSTER_PASSWORD,
  makeServerCertificate,
  missingForSamba,
  PYTHON,
  REALM,
  RESEARCHERS_OU,
  SAMBA,
  sambaTemplate,
} from './samba-template.ts';
import { atExit, makeTestDirectory, type TestDirectory } from './test-directory.ts';

export { missingForSamba };

const COPY_SCRIPT = join(import.meta.dirname, 'samba-copy.py');
const EPOCH_SCRIPT = join(import.meta.dirname, 'samba-epoch.py');

/** What makes up a controller's state; everything else is made anew at each start. */
const STATE = ['private', 'state'];

/** A start takes a quarter of a second; a busy machine may be a hundred times slower. */
const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 15;
/** An idle Samba ends within milliseconds of the signal; one that does not is killed. */
const STOP_TIMEOUT_MS = 5_000;
/** What ldap-utils end with when they could not connect; any other status is an answer of the server. */
const CANNOT_CONNECT = 255;

/** The frozen state of a domain controller, to start others from or to roll one back to. */
export type SambaSnapshot = TestDirectory;

/** A running domain controller. `muster…` is the service account with rights over users below `researchersOu` only. */
export class SambaDc {
  readonly address: string;
  readonly ldapsUrl: string;
  readonly ldapUrl: string;
  readonly hostName = DC_HOST_NAME;
  readonly realm = REALM;
  readonly baseDn = BASE_DN;
  readonly researchersOu = RESEARCHERS_OU;
  readonly adminUser = 'administrator@example.org';
  readonly adminPassword = ADMIN_PASSWORD;
  readonly musterUser = 'muster@example.org';
  readonly musterPassword = MUSTER_PASSWORD;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly directory: string;
  readonly smbConf: string;
  readonly #reservation: Reservation;
  readonly #home: TestDirectory;
  readonly #forget: () => void;
  #process: ChildProcess | undefined;
  #stopped = false;

  constructor(reservation: Reservation, home: TestDirectory, template: string) {
    this.#home = home;
    this.#reservation = reservation;
    this.address = reservation.address;
    this.ldapsUrl = `ldaps://${this.address}:636`;
    this.ldapUrl = `ldap://${this.address}:389`;
    this.directory = home.path;
    this.smbConf = join(home.path, 'smb.conf');
    this.caFile = join(template, 'tls/ca.pem');
    this.certFile = join(home.path, 'cert.pem');
    this.keyFile = join(home.path, 'key.pem');
    this.#forget = atExit(() => this.#signal('SIGKILL'));
  }

  /** The process id, or undefined while it is not running. */
  get pid(): number | undefined {
    return this.#process?.exitCode === null && this.#process.signalCode === null ? this.#process.pid : undefined;
  }

  /** Ends Samba, deletes its state and frees its address. Doing it twice is fine. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#end('SIGTERM');
    this.#forget();
    await this.#home.remove();
    await this.#reservation.release();
  }

  /** Kills Samba without warning, in the middle of whatever it does; state and address stay for `restart`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts Samba again over the same state at the same address, ending it first where it still runs. */
  async restart(): Promise<void> {
    if (this.#stopped) throw new Error('This domain controller was stopped for good; its state is gone.');
    await this.#end('SIGTERM');
    const log = openSync(join(this.directory, 'samba.log'), 'a');
    // With -i Samba ends when the pipe on its standard input closes, so it cannot outlive a killed test process. Its
    // own process group keeps the interrupt of a terminal from it: the tests decide when it ends.
    const args = ['-i', '-M', 'single', '--debug-stdout', `--configfile=${this.smbConf}`];
    const child = spawn(SAMBA, args, { stdio: ['pipe', log, log], detached: true, cwd: this.directory });
    closeSync(log);
    this.#process = child;
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    await this.#ready();
  }

  /** Puts an earlier state back and starts over it: a controller restored from backup (a USN rollback). */
  async rollBackTo(snapshot: SambaSnapshot): Promise<void> {
    await this.#end('SIGTERM');
    await Promise.all(STATE.map((part) => rm(join(this.directory, part), { recursive: true, force: true })));
    await copyParts(snapshot.path, this.directory);
    await this.restart();
  }

  /** Gives it a new invocation id and starts it again: what a proper restore from backup does besides putting old state back. */
  async beginAnotherLife(): Promise<void> {
    await this.#end('SIGTERM');
    await runCommand(PYTHON, [EPOCH_SCRIPT, this.smbConf]);
    await this.restart();
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      if (this.pid === undefined || performance.now() > deadline) {
        const log = await readFile(join(this.directory, 'samba.log'), 'utf8');
        await this.#end('SIGKILL');
        throw new Error(`Samba does not answer on ${this.ldapsUrl}. Its log:\n${log}`);
      }
      if ((await answers(this.address, 636)) && (await this.#bindsWork())) return;
      await wait(READY_POLL_MS);
    }
  }

  /** The first bind of each account writes lastLogonTimestamp; done here, no later bind moves highestCommittedUSN. */
  async #bindsWork(): Promise<boolean> {
    try {
      await ldapCommand(this, 'ldapsearch', ['-s', 'base', '-b', '', 'currentTime']);
      const asMuster = ['-D', this.musterUser, '-w', this.musterPassword];
      await ldapCommand(this, 'ldapsearch', ['-s', 'base', '-b', '', 'currentTime'], { credentials: asMuster });
      return true;
    } catch (error) {
      if (error instanceof CommandError && error.status === CANNOT_CONNECT) return false;
      throw error;
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child === undefined || this.pid === undefined) return;
    const ended = once(child, 'exit');
    this.#signal(signal);
    // A stopped process (SIGSTOP) does not see SIGTERM before it goes on.
    this.#signal('SIGCONT');
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/**
 * Starts a domain controller of EXAMPLE.ORG on a free loopback address, from the template (empty OUs Researchers,
 * CBS and DTU below it, and Elsewhere) or from a snapshot, and waits until binds over LDAPS work. The caller stops it;
 * what was forgotten is ended and removed when the process exits. Throws when something is missing on this machine.
 */
export async function startSamba(options: { readonly from?: SambaSnapshot } = {}): Promise<SambaDc> {
  const missing = missingForSamba();
  if (missing.length > 0) throw new Error(`A Samba domain controller needs: ${missing.join(', ')}.`);
  const template = await sambaTemplate();
  const reservation = await reserveLoopbackAddress();
  const home = await makeTestDirectory('dc');
  const dc = new SambaDc(reservation, home, template);
  try {
    await Promise.all([
      copyParts(options.from?.path ?? template, dc.directory),
      makeServerCertificate(template, dc.address, dc.directory),
      writeFile(dc.smbConf, smbConf(dc, template)),
    ]);
    await dc.restart();
  } catch (error) {
    await dc.stop();
    throw error;
  }
  return dc;
}

/**
 * Freezes the present state of a controller, running or not, without a write half in it.
 * @param options.idle nobody asks it for anything meanwhile, so that its files lie still.
 */
export async function snapshotState(dc: SambaDc, options: { readonly idle?: boolean } = {}): Promise<SambaSnapshot> {
  const snapshot = await makeTestDirectory('snapshot');
  const parts = STATE.map((part) => join(dc.directory, part));
  if (dc.pid === undefined || options.idle === true) await copyParts(dc.directory, snapshot.path);
  else await runCommand(PYTHON, [COPY_SCRIPT, dc.smbConf, snapshot.path, ...parts]);
  return snapshot;
}

/** A second controller with the state that `dc` has now: same dsServiceName, frozen, on another address. */
export async function copyState(dc: SambaDc): Promise<SambaDc> {
  const snapshot = await snapshotState(dc);
  try {
    return await startSamba({ from: snapshot });
  } finally {
    await snapshot.remove();
  }
}

/**
 * Runs one of ldap-utils over LDAPS against the controller, with its certificate checked, as administrator unless
 * `credentials` (arguments -D and -w) name someone else. Gives its output; throws `CommandError`, with the LDAP result
 * code as `status`.
 */
export async function ldapCommand(
  dc: SambaDc,
  tool: 'ldapsearch' | 'ldapmodify',
  args: readonly string[],
  options: { readonly credentials?: readonly string[]; readonly input?: string } = {},
): Promise<string> {
  const credentials = options.credentials ?? ['-D', dc.adminUser, '-w', dc.adminPassword];
  const env = { LDAPTLS_CACERT: dc.caFile, LDAPTLS_REQCERT: 'demand' };
  const input = options.input === undefined ? {} : { input: options.input };
  return await runCommand(tool, ['-x', '-H', dc.ldapsUrl, ...credentials, ...args], { env, ...input });
}

async function copyParts(from: string, to: string): Promise<void> {
  await runCommand('cp', ['-a', '--', ...STATE.map((part) => join(from, part)), to]);
}

function smbConf(dc: SambaDc, template: string): string {
  const under = (name: string) => join(dc.directory, name);
  const settings = {
    realm: dc.realm,
    workgroup: 'EXAMPLE',
    'netbios name': 'DC1',
    'server role': 'active directory domain controller',
    // Nothing but LDAP: passwords, rights and RIDs need no other service.
    'server services': 'ldap',
    'bind interfaces only': 'yes',
    interfaces: `${dc.address}/8`,
    'private dir': under('private'),
    'state directory': under('state'),
    'cache directory': under('cache'),
    'lock directory': under('lock'),
    'pid directory': under('run'),
    'ncalrpc dir': under('ncalrpc'),
    'binddns dir': under('bind-dns'),
    'tls certfile': dc.certFile,
    'tls keyfile': dc.keyFile,
    'tls cafile': dc.caFile,
    'tls dh params file': join(template, 'tls/dh.pem'),
    'idmap_ldb:use rfc2307': 'yes',
  };
  return `[global]\n${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')}`;
}
