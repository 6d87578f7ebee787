/** The Active Directory adapter in front of a server whose pages a test writes, with people to put on them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activeDirectory } from '../../src/reconcilers/directory/active-directory/adapter.ts';
import { guidBytes } from '../../src/reconcilers/directory/active-directory/values.ts';
import type { DirectoryAdapter, DirectorySite, Reading } from '../../src/reconcilers/directory/port.ts';
import { type FakeEntry, type Page, type PageServer, startLdapPageServer } from './ldap-page-server.ts';
import { type CertificateFiles, makeAuthority, makeCertificate } from './test-certificates.ts';

const BASE = 'DC=example,DC=org';
export const UNIT = `OU=Researchers,${BASE}`;
export const SITE: DirectorySite = {
  read: [UNIT],
  markAttribute: 'adminDescription',
  mappedAttributes: ['mobile'],
  protected: [],
};
/** Password of the login, to look for in what was sent. */
export const LOGIN_PASSWORD = 'Must3r-in-clear';

export interface Script {
  /** What a search of the one managed unit gives. */
  readonly pages?: readonly Page[];
  readonly whoAmI?: (nth: number) => string;
  readonly certificate?: CertificateFiles;
}

/** Certificates and a password file in a folder of its own, and at most one server at a time. */
export class ScriptedDirectory {
  readonly folder: string;
  readonly authority: CertificateFiles;
  readonly #sound: CertificateFiles;
  #server: PageServer | undefined;

  constructor(folder: string, authority: CertificateFiles, sound: CertificateFiles) {
    this.folder = folder;
    this.authority = authority;
    this.#sound = sound;
  }

  /** What the last server was asked. */
  get requests(): readonly string[] {
    return this.#server?.requests ?? [];
  }

  /** Starts a server in the place of the one before. */
  async start({ pages = [{ cookie: '' }], whoAmI, certificate = this.#sound }: Script): Promise<PageServer> {
    await this.#server?.close();
    const entries = [unitEntry(BASE), unitEntry(UNIT), muster];
    const asked = whoAmI === undefined ? {} : { whoAmI };
    this.#server = await startLdapPageServer({ ...certificate, entries, pages: { [UNIT]: pages }, ...asked });
    return this.#server;
  }

  adapter(url: string, caFile = this.authority.certFile): DirectoryAdapter {
    return activeDirectory({ ...this.settings(url), caFile, timeouts: { answerSeconds: 5 } }, SITE);
  }

  settings(url: string) {
    const bind = { user: 'muster@example.org', passwordFile: join(this.folder, 'password') };
    return { urls: [url], bind, base: BASE };
  }

  /** Starts a server and reads the unit from it, with nobody known before. */
  async reading(script: Script): Promise<Reading> {
    const { url } = await this.start(script);
    const connection = await this.adapter(url).connect();
    try {
      return await connection.reader.readAll(new Set());
    } finally {
      await connection.close();
    }
  }

  async end(): Promise<void> {
    await this.#server?.close();
    await rm(this.folder, { recursive: true });
  }
}

export async function scriptedDirectory(): Promise<ScriptedDirectory> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-pages-'));
  const authority = await makeAuthority(folder);
  const sound = await makeCertificate(folder, 'sound', authority);
  await writeFile(join(folder, 'password'), LOGIN_PASSWORD, { mode: 0o600 });
  return new ScriptedDirectory(folder, authority, sound);
}

/** An ordinary account `p<number>` in the managed unit; `values` replace attributes, an empty list hides one. */
export function person(number: number, values: Readonly<Record<string, readonly string[]>> = {}): FakeEntry {
  const guid = guidBytes(`00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`) ?? Buffer.alloc(0);
  const domain = Buffer.from('010500000000000515000000010000000200000003000000', 'hex');
  const rid = Buffer.alloc(4);
  rid.writeUInt32LE(1100 + number);
  return {
    dn: `CN=p${number},${UNIT}`,
    attributes: {
      objectClass: ['user'],
      objectGUID: [guid],
      objectSid: [Buffer.concat([domain, rid])],
      sAMAccountName: [`p${number}`],
      sAMAccountType: ['805306368'],
      userAccountControl: ['512'],
      accountExpires: ['0'],
      ...values,
    },
  };
}

const muster = person(999, { sAMAccountName: ['muster'] });

function unitEntry(dn: string): FakeEntry {
  return { dn, attributes: { objectClass: ['top'] } };
}
