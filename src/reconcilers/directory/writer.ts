/** The directory writer: one change becomes one guarded write; a create takes its sealed password with it. */
import type { Adopt, Change, Create } from '../../core/change.ts';
import type { Written } from '../../core/outcome.ts';
import type { Writer } from '../../core/ports.ts';
import { MusterError, troubleOf } from '../../errors.ts';
import { giveAnew } from './coming-back.ts';
import { accountDn } from './distinguished-name.ts';
import { ACCOUNT_EXPIRES } from './mapping.ts';
import { markText } from './mark.ts';
import type { WriterSettings } from './password-desk.ts';
import type { DirectoryConnection, DirectoryWriter, Modification } from './port.ts';

export function directoryWriter(
  ports: Pick<DirectoryConnection, 'reader' | 'writer'>,
  settings: WriterSettings,
): Writer {
  const { writer } = ports;
  return {
    write: async (change: Change, attempt: string): Promise<Written> => {
      if (change.kind === 'create') return create(writer, settings, change, attempt);
      if (change.kind === 'enable' && change.anew === true) return giveAnew(ports, settings, change, attempt);
      await writer.modify(modificationOf(change, settings, attempt));
      return { handle: change.handle, state: change.after };
    },
  };
}

async function create(
  port: DirectoryWriter,
  settings: WriterSettings,
  change: Create,
  attempt: string,
): Promise<Written> {
  const { passwords, instance, mustChangePassword } = settings;
  const { username, userPrincipalName, unit } = change.blueprint;
  if (passwords === null || !username || !userPrincipalName || !unit) throw unplaced(change);
  const { [ACCOUNT_EXPIRES]: accountExpires, ...attributes } = change.after.attributes;
  const display = attributes.displayName ?? username;
  const password = await passwords.prepare({ username, display, upn: userPrincipalName, attempt });
  const add = () =>
    port.create({
      dn: accountDn(username, unit),
      username,
      upn: userPrincipalName,
      mark: markText({ instance, username, attempt }),
      password,
      mustChangePassword,
      accountExpires: accountExpires ?? 'never',
      attributes,
    });
  const account = await add().catch(async (error: unknown) => {
    // Only a clear refusal makes the sealed password worthless; with a lost answer it may be the one in force.
    if (error instanceof MusterError && error.silence !== 'unanswered') await passwords.markUnused(username, attempt);
    throw error;
  });
  await passwords.markReady(username, attempt).catch((error: unknown) => {
    throw accountWithoutLetter(change, error);
  });
  return { handle: account.guid, state: change.after };
}

/** The account exists: whatever is wrong with its letter must not make the journal say that it does not. */
function accountWithoutLetter(change: Create, error: unknown): MusterError {
  const { what } = troubleOf(error);
  return new MusterError(
    {
      remedy: 'retry',
      where: `creating ${change.person.label}`,
      what: `The account was made, but its sealed password could not be marked ready: ${what}`,
      next: 'The next pass finds the account by its mark and tries again.',
      silence: 'unanswered',
    },
    { cause: error },
  );
}

function modificationOf(change: Exclude<Change, Create>, settings: WriterSettings, attempt: string): Modification {
  const base = { guid: change.handle, dn: change.location, raw: change.raw };
  switch (change.kind) {
    case 'enable':
    case 'disable':
      return { ...base, enabled: change.after.enabled };
    case 'adopt':
      return { ...base, mark: adoptionMark(change, settings, attempt) };
    case 'update': {
      const { [ACCOUNT_EXPIRES]: accountExpires, ...set } = change.after.attributes;
      return typeof accountExpires === 'string' ? { ...base, accountExpires, set } : { ...base, set };
    }
  }
}

function adoptionMark(change: Adopt, { instance }: WriterSettings, attempt: string): string {
  return markText({ instance, username: change.address.key, attempt });
}

function unplaced(change: Create): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `creating ${change.person.label}`,
    what: 'the configuration names no unit for this institution, or no recipient for the initial password.',
    next: 'Complete "directory…accounts.create" and "credentials.recipients".',
  });
}
