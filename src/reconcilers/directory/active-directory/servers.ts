/** The configured servers: the first that can be used, or all that can, and one error for those that can't. */
import { readFile } from 'node:fs/promises';
import type { Unreached } from '../../../core/server-memory.ts';
import { MusterError } from '../../../errors.ts';
import { Secret } from '../../../secret.ts';
import type { Credentials } from './connection.ts';
import { operationFailure } from './failures.ts';
import type { ActiveDirectorySettings } from './settings.ts';

type Open<C> = (url: string, credentials: Credentials) => Promise<C>;

/**
 * In order of preference.
 * @param suits whether it is one to stay with; where none is, the first that could be used is taken
 * @throws MusterError where none can be used.
 */
export async function firstOf<C extends { close(): Promise<void> }>(
  settings: ActiveDirectorySettings,
  open: Open<C>,
  suits: (connection: C) => Promise<boolean>,
): Promise<C> {
  const credentials = await readCredentials(settings);
  const failures: MusterError[] = [];
  let fallback: C | null = null;
  for (const url of settings.urls) {
    try {
      const connection = await open(url, credentials);
      if (await suits(connection)) {
        await fallback?.close();
        return connection;
      }
      if (fallback === null) fallback = connection;
      else await connection.close();
    } catch (error) {
      failures.push(operationFailure(url, 'connecting', error));
    }
  }
  if (fallback !== null) return fallback;
  throw noneAnswers(failures);
}

/** @throws MusterError where none can be used. */
export async function allOf<C>(settings: ActiveDirectorySettings, open: Open<C>) {
  const credentials = await readCredentials(settings);
  const failures: MusterError[] = [];
  const unreachable: Unreached[] = [];
  const attempts = settings.urls.map(async (url) => {
    try {
      return [await open(url, credentials)];
    } catch (error) {
      const failure = operationFailure(url, 'connecting', error);
      failures.push(failure);
      unreachable.push({ server: url, why: failure.message });
      return [];
    }
  });
  const connections = (await Promise.all(attempts)).flat();
  if (connections.length === 0) throw noneAnswers(failures);
  return { connections, unreachable };
}

export async function readCredentials(settings: ActiveDirectorySettings): Promise<Credentials> {
  const password = await Secret.fromFile(settings.bind.passwordFile);
  if (settings.caFile === undefined) return { password, authorities: null };
  try {
    return { password, authorities: await readFile(settings.caFile, 'utf8') };
  } catch (error) {
    throw new MusterError(
      {
        remedy: 'person',
        where: `certificate file ${settings.caFile}`,
        what: 'The file can’t be read.',
        next: 'Put the PEM certificate of the authority there, or correct `caFile` in the configuration.',
      },
      { cause: error },
    );
  }
}

/** One error for all servers, each with its reason; waiting helps where it would help with at least one of them. */
function noneAnswers(failures: readonly MusterError[]): MusterError {
  const [only] = failures;
  if (only !== undefined && failures.length === 1) return only;
  return new MusterError({
    remedy: failures.some(({ remedy }) => remedy === 'retry') ? 'retry' : 'person',
    where: 'directory',
    what: `None of ${failures.length} servers can be used. ${failures.map(({ where, what }) => `${where}: ${what}`).join(' ')}`,
    next: failures
      .map(({ next }) => next)
      .filter((next, at, all) => all.indexOf(next) === at)
      .join(' '),
  });
}
