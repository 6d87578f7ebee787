/** A connection on which a protected group could not be read: nothing is written there but shutting people out, and that not blindly. */
import type { MusterError } from '../../../errors.ts';
import type { Account, DirectoryConnection, DirectoryReader, DirectoryWriter, Modification } from '../port.ts';
import { groupWords } from '../protection.ts';
import { refuseProtected } from '../value-changes.ts';
import type { Link } from './connection.ts';
import { isWithin, type ProtectedGroups } from './protected-groups.ts';

/**
 * With every group read, the connection as it is: its members are among the rules that accounts are judged by.
 *
 * Where one could not be read, no reading counts as proven, so that the bulk of a pass does not happen, and every write is
 * refused but disabling an account: an explicit block must not wait for a group that somebody renamed. Before that, the server
 * itself is asked whether this very account is in the group; only where it does not say so, doubt takes.
 */
export function shielded(connection: DirectoryConnection, link: Link, groups: ProtectedGroups): DirectoryConnection {
  const [first] = groups.unread;
  if (first === undefined) return connection;
  return {
    ...connection,
    reader: shieldedReader(connection.reader, link, groups, first.error),
    writer: shieldedWriter(connection.writer, link, groups, first.error),
  };
}

function shieldedReader(
  reader: DirectoryReader,
  link: Link,
  groups: ProtectedGroups,
  error: MusterError,
): DirectoryReader {
  return {
    ...reader,
    readAll: () => Promise.reject(error),
    find: async (wanted) => {
      const found = await reader.find(wanted);
      return await Promise.all(found.map((account) => judged(link, groups, account)));
    },
  };
}

async function judged(link: Link, groups: ProtectedGroups, account: Account): Promise<Account> {
  if (account.protectedBecause !== null) return account;
  return { ...account, protectedBecause: await protectionBy(link, groups, account.guid) };
}

function shieldedWriter(
  writer: DirectoryWriter,
  link: Link,
  groups: ProtectedGroups,
  error: MusterError,
): DirectoryWriter {
  return {
    create: () => Promise.reject(error),
    leaveGroups: () => Promise.reject(error),
    setPassword: () => Promise.reject(error),
    modify: async (modification) => {
      if (!onlyDisables(modification)) throw error;
      refuseProtected(modification.dn, await protectionBy(link, groups, modification.guid));
      await writer.modify(modification);
    },
  };
}

function onlyDisables({ enabled, accountExpires, mark, password, set = {} }: Modification): boolean {
  const others =
    [accountExpires, mark, password].filter((value) => value !== undefined).length + Object.keys(set).length;
  return enabled === false && others === 0;
}

async function protectionBy(link: Link, { unread }: ProtectedGroups, guid: string): Promise<string | null> {
  for (const { group } of unread) if (await isWithin(link, guid, group)) return groupWords(group);
  return null;
}
