/** privacyIDEA as a system of SMS tokens: what a connection must show first, proven readings, and writes that are read back. */
import { createHash } from 'node:crypto';
import { closedBefore } from '../../../core/closing.ts';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import type { NewToken, Token, TokenAdapter, TokenList } from '../port.ts';
import { readRights } from './answers.ts';
import { type Answered, type Client, type Manners, openClient } from './client.ts';
import { listAll, listPerson, listSerials, type Scope } from './listing.ts';
import { type PrivacyideaInput, type PrivacyideaSettings, privacyideaSchema } from './settings.ts';
import { handleOf, SMS, serialIn, tokenFrom } from './stored.ts';
import { type Desk, makeToken, setPhone, switchToken } from './write.ts';

export interface PrivacyideaSite {
  /** Goes into the serials of tokens that it makes. */
  readonly instance: string;
  /** Tokens in one answer, where a test wants many pages of few. */
  readonly pageSize?: number;
}

/** @throws MusterError (`person`) for settings that can't work */
export function privacyidea(input: PrivacyideaInput, site: PrivacyideaSite): TokenAdapter {
  const settings = parsed(input);
  const manners: Manners = { quietUntil: 0 };
  return {
    connect: async () => {
      const client = await openClient(settings, manners);
      try {
        await lookAround(client);
        return listOn(client, settings, site);
      } catch (error) {
        client.close();
        throw error;
      }
    },
  };
}

/**
 * That the account is one that may list and make SMS tokens: without the right, privacyIDEA answers with no tokens and no error.
 * @returns the server's clock
 */
export async function lookAround(client: Client): Promise<Answered['timeMs']> {
  const step = 'looking at our rights';
  const where = `${client.server}, ${step}`;
  const { value, timeMs } = await client.ask({ path: '/auth/rights', step });
  if (!readRights(value, where).has(SMS)) throw lacking(where, 'enrollSMS');
  const rights = client.rights();
  if (rights !== null && !rights.includes('tokenlist')) throw lacking(where, 'tokenlist');
  return timeMs;
}

function listOn(client: Client, settings: PrivacyideaSettings, { instance, pageSize }: PrivacyideaSite): TokenList {
  const { realm, timeouts } = settings;
  let isOpen = true;
  const scope = (): Scope => {
    if (!isOpen) throw closedBefore(client.server);
    const until = performance.now() + timeouts.readSeconds * 1000;
    return { client, realm, until, ...(pageSize === undefined ? {} : { pageSize }) };
  };
  const desk: Desk = {
    client,
    instance,
    realm,
    bySerial: async (serial) => {
      const [stored] = await listSerials(scope(), [serial]);
      return stored === undefined ? null : tokenFrom(stored, instance, realm);
    },
    ofPerson: async (username) => {
      const found = await listPerson(scope(), username);
      return found.map((stored) => tokenFrom(stored, instance, realm));
    },
  };
  return {
    server: client.server,
    heard: () => client.heard(),
    now: async () => (await lookAround(client)) ?? Date.now(),
    read: (known) => read(scope, known, { server: client.server, instance, realm }),
    find: async ({ handles, keys }) => {
      const found = await listSerials(scope(), handles.map(serialIn));
      const tokens = found.map((stored) => tokenFrom(stored, instance, realm));
      for (const key of keys) tokens.push(...(await desk.ofPerson(key)));
      return [...new Map(tokens.map((token) => [token.handle, token])).values()];
    },
    create: async (token: NewToken) => {
      scope();
      return await makeToken(desk, token);
    },
    setPhone: (was, phone) => setPhone(desk, was, phone),
    switch: (was, to) => switchToken(desk, was, to),
    close: async () => {
      isOpen = false;
      client.close();
    },
  };
}

interface Place {
  readonly server: string;
  readonly instance: string;
  readonly realm: string;
}

async function read(scope: () => Scope, known: ReadonlySet<string>, { server, instance, realm }: Place) {
  const stored = [...(await listAll(scope()))];
  // An account whose list right was taken away sees nothing, not even by serial: that is no proof that anything is gone.
  if (stored.length === 0 && known.size > 0) throw believedEmpty(server, known.size);
  const seen = new Set(stored.map(({ serial }) => handleOf(serial)));
  const missing = [...known].filter((handle) => !seen.has(handle));
  const elsewhere = await listSerials(scope(), missing.map(serialIn));
  for (const one of elsewhere) seen.add(handleOf(one.serial));
  const tokens = [...stored, ...elsewhere].map((one) => tokenFrom(one, instance, realm));
  tokens.sort((a, b) => compareText(a.handle, b.handle));
  return { tokens, gone: missing.filter((handle) => !seen.has(handle)).sort(compareText), digest: digestOf(tokens) };
}

/** Over what a token is to Muster; counters and what else moves by itself is no part of it. */
function digestOf(tokens: readonly Token[]): string {
  const hash = createHash('sha256');
  for (const { handle, raw, revoked, attempt } of tokens) {
    hash.update(`${JSON.stringify([handle, raw.user, raw.phone, raw.enabled, raw.locked, revoked, attempt])}\n`);
  }
  return hash.digest('hex');
}

function believedEmpty(server: string, known: number): MusterError {
  return new MusterError({
    remedy: 'retry',
    where: `${server}, reading tokens`,
    what: `The server shows no SMS token at all, and Muster knows ${known}.`,
    next: 'Give Muster’s account the right tokenlist there, and check "tokens.privacyidea.realm".',
  });
}

function lacking(where: string, right: string): MusterError {
  const what = `Muster’s account lacks the right ${right}, without which nothing that it is shown can be believed.`;
  const next = 'Grant it in a policy of scope admin there, for this account and realm.';
  return new MusterError({ remedy: 'person', where, what, next });
}

function parsed(input: PrivacyideaInput): PrivacyideaSettings {
  const result = privacyideaSchema.safeParse(input);
  const [issue] = result.error?.issues ?? [];
  if (result.success && (result.data.tokenFile === undefined) !== (result.data.login === undefined)) return result.data;
  throw new MusterError({
    remedy: 'person',
    where: 'configuration, tokens.privacyidea',
    what:
      issue === undefined
        ? 'Needs exactly one of these: tokenFile, login.'
        : `${issue.path.join('.')}: ${issue.message}.`,
    next: 'Correct the configuration.',
  });
}
