/** A directory in one file, for the demo, for tests and for training: the rules of a directory without a server. */
import * as z from 'zod';
import { closedBefore } from '../../../core/closing.ts';
import type { Suits } from '../../../core/server-memory.ts';
import { foldDn } from '../distinguished-name.ts';
import type { DirectoryAdapter, DirectoryConnection, DirectorySite } from '../port.ts';
import { checkSite } from '../value-changes.ts';
import { DirectoryFile } from './directory-file.ts';
import { matchesHash } from './password.ts';
import { embeddedReader } from './read.ts';
import { embeddedWriter } from './write.ts';

/** The `directory.embedded` part of the configuration. */
export const embeddedSchema = z.strictObject({
  /** JSON lines; made by `createEmbeddedDirectory`, or by writing its first line by hand. */
  file: z.string().min(1),
});

export type EmbeddedSettings = z.infer<typeof embeddedSchema>;

/**
 * The embedded directory. All connections of one adapter share one view of the file.
 * @param clock what the directory gives as its own time, in milliseconds since 1970
 * @throws MusterError (`person`) for an attribute that can't be mapped.
 */
export function embedded(
  settings: EmbeddedSettings,
  site: DirectorySite,
  clock: () => number = Date.now,
): DirectoryAdapter {
  checkSite(site);
  const file = new DirectoryFile(settings.file);
  const open = async (): Promise<DirectoryConnection> => {
    await file.read();
    return connectionTo(file, site, clock);
  };
  const connect = async (suits?: Suits): Promise<DirectoryConnection> => {
    const connection = await open();
    // There is no other server; it is told all the same, so that it knows what it is dealing with.
    suits?.(await connection.reader.position(), connection.reader.server);
    return connection;
  };
  return { connect, connectAll: async () => ({ connections: [await open()], unreachable: [] }) };
}

/** Number of the last write to the directory, so that tests can count writes. */
export async function usnOf(path: string): Promise<number> {
  return (await new DirectoryFile(path).read()).usn;
}

/** Whether this is the password in force; says nothing about whether the account is enabled. */
export async function verifyPassword(path: string, username: string, password: string): Promise<boolean> {
  const stored = (await new DirectoryFile(path).read()).byUsername(username);
  if (stored === undefined || stored.password === null) return false;
  return matchesHash(password, stored.password);
}

function connectionTo(file: DirectoryFile, site: DirectorySite, clock: () => number): DirectoryConnection {
  let open = true;
  const server = `embedded directory ${file.path}`;
  const desk = {
    file,
    site,
    clock,
    server,
    rules: { ownGuid: null, protected: new Set(site.protected), inGroups: new Map() },
    units: site.read.map(foldDn),
    assertOpen: () => {
      if (!open) throw closedBefore(server);
    },
  };
  const close = async () => {
    open = false;
  };
  return { reader: embeddedReader(desk), writer: embeddedWriter(desk), close };
}
