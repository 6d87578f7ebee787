/** Embedded tokens in the hands of their administrator, who edits the file. */
import { readFile, writeFile } from 'node:fs/promises';
import { embeddedTokens } from '../../src/reconcilers/tokens/embedded/adapter.ts';
import { type Stored, TokenFile, textOf } from '../../src/reconcilers/tokens/embedded/token-file.ts';
import type { TokenGround } from '../contracts/token-list.contract.ts';

/** @param people who can have a token; null: everybody */
export async function embeddedTokenGround(
  path: string,
  people: readonly string[] | null,
  clock: () => number = Date.now,
): Promise<Omit<TokenGround, 'close'>> {
  await writeFile(path, textOf({ people: people === null ? null : new Set(people), tokens: new Map() }));
  const file = new TokenFile(path);
  let given = 0;
  let writes = 0;
  let last = await readFile(path, 'utf8');
  /** One edit after the other shows as another text. */
  const look = async () => {
    const now = await readFile(path, 'utf8');
    if (now !== last) writes += 1;
    last = now;
  };
  const edit = (handle: string, values: Partial<Stored> | null) =>
    byHand(file, handle.slice('token:'.length), (stored) => (values === null ? null : { ...stored, ...values }));
  return {
    open: () => embeddedTokens({ file: path }, clock),
    give: async (key, phone) => {
      given += 1;
      const serial = `HAND${given}`;
      await file.write(() => ({ serial, user: key, phone, enabled: true, revoked: false, attempt: null }));
      return `token:${serial}`;
    },
    switch: (handle, enabled) => edit(handle, { enabled }),
    setPhone: (handle, phone) => edit(handle, { phone }),
    remove: (handle) => edit(handle, null),
    revoke: (handle) => edit(handle, { revoked: true, enabled: false }),
    orphan: (handle) => edit(handle, { user: null }),
    writes: async () => {
      await look();
      return writes;
    },
  };
}

/** What somebody does to one token in an editor. */
async function byHand(file: TokenFile, serial: string, change: (stored: Stored) => Stored | null): Promise<void> {
  const { people, tokens } = await file.read();
  const stored = tokens.get(serial);
  if (stored === undefined) throw new Error(`there is no token ${serial}`);
  const now = new Map(tokens);
  const changed = change(stored);
  if (changed === null) now.delete(serial);
  else now.set(serial, changed);
  await writeFile(file.path, textOf({ people, tokens: now }));
}
