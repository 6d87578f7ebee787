/** Writes to privacyIDEA: each looks first, changes one thing of one token by its serial, and is read back. Nothing is revoked or deleted. */
import { MusterError } from '../../../errors.ts';
import { canonicalPhone } from '../../../model/phone.ts';
import type { NewToken, ReadToken, Token } from '../port.ts';
import type { Client } from './client.ts';
import { Refusal, UNKNOWN_USER } from './failures.ts';
import { changedSince, descriptionFor, isAddressable, SMS, serialFor, serialIn } from './stored.ts';

export interface Desk {
  readonly client: Client;
  readonly instance: string;
  readonly realm: string;
  /** Null: there is none. */
  bySerial(serial: string): Promise<Token | null>;
  ofPerson(username: string): Promise<readonly Token[]>;
}

export async function makeToken(desk: Desk, order: NewToken): Promise<Token | null> {
  const { client, instance, realm } = desk;
  const { key, username, phone, attempt } = order;
  const serial = serialFor(instance, attempt);
  // Asking for the same serial again would give the token another secret.
  const before = await desk.bySerial(serial);
  if (before !== null) return own(before, order, client);
  const other = (await desk.ofPerson(username)).find(({ revoked }) => !revoked);
  if (other !== undefined) throw refused(other.location, 'It is theirs already, and nobody gets a second one.');
  const description = descriptionFor(attempt);
  const body = { type: SMS, serial, user: username, realm, phone, genkey: 1, description };
  try {
    // The answer holds the secret of the token, and nothing that is needed.
    await client.ask({ path: '/token/init', body, step: `making a token for ${key}`, isWrite: true });
  } catch (error) {
    if (error instanceof Refusal && error.code === UNKNOWN_USER) return null;
    throw error;
  }
  const made = await readBack(desk, serial);
  if (made.live && made.key === key && isNumber(made, phone)) return made;
  throw notAsWritten(made.location, 'Look for policies there that change new tokens, such as verify_enrollment.');
}

function own(token: Token, { key, attempt }: NewToken, { server }: Client): Token {
  if (token.attempt === attempt && token.key === key) return token;
  const what = `The token ${serialIn(token.handle)} is there already, and not as this attempt makes it.`;
  const next = 'Sync again; if it stays, look at that token, and take it away from whoever has it.';
  throw new MusterError({ remedy: 'retry', where: server, what, next });
}

export async function setPhone(desk: Desk, was: ReadToken, phone: string): Promise<void> {
  await asRead(desk, was, 'phone');
  await writePhone(desk, was, phone);
  const now = await readBack(desk, serialIn(was.handle));
  if (!isNumber(now, phone)) throw notAsWritten(was.location, SOMEBODY_ELSE);
}

export async function switchToken(
  desk: Desk,
  was: ReadToken,
  to: { readonly on: true; readonly phone: string } | { readonly on: false },
): Promise<void> {
  const serial = serialIn(was.handle);
  const before = await asRead(desk, was, 'enabled');
  // First the number: a token that is on never has one that nobody declared.
  if (to.on && !isNumber(before, to.phone)) await writePhone(desk, was, to.phone);
  const path = `/token/${to.on ? 'enable' : 'disable'}/${serial}`;
  const step = `switching token ${serial} ${to.on ? 'on' : 'off'}`;
  await desk.client.ask({ path, body: {}, step, isWrite: true });
  const now = await readBack(desk, serial);
  if (now.live !== to.on || (to.on && !isNumber(now, to.phone))) throw notAsWritten(was.location, SOMEBODY_ELSE);
}

async function writePhone({ client }: Desk, { handle }: ReadToken, phone: string): Promise<void> {
  const serial = serialIn(handle);
  const step = `changing the number of token ${serial}`;
  await client.ask({ path: `/token/info/${serial}/phone`, body: { value: phone }, step, isWrite: true });
}

/** The token, where it is still as it was read. */
async function asRead(desk: Desk, was: ReadToken, value: 'phone' | 'enabled'): Promise<Token> {
  const serial = serialIn(was.handle);
  if (!isAddressable(serial)) throw refused(was.location, 'Its serial has characters by which it can’t be addressed.');
  const now = await desk.bySerial(serial);
  if (now === null) throw refused(was.location, 'It does not exist any more.');
  const why = changedSince(was, now, value);
  if (why !== null) throw refused(was.location, why);
  return now;
}

/** What it has become; where that can't be read, nobody knows. */
async function readBack(desk: Desk, serial: string): Promise<Token> {
  let now: Token | null;
  try {
    now = await desk.bySerial(serial);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    const { remedy, where, what, next } = error;
    throw new MusterError({ remedy, where, what, next, silence: 'unanswered' }, { cause: error });
  }
  if (now !== null) return now;
  throw notAsWritten(`token ${serial}`, 'Check that Muster’s account has the right tokenlist there.');
}

function isNumber({ phone }: Token, wanted: string): boolean {
  return phone !== null && canonicalPhone(phone) === wanted;
}

const SOMEBODY_ELSE = 'Stop whoever else changes it, then sync again.';

function notAsWritten(where: string, next: string): MusterError {
  const what = 'It did not read back as it was written.';
  return new MusterError({ remedy: 'retry', where, what, next, silence: 'unanswered' });
}

function refused(where: string, what: string): MusterError {
  return new MusterError({ remedy: 'retry', where, what, next: 'Sync again.' });
}
