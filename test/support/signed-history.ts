/** People with real signing keys, and commits written by their hands: also such as no ordinary command would make. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository, TreeItem } from '../sources/real-git.ts';

/** Seconds since 1970: when commits are made unless a test says otherwise (2026-11-20). */
export const COMMITTED_AT = 1_795_170_000;

/** Makes a signature over a commit, in its armour. */
export type Sign = (payload: string) => string;

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export const RITA: Identity = { name: 'Rita Service', email: 'rita@example.org' };
export const OTTO: Identity = { name: 'Otto Operator', email: 'otto@example.org' };
export const CARLA: Identity = { name: 'Carla Chief', email: 'carla@example.org' };
/** May push, and is on no list. */
export const MALLORY: Identity = { name: 'Mallory Stranger', email: 'mallory@example.net' };

export interface SshKey {
  readonly sign: Sign;
  /** Type and key, as a line of allowed signers ends. */
  readonly public: string;
  readonly file: string;
}

/** @param type as ssh-keygen names it */
export function sshKey(folder: string, name: string, type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): SshKey {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', file], { stdio: 'pipe' });
  const [kind, key] = execFileSync('ssh-keygen', ['-y', '-f', file]).toString().split(' ');
  return { sign: sshSign(file), public: `${kind} ${key?.trim()}`, file };
}

/** @param namespace what the signature says that it is for */
export function sshSign(file: string, namespace = 'git'): Sign {
  return (payload) =>
    execFileSync('ssh-keygen', ['-Y', 'sign', '-n', namespace, '-f', file], {
      input: Buffer.from(payload),
      stdio: 'pipe',
    }).toString();
}

export interface GpgHome {
  gpg(args: readonly string[], input?: string): string;
  /** @param expires as gpg takes it: `never`, `1d`; returns the fingerprint */
  key(who: Identity, expires?: string): string;
  signAs(fingerprint: string, ...more: readonly string[]): Sign;
  end(): void;
}

/** A key ring of its own. Its folder has a short path, for the agent's sockets. */
export function gpgHome(folder: string): GpgHome {
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const env = { PATH: process.env.PATH ?? '', HOME: folder, GNUPGHOME: folder, LC_ALL: 'C' };
  const options = ['--batch', '--no-tty', '--pinentry-mode=loopback', '--passphrase', '', '--yes', '--quiet'];
  const gpg = (args: readonly string[], input = '') =>
    execFileSync('gpg', [...options, ...args], { env, input: Buffer.from(input), stdio: 'pipe' }).toString();
  return {
    gpg,
    key({ name, email }, expires = 'never') {
      gpg(['--quick-generate-key', `${name} <${email}>`, 'ed25519', 'sign', expires]);
      const listing = gpg(['--list-keys', '--with-colons', email]);
      return /^fpr:{9}([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
    },
    signAs:
      (fingerprint, ...more) =>
      (payload) =>
        gpg([...more, '--local-user', fingerprint, '--armor', '--detach-sign'], payload),
    end: () => void execFileSync('gpgconf', ['--kill', 'all'], { env, stdio: 'pipe' }),
  };
}

export interface Written {
  readonly tree: readonly TreeItem[];
  readonly parents: readonly string[];
  readonly by: Identity;
  /** Absent: whoever wrote it. */
  readonly committer?: Identity;
  readonly message?: string;
  /** Seconds since 1970. */
  readonly at?: number;
  readonly sign?: Sign | null;
  /** Lines of the head that are put in before the signature is made. */
  readonly headers?: readonly string[];
  /** Changes the text after the signature was made. */
  readonly tamper?: (text: string) => string;
}

/** Writes a commit byte by byte; moves no branch. */
export function writeCommit(repository: Repository, written: Written): string {
  const { tree, parents, by, committer = by, message = 'Change\n', at = COMMITTED_AT, sign = null } = written;
  const { headers = [], tamper = (text) => text } = written;
  const lines = [
    `tree ${repository.tree(tree)}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${by.name} <${by.email}> ${at} +0000`,
    `committer ${committer.name} <${committer.email}> ${at} +0000`,
    ...headers,
  ];
  const payload = `${lines.join('\n')}\n\n${message}`;
  const signature = sign === null ? [] : [`gpgsig ${sign(payload).trim().replaceAll('\n', '\n ')}`];
  const text = tamper(`${[...lines, ...signature].join('\n')}\n\n${message}`);
  return repository.write('commit', Buffer.from(text));
}

export function moveBranch(repository: Repository, commit: string, branch = 'main'): void {
  repository.git(['update-ref', `refs/heads/${branch}`, commit]);
}

/** Writes a file of allowed signers; returns its path. */
export function allowedSigners(folder: string, lines: readonly string[], name = 'allowed-signers'): string {
  const file = join(folder, name);
  writeFileSync(file, `# who may sign\n${lines.join('\n')}\n`);
  return file;
}
