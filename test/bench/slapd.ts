/** A private slapd with the accounts of a benchmark, which answers as a domain controller would as far as reading goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers } from '../support/loopback-address.ts';
import { runCommand } from '../support/run-command.ts';
import { makeAuthority, makeCertificate } from '../support/test-certificates.ts';
import { atExit } from '../support/test-directory.ts';
import { BIND_DN, BIND_PASSWORD, FIRST_USN, MANAGER_DN, SERVICE_DN, writeLdif } from './directory-ldif.ts';
import { BASE_DN } from './population.ts';
import { missingForTiming } from './timed-command.ts';

const SLAPD = '/usr/sbin/slapd';
const HOST = '127.0.0.1';
const SCHEMAS = ['core', 'cosine', 'inetorgperson'].map((name) => `/etc/ldap/schema/${name}.schema`);
const OWN_SCHEMA = join(import.meta.dirname, 'active-directory.schema');

/** Room of the sparse database file; a hundred thousand accounts take 200 MB of it. */
const DATABASE_BYTES_MAX = 8 * 1024 ** 3;
const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 10;
const STOP_TIMEOUT_MS = 10_000;
/**
 * slapd's root entry says the time at which slapd was started, and Muster doubts clocks that differ by five minutes: an
 * older server is started anew before the next run.
 */
const CLOCK_AGE_MAX_MS = 120_000;

/** Fills `folder` with the database of that many accounts; nothing runs afterwards. */
export async function fillDatabase(folder: string, users: number): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  const ldif = join(folder, 'accounts.ldif');
  await writeLdif(ldif, users);
  await writeFile(join(folder, 'slapd.conf'), configuration(folder, null));
  await runCommand(SLAPD, ['-T', 'add', '-q', '-f', join(folder, 'slapd.conf'), '-l', ldif]);
  await rm(ldif);
}

/** Adds more to a filled database, as LDIF (RFC 2849), while nothing runs over it. */
export async function fillMore(folder: string, ldif: string): Promise<void> {
  await runCommand(SLAPD, ['-T', 'add', '-q', '-f', join(folder, 'slapd.conf')], { input: ldif });
}

/** One running server over a filled folder of its own. */
export class Slapd {
  readonly caFile: string;
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #forget: () => void;
  #process: ChildProcess | undefined;
  #startedAt = 0;
  #usn = FIRST_USN;

  private constructor(folder: string, port: number, caFile: string) {
    this.#folder = folder;
    this.#port = port;
    this.caFile = caFile;
    this.url = `ldaps://${HOST}:${port}`;
    this.#forget = atExit(() => this.#process?.kill('SIGKILL'));
  }

  /** @param folder filled by `fillDatabase`, or a copy of one; the server's alone from now on. */
  static async start(folder: string): Promise<Slapd> {
    const authority = await makeAuthority(folder);
    const certificate = await makeCertificate(folder, 'server', authority);
    await writeFile(join(folder, 'slapd.conf'), configuration(folder, { authority, certificate }));
    const server = new Slapd(folder, await freePort(), authority.certFile);
    await server.#start();
    return server;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The time that the server tells is near enough to the real one after this. Gives whether it was started anew. */
  async freshen(): Promise<boolean> {
    if (Date.now() - this.#startedAt <= CLOCK_AGE_MAX_MS) return false;
    await this.restart();
    return true;
  }

  async restart(): Promise<void> {
    await this.#end();
    await this.#start();
  }

  /**
   * Changes accounts as somebody at the directory would: sets these attributes, with a new update sequence number each,
   * as Active Directory counts them (MS-ADTS 3.1.1.3.2.5).
   */
  async change(changes: readonly { readonly dn: string; readonly attributes: Readonly<Record<string, string>> }[]) {
    const records = changes.map(({ dn, attributes }) => {
      this.#usn += 1;
      const values = Object.entries({ ...attributes, uSNChanged: String(this.#usn) });
      return `dn: ${dn}\nchangetype: modify\n${values.map(([name, value]) => `replace: ${name}\n${name}: ${value}\n-\n`).join('')}\n`;
    });
    const login = ['-x', '-H', this.url, '-D', MANAGER_DN, '-w', BIND_PASSWORD];
    await runCommand('ldapmodify', login, { input: records.join(''), env: this.environment });
    // The root entry's number is read at the start alone.
    await this.restart();
  }

  /** For ldap-utils: the certificate is checked, as Muster does. */
  get environment(): Readonly<Record<string, string>> {
    return { LDAPTLS_CACERT: this.caFile, LDAPTLS_REQCERT: 'demand' };
  }

  async stop(): Promise<void> {
    await this.#end();
    this.#forget();
  }

  async #start(): Promise<void> {
    this.#startedAt = Date.now();
    await writeFile(join(this.#folder, 'root.ldif'), rootEntry(this.#usn, this.#startedAt));
    const args = ['-d', '0', '-f', join(this.#folder, 'slapd.conf'), '-h', `${this.url}/`];
    const child = spawn(SLAPD, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#process = child;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    if (child.pid !== undefined) await writeFile(join(this.#folder, 'pid'), `${child.pid}\n`);
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await answers(HOST, this.#port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`slapd does not answer on ${this.url}: ${said}`);
      }
      await wait(READY_POLL_MS);
    }
    // The first connection of a server takes longer than the others.
    const login = ['-x', '-H', this.url, '-D', BIND_DN, '-w', BIND_PASSWORD];
    await runCommand('ldapsearch', [...login, '-s', 'base', '-b', '', '+'], { env: this.environment });
  }

  async #end(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** What this machine lacks to measure anything over a private slapd, as Debian packages. */
export function missingForSlapd(): string[] {
  const needed = [
    [SLAPD, 'slapd'],
    ['/usr/bin/ldapsearch', 'ldap-utils'],
    ['/usr/bin/openssl', 'openssl'],
  ] as const;
  const absent = needed.filter(([path]) => !existsSync(path)).map(([, debianPackage]) => debianPackage);
  return [...absent, ...missingForTiming()];
}

interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

function configuration(folder: string, tls: { readonly authority: Pair; readonly certificate: Pair } | null): string {
  const secure =
    tls === null
      ? ''
      : `TLSCACertificateFile ${tls.authority.certFile}
TLSCertificateFile ${tls.certificate.certFile}
TLSCertificateKeyFile ${tls.certificate.keyFile}
rootDSE ${join(folder, 'root.ldif')}
`;
  return `${[...SCHEMAS, OWN_SCHEMA].map((file) => `include ${file}`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit unlimited
timelimit unlimited
${secure}
database mdb
suffix "${BASE_DN}"
rootdn "${MANAGER_DN}"
rootpw ${BIND_PASSWORD}
directory ${join(folder, 'data')}
maxsize ${DATABASE_BYTES_MAX}
index objectClass,objectCategory eq
index objectGUID,objectSid,sAMAccountName,userPrincipalName,uSNChanged eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${BIND_DN}" read by * none
`;
}

/** What slapd adds to its root entry (slapd.conf(5), rootDSE): what a domain controller says there of itself (MS-ADTS 3.1.1.3.2). */
function rootEntry(usn: number, at: number): string {
  const time = new Date(at).toISOString().replace(/[-:T]/g, '').replace(/\..*/, '.0Z');
  return `dn:
dsServiceName: ${SERVICE_DN}
highestCommittedUSN: ${usn}
isSynchronized: TRUE
currentTime: ${time}

`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ host: HOST, port: 0 });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
