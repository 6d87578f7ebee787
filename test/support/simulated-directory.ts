/** The Active Directory adapter in front of a simulated domain controller, with people in it: what its tests begin with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import type { ActiveDirectoryInput } from '../../src/reconcilers/directory/active-directory/settings.ts';
import type {
  Account,
  DirectoryAdapter,
  DirectoryConnection,
  DirectorySite,
  Reading,
} from '../../src/reconcilers/directory/port.ts';
import { DirectorySimulator, LOGIN, LOGIN_PASSWORD } from './directory-simulator.ts';
import type { FoundEntry, Manners, SearchAnswer } from './directory-simulator-manners.ts';
import { BASE, guidToBytes, SimulatedTree, sidBytes, UNIT, type Values } from './directory-simulator-tree.ts';
import { type CertificateFiles, makeAuthority, makeCertificate } from './test-certificates.ts';

export const SITE: DirectorySite = {
  read: [UNIT],
  markAttribute: 'adminDescription',
  mappedAttributes: ['mobile'],
  protected: [],
};

export interface Circumstances {
  readonly manners?: Manners;
  readonly tree?: SimulatedTree;
  readonly certificate?: CertificateFiles;
}

/** Certificates and a password file in a folder of its own, and at most one server at a time. */
export class SimulatedDirectory {
  readonly folder: string;
  readonly authority: CertificateFiles;
  readonly sound: CertificateFiles;
  #simulator: DirectorySimulator | undefined;
  readonly #open: DirectoryConnection[] = [];

  constructor(folder: string, authority: CertificateFiles, sound: CertificateFiles) {
    this.folder = folder;
    this.authority = authority;
    this.sound = sound;
  }

  get simulator(): DirectorySimulator {
    if (this.#simulator === undefined) throw new Error('No simulator was started.');
    return this.#simulator;
  }

  /** Starts a server in the place of the one before. */
  async start({
    manners = {},
    tree = new SimulatedTree(),
    certificate = this.sound,
  }: Circumstances): Promise<DirectorySimulator> {
    await this.stop();
    this.#simulator = new DirectorySimulator(certificate, tree);
    this.#simulator.manners = manners;
    await this.#simulator.listen();
    return this.#simulator;
  }

  adapter(site: Partial<DirectorySite> = {}, settings: Partial<ActiveDirectoryInput> = {}): DirectoryAdapter {
    return activeDirectory({ ...this.settings(), ...settings }, { ...SITE, ...site });
  }

  settings(url = this.simulator.url): ActiveDirectoryInput {
    const bind = { user: LOGIN, passwordFile: join(this.folder, 'password') };
    return { urls: [url], bind, base: BASE, caFile: this.authority.certFile, timeouts: { answerSeconds: 5 } };
  }

  /** A connection that `stop` closes. */
  async connect(
    site: Partial<DirectorySite> = {},
    settings: Partial<ActiveDirectoryInput> = {},
  ): Promise<DirectoryConnection> {
    const connection = await this.adapter(site, settings).connect();
    this.#open.push(connection);
    return connection;
  }

  /** Starts a server and reads the unit from it, with nobody known before. */
  async reading(circumstances: Circumstances): Promise<Reading> {
    await this.start(circumstances);
    const { reader } = await this.connect();
    return await reader.readAll(new Set());
  }

  async stop(): Promise<void> {
    for (const connection of this.#open.splice(0)) await connection.close();
    await this.#simulator?.close();
    this.#simulator = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true });
  }
}

export async function simulatedDirectory(): Promise<SimulatedDirectory> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-simulated-'));
  const authority = await makeAuthority(folder);
  const sound = await makeCertificate(folder, 'sound', authority);
  await writeFile(join(folder, 'password'), LOGIN_PASSWORD, { mode: 0o600 });
  return new SimulatedDirectory(folder, authority, sound);
}

/** A tree with so many ordinary accounts `p1`, `p2`, … in the managed unit. */
export function treeOfPeople(count: number, valuesOf: (number: number) => Values = () => ({})): SimulatedTree {
  const tree = new SimulatedTree();
  for (let number = 1; number <= count; number += 1)
    tree.add(`CN=p${number},${UNIT}`, valuesOf(number), 'user', guidNumber(number));
  return tree;
}

/** The GUID of `p<number>`. */
export function guidNumber(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** The account of that username, which must be there. */
export async function accountOf({ reader }: DirectoryConnection, username: string): Promise<Account> {
  const [account] = await reader.find({ usernames: [username] });
  if (account === undefined) throw new Error(`There is no account ${username}.`);
  return account;
}

/** One page of a reading that a test writes line by line. */
export interface Page {
  readonly entries?: readonly FoundEntry[];
  /** `''` ends the search; null leaves the paging control out. */
  readonly cookie: string | null;
  /** Result code; 0 by default. */
  readonly code?: number;
  readonly references?: readonly string[];
}

/** A search of the managed unit gives these pages, in this order, whatever is in the tree; the last one again and again. */
export function pagesOf(pages: readonly Page[]): Manners {
  let next = 0;
  return {
    answers: (asked, answer): SearchAnswer => {
      if (asked.scope !== 'sub' || asked.dn !== UNIT) return answer;
      const page = pages[Math.min(next, pages.length - 1)];
      next += 1;
      if (page === undefined) return answer;
      const result = { code: page.code ?? 0, text: '' };
      return { entries: page.entries ?? [], references: page.references ?? [], result, cookie: page.cookie };
    },
  };
}

/** The entry of an ordinary account `p<number>`; `values` replace attributes, an empty list hides one. */
export function personEntry(
  number: number,
  values: Readonly<Record<string, readonly (string | Buffer)[]>> = {},
): FoundEntry {
  const all = {
    objectGUID: [guidToBytes(guidNumber(number))],
    objectSid: [sidBytes(1100 + number)],
    sAMAccountName: [`p${number}`],
    sAMAccountType: ['805306368'],
    userAccountControl: ['512'],
    accountExpires: ['0'],
    ...values,
  };
  const list = Object.entries(all).map(([name, held]) => [name, held.map((one) => Buffer.from(one))] as const);
  return { dn: `CN=p${number},${UNIT}`, attributes: new Map(list) };
}
