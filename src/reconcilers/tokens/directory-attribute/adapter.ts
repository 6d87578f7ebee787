/** Tokens that are an attribute of the person's own account: a gateway sends passcodes to the number that stands there, and to nobody without one. */
import { createHash } from 'node:crypto';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import { fold } from '../../../model/document.ts';
import { readMark } from '../../directory/mark.ts';
import type { Account, DirectoryAdapter, DirectoryConnection } from '../../directory/port.ts';
import type { NewToken, ReadToken, Token, TokenAdapter, TokenList } from '../port.ts';

export interface DirectoryAttributeSite {
  /** LDAP name of the attribute; single-valued. */
  readonly attribute: string;
  /** Whose marks count: an account without one is somebody else's, and so is its number. */
  readonly instance: string;
}

/** @param directory a way of its own to the directory, whose one mapped attribute this is */
export function directoryAttribute(directory: DirectoryAdapter, site: DirectoryAttributeSite): TokenAdapter {
  return {
    afterShutting: [{ text: 'a passcode that was sent before counts until it runs out', lasts: null }],
    connect: async () => listOn(await directory.connect(), site),
    connectAll: async () => {
      const { connections, unreachable } = await directory.connectAll();
      return { lists: connections.map((connection) => listOn(connection, site)), unreachable };
    },
  };
}

const HANDLE = 'token:';

function listOn({ reader, writer, close }: DirectoryConnection, site: DirectoryAttributeSite): TokenList {
  const { attribute } = site;
  const token = (account: Account) => tokenOf(account, site);
  const set = (was: ReadToken, phone: string | null) =>
    writer.modify({ guid: guidOf(was.handle), dn: was.location, raw: was.raw, set: { [attribute]: phone } });
  return {
    server: reader.server,
    ...(reader.heard === undefined ? {} : { heard: reader.heard }),
    now: () => reader.now(),
    read: async (known) => {
      const guids = new Set([...known].map(guidOf));
      const { accounts, moved, gone } = await reader.readAll(guids);
      // An account without the number has no token, unless it had one: then that is off.
      const tokens = [...accounts, ...moved].map(token).filter(({ live, handle }) => live || known.has(handle));
      tokens.sort((a, b) => compareText(a.handle, b.handle));
      return { tokens, gone: gone.map((guid) => `${HANDLE}${guid}`), digest: digestOf(tokens) };
    },
    find: async ({ handles, keys }) => {
      const found = await reader.find({ guids: handles.map(guidOf), usernames: keys });
      const [asked, people] = [new Set(handles), new Set(keys)];
      return found
        .map(token)
        .filter(({ handle, live, key }) => asked.has(handle) || (live && key !== null && people.has(key)));
    },
    create: async ({ key, phone }: NewToken) => {
      const found = await reader.find({ usernames: [key] });
      const account = found.find((one) => token(one).key === key);
      if (account === undefined) return null;
      const before = token(account);
      if (before.live) throw taken(before, attribute);
      await set(before, phone);
      const [after] = await reader.find({ guids: [account.guid] });
      return after === undefined ? null : token(after);
    },
    setPhone: (was, phone) => {
      if (was.raw[attribute] === null) throw changed(was);
      return set(was, phone);
    },
    switch: (was, to) => {
      if ((was.raw[attribute] !== null) === to.on) throw changed(was);
      return set(was, to.on ? to.phone : null);
    },
    close,
  };
}

function tokenOf(account: Account, { attribute, instance }: DirectoryAttributeSite): Token {
  const { guid, dn, username, mark, attributes, raw, protectedBecause } = account;
  const phone = attributes[attribute] ?? null;
  const own = readMark(mark);
  const isOwn = own !== null && own.instance === instance && fold(own.username) === fold(username);
  return {
    handle: `${HANDLE}${guid}`,
    key: isOwn ? fold(username) : null,
    phone,
    live: phone !== null,
    revoked: false,
    attempt: null,
    protectedBecause,
    location: `${attribute} of ${dn}`,
    raw,
  };
}

function guidOf(handle: string): string {
  return handle.slice(HANDLE.length);
}

/** Over what a token is, and no more: an account changes for many other reasons. */
function digestOf(tokens: readonly Token[]): string {
  const hash = createHash('sha256');
  for (const { handle, key, phone } of tokens) hash.update(`${JSON.stringify([handle, key, phone])}\n`);
  return hash.digest('hex');
}

function taken({ location }: Token, attribute: string): MusterError {
  const what = `There is a number in ${attribute} already, and nobody gets a second one.`;
  return new MusterError({ remedy: 'retry', where: location, what, next: 'Sync again.' });
}

function changed({ location }: ReadToken): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: location,
    what: 'Somebody changed it meanwhile.',
    next: 'Sync again.',
  });
}
