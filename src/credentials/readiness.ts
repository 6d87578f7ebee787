/** Whether initial passwords could be sealed and kept: asked before anybody waits for one. */
import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { codeOf } from '../errors.ts';
import { checkRecipient } from './seal.ts';

/** @param outbox folder of the sealed files; null: not configured. */
export async function checkCredentials(
  outbox: string | null,
  recipients: readonly string[],
): Promise<readonly Finding[]> {
  const check = 'initial passwords';
  if (outbox === null || recipients.length === 0) {
    const text = 'Nobody is named to seal initial passwords to, so no account is made.';
    return [{ check, status: 'warn', text, next: 'Set "credentials" in the configuration.' }];
  }
  const wrong = recipients.flatMap((recipient) => checkRecipient(recipient) ?? []);
  const keys: Finding =
    wrong[0] === undefined
      ? {
          check,
          status: 'ok',
          text: `They are sealed; public keys that can open them: ${recipients.length}.`,
          next: null,
        }
      : { check, status: 'fail', text: wrong[0], next: 'Correct "credentials.recipients".' };
  return [keys, await checkOutbox(outbox)];
}

/** Whoever may write into the outbox may take a sealed password away, or put one there that they know. */
const WRITABLE_BY_OTHERS = 0o022;
const READABLE_BY_OTHERS = 0o044;

async function checkOutbox(outbox: string): Promise<Finding> {
  const check = 'outbox';
  try {
    const status = await statusOf(outbox);
    if (status !== null && !status.isDirectory()) {
      const next = 'Name a folder as "credentials.outbox"; it is made when it is first needed.';
      return { check, status: 'fail', text: `${outbox} is not a folder.`, next };
    }
    // It is made when first needed, so its parent must be writable until then.
    await access(status === null ? dirname(outbox) : outbox, constants.W_OK | constants.X_OK);
    if (status !== null && (status.mode & WRITABLE_BY_OTHERS) !== 0) {
      const text = `Others than its owner may write into ${outbox} (mode ${shownMode(status.mode)}).`;
      return { check, status: 'warn', text, next: `Run: chmod 700 ${outbox}` };
    }
    return { check, status: 'ok', text: `${outbox} can be written.`, next: null };
  } catch (error) {
    const next = 'Make the folder, and give it to the user that Muster runs as, with mode 0700.';
    return { check, status: 'fail', text: `${outbox} can't be written (${codeOf(error)}).`, next };
  }
}

/**
 * A file with a secret that others may read is only noted: where containers mount secrets like that, nobody else sees them. One
 * that is missing, or that others may write, is found where it is used.
 */
export async function checkSecretFile(check: string, path: string): Promise<readonly Finding[]> {
  const status = await statusOf(path).catch(() => null);
  if (status === null || !status.isFile()) return [];
  const mode = shownMode(status.mode);
  const text =
    (status.mode & READABLE_BY_OTHERS) === 0
      ? `Only its owner may read ${path}.`
      : `Others than its owner may read ${path} (mode ${mode}); where this is a machine that others use, run: chmod 600 ${path}`;
  return [{ check, status: 'ok', text, next: null }];
}

function shownMode(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** Null: there is nothing of that name. */
async function statusOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
