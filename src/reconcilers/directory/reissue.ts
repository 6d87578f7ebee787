/** Reissue: a new initial password for an account of ours, sealed like the first one; the old one ends. */
import type { Store } from '../../core/ports.ts';
import { MusterError } from '../../errors.ts';
import { fold } from '../../model/document.ts';
import { readMark } from './mark.ts';
import type { Account, DirectoryAdapter } from './port.ts';
import { DIRECTORY } from './projection.ts';
import type { DirectorySettings } from './reconciler.ts';

export interface ReissueParts {
  readonly adapter: DirectoryAdapter;
  readonly settings: DirectorySettings;
  readonly store: Store;
  readonly newId: () => string;
}

export interface Reissued {
  readonly username: string;
  /** Names the sealed file in the outbox. */
  readonly attempt: string;
}

/**
 * The sealed file is on the disk before the password is set, and marked ready after it. Where the answer is lost the file
 * stays pending: issue once more, which is harmless.
 * Throws MusterError for an account that is not ours or is protected, and where nobody is named to seal to.
 */
export async function reissuePassword(
  { adapter, settings, store, newId }: ReissueParts,
  person: string,
): Promise<Reissued> {
  const { passwords } = settings;
  if (passwords === null)
    throw refused(person, 'nobody is named to whom a password could be sealed.', 'Set "credentials.recipients".');
  const key = fold(person);
  const row = (await store.ledger.all(DIRECTORY)).find((one) => one.key === key && one.goneAt === null);
  if (row === undefined)
    throw refused(person, "has no account that is Muster's.", `Run "muster why ${person}" to see what there is.`);
  const connection = await adapter.connect();
  try {
    const [account] = await connection.reader.find({ guids: [row.handle] });
    if (account === undefined)
      throw refused(person, 'has no account any more: it was deleted.', 'Sync, then follow what the plan says.');
    refuseIfNotOurs(account, settings.instance, person);
    const { username, upn } = account;
    const attempt = newId();
    const display = account.attributes.displayName ?? username;
    const password = await passwords.prepare({ username, display, upn: upn ?? '', attempt });
    try {
      await connection.writer.setPassword(account.guid, password, settings.mustChangePassword);
    } catch (error) {
      if (error instanceof MusterError && error.remedy === 'person') await passwords.markUnused(username, attempt);
      throw error;
    }
    await passwords.markReady(username, attempt);
    await passwords.markReplaced(username, attempt);
    return { username, attempt };
  } finally {
    await connection.close();
  }
}

function refuseIfNotOurs(account: Account, instance: string, person: string): void {
  if (account.protectedBecause !== null)
    throw refused(person, `is protected (${account.protectedBecause}).`, 'Set the password by hand.');
  if (readMark(account.mark)?.instance === instance) return;
  throw refused(person, "has an account without Muster's mark.", `Run "muster adopt ${person}" first.`);
}

function refused(person: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: person, what, next });
}
