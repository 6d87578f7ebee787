/** The examiner of Active Directory: looks at every server by itself, and opens one for the write probe. */
import { MusterError, troubleOf } from '../../../errors.ts';
import type { DirectoryExaminer, DirectoryProbe, ServerFacts } from '../examiner-port.ts';
import type { DirectorySite } from '../port.ts';
import { certificateAt } from './certificate.ts';
import { type Credentials, openLink } from './connection.ts';
import { connectFailure } from './failures.ts';
import { ownGuid, readIdentity } from './identity.ts';
import { directoryProbe } from './probe.ts';
import { loginFacts, unitFacts } from './rights.ts';
import { readCredentials } from './servers.ts';
import type { ActiveDirectorySettings } from './settings.ts';

/** @param creating DNs of the units in which accounts are made */
export function activeDirectoryExaminer(
  settings: ActiveDirectorySettings,
  site: DirectorySite,
  creating: readonly string[],
): DirectoryExaminer {
  return {
    servers: async () => {
      const credentials = await readCredentials(settings);
      return await Promise.all(settings.urls.map((url) => factsOf(url, settings, site, creating, credentials)));
    },
    onProbe: (work) => onProbe(settings, site, work),
  };
}

async function factsOf(
  server: string,
  settings: ActiveDirectorySettings,
  site: DirectorySite,
  creating: readonly string[],
  credentials: Credentials,
): Promise<ServerFacts> {
  const { connectSeconds } = settings.timeouts;
  const certificate = await certificateAt(server, credentials.authorities, connectSeconds * 1000);
  const base = { server, certificate };
  try {
    const link = await openLink(server, settings, credentials);
    try {
      const identity = await readIdentity(link);
      const login = await loginFacts(link, identity, await ownGuid(link, identity));
      return { ...base, login, units: await unitFacts(link, site, creating) };
    } finally {
      await link.close();
    }
  } catch {
    // Whatever keeps it from being used is found and said by the connection of the examination itself.
    return { ...base, login: null, units: null };
  }
}

/** The first server that takes the log-on: what is written there reaches the others by replication. */
async function onProbe<T>(
  settings: ActiveDirectorySettings,
  site: DirectorySite,
  work: (probe: DirectoryProbe) => Promise<T>,
): Promise<T> {
  const credentials = await readCredentials(settings);
  const failures: MusterError[] = [];
  for (const url of settings.urls) {
    let link: Awaited<ReturnType<typeof openLink>>;
    try {
      link = await openLink(url, settings, credentials);
    } catch (error) {
      failures.push(connectFailure(url, 'connecting', error));
      continue;
    }
    try {
      return await work(directoryProbe(link, url, site));
    } finally {
      await link.close();
    }
  }
  throw failures[0] ?? new MusterError(troubleOf(new Error('no server is configured')));
}
