/** A directory under test with what the tests of its contract keep at hand. */
import { expect } from 'vitest';
import type { MusterError } from '../../src/errors.ts';
import type {
  Account,
  DirectoryConnection,
  DirectorySite,
  Modification,
  NewAccount,
} from '../../src/reconcilers/directory/port.ts';
import { Secret } from '../../src/secret.ts';
import { refusal } from '../support/refusal.ts';

/** A directory under test, and what an administrator does in it by hand. */
export interface DirectoryFixture {
  /** DN of a managed unit, of one inside it, of one inside it where no account is ever made, and of one outside. */
  readonly unit: string;
  readonly innerUnit: string;
  readonly emptyUnit: string;
  readonly foreignUnit: string;
  connect(site: DirectorySite): Promise<DirectoryConnection>;
  /** Adds an enabled account with these attributes on top, and gives its GUID. */
  add(username: string, unit: string, values?: Readonly<Record<string, string>>): Promise<string>;
  set(guid: string, attribute: string, value: string | null): Promise<void>;
  move(guid: string, unit: string): Promise<void>;
  remove(guid: string): Promise<void>;
  /** Whether this is the password in force. */
  passwordIs(username: string, password: string): Promise<boolean>;
  /** Number of the directory's last write. */
  lastWrite(): Promise<number>;
  stop(): Promise<void>;
}

export const PASSWORD = 'Kar-Lil-Mose-42';

/** One directory for a whole suite, and a connection of its own for each test. */
export class DirectoryBench {
  #fixture: DirectoryFixture | undefined;
  #connection: DirectoryConnection | undefined;
  #people = 0;

  begin(fixture: DirectoryFixture): void {
    this.#fixture = fixture;
  }

  async end(): Promise<void> {
    await this.#fixture?.stop();
  }

  async connect(): Promise<void> {
    this.#connection = await this.fixture.connect(this.site);
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close();
  }

  get fixture(): DirectoryFixture {
    if (this.#fixture === undefined) throw new Error('The directory was not started.');
    return this.#fixture;
  }

  get connection(): DirectoryConnection {
    if (this.#connection === undefined) throw new Error('There is no connection.');
    return this.#connection;
  }

  get site(): DirectorySite {
    return {
      read: [this.fixture.unit, this.fixture.innerUnit],
      markAttribute: 'adminDescription',
      mappedAttributes: ['company', 'displayName', 'mobile'],
      protected: ['breakglass'],
    };
  }

  /** A username that nobody has yet. */
  unused(): string {
    this.#people += 1;
    return `person${this.#people}`;
  }

  newAccount(username: string, more: Partial<NewAccount> = {}): NewAccount {
    return {
      dn: `CN=${username},${this.fixture.unit}`,
      username,
      upn: `${username}@example.org`,
      mark: `muster:contract:${username}:attempt-1`,
      password: new Secret(PASSWORD),
      mustChangePassword: true,
      accountExpires: 'never',
      attributes: { company: 'CBS', displayName: `Person ${username}`, mobile: null },
      ...more,
    };
  }

  created(more?: Partial<NewAccount>): Promise<Account> {
    return this.connection.writer.create(this.newAccount(this.unused(), more));
  }

  async reread({ guid }: { readonly guid: string }): Promise<Account> {
    const [account] = await this.connection.reader.find({ guids: [guid] });
    if (account === undefined) throw new Error(`There is no account ${guid}.`);
    return account;
  }

  /** Runs what must be refused; gives its error, after checking that the directory was not written to. */
  async refusedUnwritten(work: () => Promise<unknown>): Promise<MusterError> {
    const before = await this.fixture.lastWrite();
    const error = await refusal(work());
    expect(await this.fixture.lastWrite()).toBe(before);
    return error;
  }
}

export function modification(account: Account, more: Partial<Modification>): Modification {
  return { guid: account.guid, dn: account.dn, raw: account.raw, ...more };
}
