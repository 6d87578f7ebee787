/** Coming back: an account is given anew, with a password that nobody has seen and without the groups of before. */
import type { Enable } from '../../core/change.ts';
import type { Written } from '../../core/outcome.ts';
import { MusterError, troubleOf } from '../../errors.ts';
import { relativeName } from './distinguished-name.ts';
import { markText } from './mark.ts';
import type { PasswordDesk, WriterSettings } from './password-desk.ts';
import type { DirectoryConnection } from './port.ts';

type Ports = Pick<DirectoryConnection, 'reader' | 'writer'>;

/**
 * The sealed password is on the disk before anything is touched. Then the account leaves its groups while it is still disabled; last,
 * one request sets the password, enables the account and marks it with this attempt, by which recovery tells which password is in force.
 * @throws MusterError (`person`) where nobody is named to seal to, or a group can't be left.
 */
export async function giveAnew(
  { reader, writer }: Ports,
  settings: WriterSettings,
  change: Enable,
  attempt: string,
): Promise<Written> {
  const { passwords, instance, mustChangePassword } = settings;
  if (passwords === null) throw nobodyToSealTo(change);
  const { handle, location, raw } = change;
  const username = raw.sAMAccountName ?? change.address.key;
  const upn = raw.userPrincipalName ?? '';
  const secret = await passwords.prepare({ username, display: change.person.label, upn, attempt });
  let groups: readonly string[];
  try {
    groups = await reader.groupsOf(handle);
    await writer.leaveGroups(handle, groups);
    const mark = markText({ instance, username: change.address.key, attempt });
    await writer.modify({
      guid: handle,
      dn: location,
      raw,
      enabled: true,
      mark,
      password: { secret, mustChange: mustChangePassword },
    });
  } catch (error) {
    // With a lost answer the password may be in force, and the mark will tell.
    if (error instanceof MusterError && error.silence !== 'unanswered') await passwords.markUnused(username, attempt);
    throw error;
  }
  await handedOver(passwords, username, attempt).catch((error: unknown) => {
    throw enabledWithoutLetter(change, error);
  });
  return { handle, state: change.after, groups: groups.map(relativeName) };
}

/** The new password is the one in force; those before it are not any more. */
export async function handedOver(passwords: PasswordDesk, username: string, attempt: string): Promise<void> {
  await passwords.markReady(username, attempt);
  await passwords.markReplaced(username, attempt);
}

function nobodyToSealTo({ person }: Enable): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `giving back the account of ${person.label}`,
    what: 'a new initial password has to be sealed, and nobody is named to whom.',
    next: 'Complete "credentials.recipients", then sync again.',
  });
}

/** The account is enabled: whatever is wrong with its letter must not make the journal say that it is not. */
function enabledWithoutLetter({ person }: Enable, error: unknown): MusterError {
  return new MusterError(
    {
      remedy: 'retry',
      where: `giving back the account of ${person.label}`,
      what: `It was given back, but its sealed password could not be marked ready: ${troubleOf(error).what}`,
      next: 'The next pass finds the account by its mark and tries again.',
      silence: 'unanswered',
    },
    { cause: error },
  );
}
