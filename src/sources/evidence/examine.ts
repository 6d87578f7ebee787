/** Whether signatures could be proven: the programs, the files of keys, and a key for everybody on the list. */
import { stat } from 'node:fs/promises';
import type { Finding } from '../../core/finding.ts';
import { MusterError } from '../../errors.ts';
import { inWorkplace, programIn } from './program.ts';
import type { KeyFiles, Signer } from './signers.ts';
import { keysIn } from './ssh.ts';

const CHECK = 'approvals';
/** Whoever may write into a file of keys may approve as anybody. */
const WRITABLE_BY_OTHERS = 0o022;

export async function examineKeys(files: KeyFiles, signers: readonly Signer[]): Promise<readonly Finding[]> {
  const named = [files.ssh, files.sshRevoked, files.gpg].filter((file) => file !== null);
  const findings = [...(await Promise.all(named.map(fileProblem))), ...(await programProblems(files))];
  const problems = findings.filter((finding) => finding !== null);
  if (problems.length > 0) return problems;
  const keyless = await withoutKeys(files, signers);
  if (keyless.length === 0) {
    const text = `Keys are listed for everybody who may approve; people: ${signers.length}.`;
    return [{ check: CHECK, status: 'ok', text, next: null }];
  }
  const text = `No key is listed for ${keyless.join(', ')}, so nothing that they sign counts.`;
  return [
    {
      check: CHECK,
      status: 'warn',
      text,
      next: 'Add a line with their address to "sshSigners", or "gpg" to the person.',
    },
  ];
}

async function fileProblem(file: string): Promise<Finding | null> {
  try {
    await keysIn(file);
    const { mode } = await stat(file);
    if ((mode & WRITABLE_BY_OTHERS) === 0) return null;
    const text = `Others than its owner may write into ${file}, and so approve as anybody.`;
    return { check: CHECK, status: 'fail', text, next: `Run: chmod go-w ${file}` };
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return { check: CHECK, status: 'fail', text: `${error.where}: ${error.what}`, next: error.next };
  }
}

async function programProblems({ ssh, gpg }: KeyFiles): Promise<readonly (Finding | null)[]> {
  return inWorkplace(async (folder) => {
    const asked = [
      ...(ssh === null ? [] : [programIn(folder, 'ssh-keygen')(['-Y', 'find-principals'], '')]),
      ...(gpg === null ? [] : [programIn(folder, 'gpg')(['--no-options', '--version'], '')]),
    ];
    const problemOf = (error: unknown): Finding => {
      if (!(error instanceof MusterError)) throw error;
      return { check: CHECK, status: 'fail', text: `${error.where}: ${error.what}`, next: error.next };
    };
    return Promise.all(asked.map((answer) => answer.then(() => null, problemOf)));
  });
}

/** Names of those whose signature could not be proven by anything. */
async function withoutKeys({ ssh, gpg }: KeyFiles, signers: readonly Signer[]): Promise<readonly string[]> {
  const listed = ssh === null ? '' : (await keysIn(ssh)).toLowerCase();
  return signers
    .filter((one) => gpg === null || one.gpg.length === 0)
    .filter(({ emails }) => !emails.some((email) => listed.includes(email.toLowerCase())))
    .map(({ name }) => name);
}
