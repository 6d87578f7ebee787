/** Whose signature it is: the people on the list, with the addresses and keys by which they are known. */
import { fold } from '../../model/document.ts';

export interface Signer {
  /** As messages and the audit show it; nobody else has the same. */
  readonly name: string;
  /** Addresses in commits, and in the file of allowed SSH signers. */
  readonly emails: readonly string[];
  /** Fingerprints of primary OpenPGP keys: 40 (or 64) hexadecimal digits. */
  readonly gpg: readonly string[];
  /** Log-on names at the forge. */
  readonly forge: readonly string[];
}

/** Where the keys are; all outside the repository. */
export interface KeyFiles {
  /** Allowed signers of SSH (ssh-keygen(1)); null: no SSH signature counts. */
  readonly ssh: string | null;
  /** Revoked SSH keys, one a line or as KRL; null: none. */
  readonly sshRevoked: string | null;
  /** Public OpenPGP keys, as `gpg --export` writes them; null: no OpenPGP signature counts. */
  readonly gpg: string | null;
}

/** Whom a signature is by, or why it counts for nothing. */
export type Proof = { readonly by: string } | { readonly problem: string };

export function byEmail(signers: readonly Signer[], email: string): string | null {
  return signers.find(({ emails }) => emails.some((one) => fold(one) === fold(email)))?.name ?? null;
}

export function byFingerprint(signers: readonly Signer[], fingerprint: string): string | null {
  return signers.find(({ gpg }) => gpg.some((one) => one.toUpperCase() === fingerprint.toUpperCase()))?.name ?? null;
}
