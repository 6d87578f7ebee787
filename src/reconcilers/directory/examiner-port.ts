/** What an examination needs of a directory product: facts about each server and the rights there, and throw-away accounts. */
import type { Trouble } from '../../errors.ts';
import type { Secret } from '../../secret.ts';

export interface CertificateFacts {
  /** Names that it is made out to: subjectAltName (RFC 5280 4.2.1.6). */
  readonly names: readonly string[];
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Why it is not trusted; null: it is. */
  readonly distrust: string | null;
}

export interface LoginFacts {
  /** DN of the account that Muster logs in with; null: it can't be read. */
  readonly dn: string | null;
  /** When its password expires, in milliseconds since 1970 (0: it must be changed at once); null: never, or not told. */
  readonly passwordExpires: number | null;
  /** Groups with more power than Muster needs. */
  readonly powerful: readonly string[];
}

/** What the log-on may do on one account, as the server says. */
export interface SampleFacts {
  readonly dn: string;
  /** Attributes that Muster reads and that every account has, but that do not come back. */
  readonly hidden: readonly string[];
  /** Attributes that Muster writes and may not. */
  readonly readOnly: readonly string[];
}

export interface UnitFacts {
  readonly unit: string;
  /** Whether accounts may be made right in it; null: none are to be. */
  readonly mayCreate: boolean | null;
  readonly samples: readonly SampleFacts[];
}

export interface ServerFacts {
  /** As messages call it. */
  readonly server: string;
  readonly certificate: CertificateFacts | Trouble;
  /** Null: the server does not take the log-on, which the connection itself reports. */
  readonly login: LoginFacts | null;
  /** Null: the server does not say what a log-on may do. */
  readonly units: readonly UnitFacts[] | null;
}

/** A throw-away account. */
export interface Probed {
  readonly guid: string;
  readonly dn: string;
  readonly values: Readonly<Record<string, string | null>>;
}

/** One value to swap in one Modify: what must stand, and what shall. */
export interface Swap {
  readonly attribute: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface NewProbe {
  readonly dn: string;
  readonly username: string;
  readonly upn: string;
  readonly mark: string;
  readonly password: Secret;
}

/**
 * Throw-away accounts on one server. Deleting exists here and nowhere else in Muster, and deletes nothing but what bears the
 * probe's mark and name and is disabled at that moment.
 */
export interface DirectoryProbe {
  readonly server: string;
  /** The account of that GUID, whatever it is called now; null: there is none. */
  read(guid: string): Promise<Probed | null>;
  /** Accounts with a mark that begins like this, anywhere in the domain. */
  marked(prefix: string): Promise<readonly Probed[]>;
  /** One Add with everything in it, disabled; null where a password policy refuses the password. */
  create(account: NewProbe): Promise<Probed | null>;
  /** One guarded Modify by GUID; false where the guard refused it. */
  swap(guid: string, swaps: readonly Swap[]): Promise<boolean>;
  resetPassword(guid: string, password: Secret): Promise<void>;
  rename(account: Probed, name: string): Promise<void>;
  remove(guid: string): Promise<void>;
}

export interface DirectoryExaminer {
  servers(): Promise<readonly ServerFacts[]>;
  /** Opens one server, does the work and closes it. */
  onProbe<T>(work: (probe: DirectoryProbe) => Promise<T>): Promise<T>;
}
