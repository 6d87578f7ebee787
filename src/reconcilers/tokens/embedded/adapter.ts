/** A system of SMS tokens in one JSON file, for the demo, for tests and for training. */
import { createHash } from 'node:crypto';
import { closedBefore } from '../../../core/closing.ts';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import type { NewToken, ReadToken, Token, TokenAdapter, TokenList } from '../port.ts';
import { type Contents, type Edit, type Stored, TAKE_FOR_DELETED, TokenFile, textOf } from './token-file.ts';

/** @param clock what the file gives as its own time, in milliseconds since 1970 */
export function embeddedTokens({ file: path }: { readonly file: string }, clock: () => number): TokenAdapter {
  const file = new TokenFile(path);
  return {
    connect: async () => {
      await file.read();
      return listIn(file, clock);
    },
  };
}

function listIn(file: TokenFile, clock: () => number): TokenList {
  const server = `embedded tokens ${file.path}`;
  let isOpen = true;
  const whileOpen = <T>(work: () => Promise<T>): Promise<T> => (isOpen ? work() : Promise.reject(closedBefore(server)));
  const write = (edit: Edit) => whileOpen(() => file.write(edit));
  return {
    server,
    now: async () => clock(),
    read: (known) =>
      whileOpen(async () => {
        const contents = await file.read();
        if (contents.missing && known.size > 0) throw lost(file.path, known.size);
        const tokens = [...contents.tokens.values()].map(tokenOf);
        const handles = new Set(tokens.map(({ handle }) => handle));
        return {
          tokens: tokens.sort((a, b) => compareText(a.handle, b.handle)),
          gone: [...known].filter((handle) => !handles.has(handle)),
          digest: createHash('sha256').update(textOf(contents)).digest('hex'),
        };
      }),
    find: ({ handles, keys }) =>
      whileOpen(async () => {
        const wanted = new Set(handles);
        const people = new Set(keys);
        const all = [...(await file.read()).tokens.values()].map(tokenOf);
        return all.filter(({ handle, key }) => wanted.has(handle) || (key !== null && people.has(key)));
      }),
    create: (token) =>
      whileOpen(async () => {
        let made: Stored | null = null;
        await file.write((contents) => {
          const before = ownOf(token, contents);
          made = before ?? newIn(token, contents);
          return before === null ? made : null;
        });
        return made === null ? null : tokenOf(made);
      }),
    setPhone: (was, phone) =>
      write((contents) => {
        const stored = asRead(was, contents, 'phone');
        return { ...stored, phone };
      }),
    switch: (was, to) =>
      write((contents) => {
        const stored = asRead(was, contents, 'enabled');
        return { ...stored, enabled: to.on, ...(to.on ? { phone: to.phone } : {}) };
      }),
    close: async () => {
      isOpen = false;
    },
  };
}

const HANDLE = 'token:';

function tokenOf({ serial, user, phone, enabled, revoked, attempt }: Stored): Token {
  return {
    handle: `${HANDLE}${serial}`,
    key: user,
    phone,
    live: enabled && !revoked,
    revoked,
    attempt,
    protectedBecause: null,
    location: `token ${serial}`,
    raw: { user, phone, enabled: enabled ? 'yes' : null },
  };
}

function ownOf({ attempt }: NewToken, { tokens }: Contents): Stored | null {
  return [...tokens.values()].find((one) => one.attempt === attempt) ?? null;
}

function newIn({ key, phone, attempt }: NewToken, { people, tokens }: Contents): Stored | null {
  if (people !== null && !people.has(key)) return null;
  const other = [...tokens.values()].find(({ user, revoked }) => user === key && !revoked);
  if (other !== undefined) {
    throw refused(`token ${other.serial}`, 'It is theirs already, and nobody gets a second one.');
  }
  return { serial: `muster-${attempt}`, user: key, phone, enabled: true, revoked: false, attempt };
}

/** The token, where it is still whose it was and `value` is what it was. */
function asRead({ handle, location, raw }: ReadToken, { tokens }: Contents, value: 'phone' | 'enabled'): Stored {
  const stored = tokens.get(handle.slice(HANDLE.length));
  if (stored === undefined) throw refused(location, 'It does not exist any more.');
  if (stored.revoked) throw refused(location, 'It was revoked.');
  const now = tokenOf(stored).raw;
  if (now.user !== raw.user || now[value] !== raw[value]) throw refused(location, 'Somebody changed it meanwhile.');
  return stored;
}

/** A file that was never there holds nothing; one that is gone held what Muster knows of, and says nothing of it. */
function lost(path: string, known: number): MusterError {
  const what = `There is no such file any more, and ${known === 1 ? '1 token that Muster knows was' : `${known} tokens that Muster knows were`} in it.`;
  return new MusterError({
    remedy: 'person',
    where: path,
    what,
    next: `Restore it from a copy. If there is none, ${TAKE_FOR_DELETED}`,
  });
}

function refused(where: string, what: string): MusterError {
  return new MusterError({ remedy: 'retry', where, what, next: 'Sync again.' });
}
