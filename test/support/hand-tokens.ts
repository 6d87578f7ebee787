/** Embedded tokens, and what people do to them by hand. */
import { readFile, writeFile } from 'node:fs/promises';
import { embeddedTokens } from '../../src/reconcilers/tokens/embedded/adapter.ts';
import { type Contents, type Stored, TokenFile, textOf } from '../../src/reconcilers/tokens/embedded/token-file.ts';
import type { TokenAdapter } from '../../src/reconcilers/tokens/port.ts';

export interface HandTokens {
  readonly path: string;
  readonly adapter: TokenAdapter;
  /** Numbers that a passcode for that person would go to now. */
  reached(username: string): Promise<readonly string[]>;
  /** Everything there is, in order of serials. */
  all(): Promise<readonly Stored[]>;
  /** The one token of that person; throws where there is not exactly one. */
  of(username: string): Promise<Stored>;
  /** One more, which Muster knows nothing of; gives its serial. */
  give(username: string, phone: string, more?: Partial<Stored>): Promise<string>;
  change(serial: string, values: Partial<Stored>): Promise<void>;
  remove(serial: string): Promise<void>;
  /** From now on only these people can have one. */
  knowOnly(people: readonly string[]): Promise<void>;
  /** The whole text, to see whether anything was written; `''` where there is none. */
  text(): Promise<string>;
}

export function handTokens(path: string, clock: () => number): HandTokens {
  const file = new TokenFile(path);
  const rewrite = async (edit: (tokens: Map<string, Stored>) => Partial<Contents> | undefined) => {
    const { people, tokens } = await file.read();
    const now = new Map(tokens);
    const more = edit(now);
    await writeFile(path, textOf({ people, tokens: now, ...more }));
  };
  const all = async () => [...(await file.read()).tokens.values()];
  const ofPerson = async (username: string) => (await all()).filter(({ user }) => user === username);
  let given = 0;
  return {
    path,
    adapter: embeddedTokens({ file: path }, clock),
    reached: async (username) =>
      (await ofPerson(username)).filter(({ enabled, revoked }) => enabled && !revoked).map(({ phone }) => phone),
    all,
    of: async (username) => {
      const [only, second] = await ofPerson(username);
      if (only === undefined || second !== undefined) throw new Error(`${username} has not exactly one token`);
      return only;
    },
    give: async (username, phone, more = {}) => {
      given += 1;
      const serial = `HAND${given}`;
      const stored = { serial, user: username, phone, enabled: true, revoked: false, attempt: null, ...more };
      await rewrite((tokens) => void tokens.set(serial, stored));
      return serial;
    },
    change: (serial, values) =>
      rewrite((tokens) => {
        const stored = tokens.get(serial);
        if (stored === undefined) throw new Error(`there is no token ${serial}`);
        tokens.set(serial, { ...stored, ...values });
        return undefined;
      }),
    remove: (serial) => rewrite((tokens) => void tokens.delete(serial)),
    knowOnly: (people) => rewrite(() => ({ people: new Set(people) })),
    text: () => readFile(path, 'utf8').catch(() => ''),
  };
}
