/** SSH signatures (PROTOCOL.sshsig of OpenSSH), proven by ssh-keygen against the file of allowed signers. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, MusterError } from '../../errors.ts';
import type { Instant } from '../../model/document.ts';
import type { Signature } from './commit-object.ts';
import { type Program, programIn } from './program.ts';
import { byEmail, type KeyFiles, type Proof, type Signer } from './signers.ts';

/** Git signs under this name alone (git-config(1), gpg.format), so a signature made for anything else is none. */
const NAMESPACE = 'git';
/** The public part of a key as it stands in files of OpenSSH. */
const KEY = /(?:^|\s)(AAAA[A-Za-z0-9+/]+={0,2})(?:\s|$)/;

/** @throws MusterError (`person`) where a file of keys can't be read, or gives one key to two people. */
export async function sshProver(folder: string, files: KeyFiles, signers: readonly Signer[]) {
  const text = files.ssh === null ? null : await keysIn(files.ssh);
  if (text !== null) refuseSharedKeys(files.ssh ?? '', text, signers);
  const [allowed, revoked, signed] = ['allowed', 'revoked', 'signature'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // Copies: what is proven against stays the same until the end, whatever becomes of the files.
  if (text !== null) await writeFile(allowed, text);
  if (files.sshRevoked !== null) await writeFile(revoked, await keysIn(files.sshRevoked));
  const revocations = files.sshRevoked === null ? [] : ['-r', revoked];
  const run = programIn(folder, 'ssh-keygen');
  return async (signature: Signature, moments: readonly Instant[]): Promise<Proof> => {
    if (text === null) return { problem: 'it is signed by SSH, and no SSH keys are listed ("sshSigners").' };
    await writeFile(signed, signature.text);
    const name = await principalOf(run, allowed, signed, signers);
    if (typeof name !== 'string') return name;
    const by = byEmail(signers, name);
    if (by === null) return unknownKey();
    for (const at of moments) {
      const time = `verify-time=${stamp(at)}`;
      const args = ['-Y', 'verify', '-n', NAMESPACE, '-f', allowed, '-I', name, '-s', signed, '-O', time];
      const { code, errors } = await run([...args, ...revocations], signature.payload);
      if (code !== 0) return { problem: `the SSH signature as ${name} does not hold: ${reasonIn(errors)}.` };
    }
    return { by };
  };
}

/** The address under which the key is listed. A pattern names nobody; two people on one line name nobody either. */
async function principalOf(
  run: Program,
  allowed: string,
  signed: string,
  signers: readonly Signer[],
): Promise<string | Proof> {
  const { code, output } = await run(['-Y', 'find-principals', '-s', signed, '-f', allowed], '');
  const principals = output.split('\n').filter((line) => line !== '');
  const known = principals.filter((principal) => byEmail(signers, principal) !== null);
  const [first] = known;
  if (code !== 0 || first === undefined) return unknownKey();
  const people = new Set(known.map((principal) => byEmail(signers, principal)));
  return people.size === 1 ? first : { problem: 'its SSH key is listed for more than one person.' };
}

function unknownKey(): Proof {
  return { problem: 'it is signed with an SSH key that is listed for nobody.' };
}

/** A key that is on the lines of two people proves neither. */
function refuseSharedKeys(file: string, text: string, signers: readonly Signer[]): void {
  const owners = new Map<string, string>();
  for (const line of text.split('\n')) {
    const key = line.startsWith('#') ? undefined : KEY.exec(line)?.[1];
    if (key === undefined) continue;
    for (const principal of (line.trim().split(/\s/)[0] ?? '').split(',')) {
      const name = byEmail(signers, principal.replaceAll('"', ''));
      const other = owners.get(key);
      if (name === null) continue;
      if (other !== undefined && other !== name) throw shared(file, [other, name]);
      owners.set(key, name);
    }
  }
}

function shared(file: string, names: readonly string[]): MusterError {
  const what = `One SSH key is listed for ${names.join(' and for ')}, so it tells neither.`;
  return new MusterError({ remedy: 'person', where: file, what, next: 'Give each person a key of their own.' });
}

export async function keysIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    const what = `The file of keys can't be read (${codeOf(error)}), so no signature can be proven.`;
    throw new MusterError({ remedy: 'person', where: file, what, next: 'Correct "approvals.revisions".' });
  }
}

/** As ssh-keygen takes a moment, in the zone that the program runs in: UTC. */
function stamp(at: Instant): string {
  return new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
}

function reasonIn(errors: string): string {
  const lines = errors.split('\n').map((line) => line.replace(/\p{Cc}/gu, ' ').trim());
  const told = lines.filter((line) => line !== '' && !/^Could not verify/.test(line));
  return (told[0] ?? 'it is not over this commit')
    .replace(/^.*?allowed:\d+: /, '')
    .replace(/\.$/, '')
    .slice(0, 200);
}
