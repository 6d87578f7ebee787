/** Whether initial passwords could be sealed and kept: asked before anybody waits for one. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding } from '../core/doctor.ts';
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

async function checkOutbox(outbox: string): Promise<Finding> {
  const check = 'outbox';
  try {
    // It is made when first needed, so its parent must be writable until then.
    const folder = (await exists(outbox)) ? outbox : dirname(outbox);
    await access(folder, constants.W_OK | constants.X_OK);
    return { check, status: 'ok', text: `${outbox} can be written.`, next: null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const next = 'Make the folder, and give it to the user that Muster runs as, with mode 0700.';
    return { check, status: 'fail', text: `${outbox} can't be written (${code}).`, next };
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
