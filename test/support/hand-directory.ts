/** An embedded directory and what administrators do in it by hand. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { SAM_USER_OBJECT } from '../../src/reconcilers/directory/account-values.ts';
import { usnOf } from '../../src/reconcilers/directory/embedded/adapter.ts';
import { parseLine, type Stored } from '../../src/reconcilers/directory/embedded/contents.ts';
import { createEmbeddedDirectory, DirectoryFile } from '../../src/reconcilers/directory/embedded/directory-file.ts';

/** Units of the directory; only the first is managed. */
export const OU = {
  researchers: 'OU=Researchers,DC=example,DC=org',
  staff: 'OU=Staff,DC=example,DC=org',
} as const;

export type Values = Readonly<Record<string, string | null>>;

export interface HandDirectory {
  readonly file: string;
  /** Every account, by sAMAccountName. */
  all(): Promise<ReadonlyMap<string, Stored>>;
  /** The account of that name; throws where there is none. */
  account(username: string): Promise<Stored>;
  /** Usernames of all enabled accounts, sorted. */
  enabled(): Promise<readonly string[]>;
  isEnabled(username: string): Promise<boolean>;
  set(username: string, values: Values): Promise<void>;
  /** What a text editor that keeps the file does: other values where the old ones stood, without a new line or number. */
  editInPlace(username: string, values: Values): Promise<void>;
  enable(username: string): Promise<void>;
  disable(username: string): Promise<void>;
  add(username: string, values?: Values, unit?: string): Promise<Stored>;
  move(username: string, unit: string): Promise<void>;
  rename(username: string, to: string): Promise<void>;
  remove(username: string): Promise<Stored>;
  /** Puts an account back as it was, under its own GUID. */
  restore(stored: Stored): Promise<void>;
  /** Number of the last write. */
  writes(): Promise<number>;
  /** Every byte of the directory. */
  bytes(): Promise<string>;
  /** Takes over everything that another server holds. */
  replicateFrom(other: HandDirectory): Promise<void>;
}

/** The directory in that file; an empty one where there is no such file. */
export async function handDirectory(file: string): Promise<HandDirectory> {
  if (!existsSync(file)) await createEmbeddedDirectory(file, Object.values(OU));
  const read = () => new DirectoryFile(file).read();
  const all = async () =>
    new Map([...(await read()).all()].map(({ stored }) => [stored.values.sAMAccountName ?? '', stored]));
  const account = async (username: string) => {
    const stored = (await all()).get(username);
    if (stored === undefined) throw new Error(`the directory has no account "${username}"`);
    return stored;
  };
  const put = (stored: Stored) => new DirectoryFile(file).write(() => [{ put: stored }]);
  const set = async (username: string, values: Values) => {
    const stored = await account(username);
    await put({ ...stored, values: withValues(stored.values, values) });
  };
  const flag = async (username: string, disabled: boolean) => {
    const flags = Number((await account(username)).values.userAccountControl);
    await set(username, { userAccountControl: String(disabled ? flags | 2 : flags & ~2) });
  };
  return {
    file,
    all,
    account,
    enabled: async () => [...(await all())].flatMap(([name, stored]) => (isOn(stored) ? [name] : [])).sort(),
    isEnabled: async (username) => isOn(await account(username)),
    set,
    editInPlace: async (username, values) => {
      const stored = await account(username);
      const lines = (await readFile(file, 'utf8')).split('\n');
      const at = lines.findLastIndex((line) => line.includes(stored.guid));
      const { usn } = parseLine(lines[at] ?? '');
      lines[at] = JSON.stringify({ usn, put: { ...stored, values: withValues(stored.values, values) } });
      await writeFile(file, lines.join('\n'));
    },
    enable: (username) => flag(username, false),
    disable: (username) => flag(username, true),
    add: async (username, values = {}, unit = OU.researchers) => {
      const stored = accountWith(username, unit, await usnOf(file), values);
      await put(stored);
      return stored;
    },
    move: async (username, unit) => {
      const stored = await account(username);
      await put({ ...stored, dn: `CN=${username},${unit}` });
    },
    rename: (username, to) => set(username, { sAMAccountName: to }),
    remove: async (username) => {
      const stored = await account(username);
      await new DirectoryFile(file).write(() => [{ gone: stored.guid }]);
      return stored;
    },
    restore: put,
    writes: () => usnOf(file),
    bytes: () => readFile(file, 'utf8'),
    replicateFrom: (other) => copyFile(other.file, file),
  };
}

function isOn(stored: Stored): boolean {
  return (Number(stored.values.userAccountControl) & 2) === 0;
}

/** An account as a directory makes it, with these values besides; `usn` makes its SID another than that of others. */
export function accountWith(username: string, unit: string, usn: number, values: Values): Stored {
  const basic = {
    sAMAccountName: username,
    sAMAccountType: SAM_USER_OBJECT,
    userPrincipalName: `${username}@example.org`,
    userAccountControl: '512',
    accountExpires: '0',
    objectSid: `S-1-5-21-1-2-3-${5000 + usn}`,
  };
  return { guid: randomUUID(), dn: `CN=${username},${unit}`, values: withValues(basic, values), password: null };
}

function withValues(before: Readonly<Record<string, string>>, values: Values): Record<string, string> {
  const merged = Object.entries({ ...before, ...values });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}
