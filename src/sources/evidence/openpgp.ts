/** OpenPGP signatures (RFC 4880), proven by gpg with a key ring that holds the listed keys and nothing else. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '../../errors.ts';
import type { Signature } from './commit-object.ts';
import { type Program, programIn } from './program.ts';
import { byFingerprint, type KeyFiles, type Proof, type Signer } from './signers.ts';
import { keysIn } from './ssh.ts';

/** Nothing is asked of the network, of an agent, or of anybody's settings; who is trusted is said by the list alone. */
const OPTIONS = [
  '--no-options',
  '--batch',
  '--no-tty',
  '--no-autostart',
  '--disable-dirmngr',
  '--no-auto-key-retrieve',
  '--no-auto-check-trustdb',
  '--trust-model=always',
  '--weak-digest=SHA1',
  '--weak-digest=RIPEMD160',
  '--status-fd=1',
];
/** SHA-256, SHA-384, SHA-512, SHA-224 (RFC 4880, 9.4): with any older one a second text with the same signature can be made. */
const STRONG = new Set(['8', '9', '10', '11']);

/** What gpg says of a signature that does not count (doc/DETAILS of GnuPG), and what we say; the first that applies says most. */
const DOUBTS = [
  ['BADSIG', 'its OpenPGP signature is not over this commit'],
  ['REVKEYSIG', 'its OpenPGP key was revoked'],
  ['EXPKEYSIG', 'its OpenPGP key has expired'],
  ['EXPSIG', 'its OpenPGP signature has expired'],
  ['NO_PUBKEY', 'it is signed with an OpenPGP key that is listed for nobody'],
  ['ERRSIG', 'its OpenPGP signature can not be proven, perhaps because it was made in a way that is too weak'],
] as const;

/** @throws MusterError (`person`) where the file of keys can't be read. */
export async function openPgpProver(folder: string, { gpg: file }: KeyFiles, signers: readonly Signer[]) {
  const run = programIn(folder, 'gpg');
  const signed = join(folder, 'signature.asc');
  let imported: Promise<void> | null = null;
  return async (signature: Signature): Promise<Proof> => {
    if (file === null) return { problem: 'it is signed by OpenPGP, and no OpenPGP keys are listed ("gpgKeys").' };
    imported ??= importKeys(run, file);
    await imported;
    await writeFile(signed, signature.text);
    const { output } = await run([...OPTIONS, '--verify', signed, '-'], signature.payload);
    return proofIn(statusOf(output), signers);
  };
}

async function importKeys(run: Program, file: string): Promise<void> {
  const keys = await keysIn(file);
  const { output } = await run([...OPTIONS, '--import'], Buffer.from(keys, 'latin1'));
  if (statusOf(output).some(([word]) => word === 'IMPORT_OK')) return;
  const what = 'There is no OpenPGP key in this file.';
  const next = 'Write the public keys into it: gpg --export --armor FINGERPRINT …';
  throw new MusterError({ remedy: 'person', where: file, what, next });
}

function statusOf(output: string): readonly (readonly string[])[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('[GNUPG:] '))
    .map((line) => line.slice('[GNUPG:] '.length).split(' '));
}

/** One signature, good and valid now, by a key whose primary key is on the list. */
function proofIn(status: readonly (readonly string[])[], signers: readonly Signer[]): Proof {
  const found = (word: string) => status.filter(([one]) => one === word);
  const doubt = DOUBTS.find(([word]) => found(word).length > 0)?.[1];
  const [valid] = found('VALIDSIG');
  if (doubt !== undefined) return { problem: `${doubt}.` };
  if (valid === undefined || found('NEWSIG').length !== 1 || found('GOODSIG').length !== 1) {
    return { problem: 'its OpenPGP signature can not be proven.' };
  }
  // VALIDSIG fpr date seconds expires version reserved algorithm hash class primary-fpr
  const [, , , , , , , , hash = '', , primary = ''] = valid;
  if (!STRONG.has(hash)) return { problem: 'its OpenPGP signature was made with a digest that is too weak.' };
  const by = byFingerprint(signers, primary);
  return by === null
    ? { problem: `it is signed with the OpenPGP key ${primary}, which is listed for nobody.` }
    : { by };
}
