/** A logged-on way to privacyIDEA: every request with its time, its patience, and one new log-on where the old one ran out. */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../../errors.ts';
import { type Incoming, type Outgoing, openWire, type Wire } from '../../../exchange.ts';
import { Secret } from '../../../secret.ts';
import { type Answer, readAnswer, readLogOn } from './answers.ts';
import { askedToWait, complaintsOf, type Failing, noAnswer, redirected, refusedBy, serverTrouble } from './failures.ts';
import type { PrivacyideaSettings } from './settings.ts';

/** At once: so many as a pass has writes in flight. */
const SOCKETS_MAX = 8;
/** Where a server asks for more, it is asked again by then all the same, in seconds: a block must not wait for hours on its word. */
const LEFT_ALONE_MAX = 300;
/** In seconds, where it does not say how long. */
const WAIT_DEFAULT = 2;

export interface Ask {
  /** Below the address of the server, with a slash first. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Present: a POST. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** What it is for, as in `reading tokens`. */
  readonly step: string;
  /** Whether it changes anything; a log-on does not. */
  readonly isWrite?: boolean;
}

export interface Answered {
  readonly value: unknown;
  /** The server's clock in milliseconds since 1970; null: it did not tell. */
  readonly timeMs: number | null;
}

export interface Client extends Pick<Wire, 'heard' | 'certificateUntil' | 'close'> {
  readonly server: string;
  /** Rights that the log-on told of; null: it told none, as with a lasting API token. */
  rights(): readonly string[] | null;
  /** @throws Refusal where privacyIDEA itself says no, and any other MusterError where it did not judge */
  ask(ask: Ask): Promise<Answered>;
}

/** What all connections of one adapter know of the server: when it may be asked again, in milliseconds since 1970. */
export interface Manners {
  quietUntil: number;
}

export async function openClient(settings: PrivacyideaSettings, manners: Manners): Promise<Client> {
  const isSecure = new URL(settings.url).protocol === 'https:';
  const wire = openWire({ isSecure, authorities: await authoritiesOf(settings), sockets: SOCKETS_MAX });
  try {
    const client = new LoggedOn(settings, wire, manners);
    await client.logOn();
    return client;
  } catch (error) {
    wire.close();
    throw error;
  }
}

class LoggedOn implements Client {
  readonly server: string;
  readonly #settings: PrivacyideaSettings;
  readonly #wire: Wire;
  readonly #manners: Manners;
  #token: Secret | null = null;
  #rights: readonly string[] | null = null;
  #entering: Promise<Secret> | null = null;
  #patienceMs: number;

  constructor(settings: PrivacyideaSettings, wire: Wire, manners: Manners) {
    this.server = settings.url.replace(/\/+$/, '');
    this.#settings = settings;
    this.#wire = wire;
    this.#manners = manners;
    this.#patienceMs = settings.timeouts.patienceSeconds * 1000;
  }

  heard = () => this.#wire.heard();
  certificateUntil = () => this.#wire.certificateUntil();
  close = () => this.#wire.close();
  rights = () => this.#rights;

  async logOn(): Promise<Secret> {
    // Many requests find out at once that the log-on has run out; one of them is enough to renew it.
    this.#entering ??= this.#enter().finally(() => {
      this.#entering = null;
    });
    return this.#entering;
  }

  async ask(ask: Ask): Promise<Answered> {
    const failing = this.#failing(ask);
    const token = this.#token ?? (await this.logOn());
    let incoming = await this.#patiently(ask, token, failing);
    if (incoming.status === 401) {
      // Refused before anything was done, so that it may be repeated, also where it writes.
      const renewed = this.#token === token ? await this.logOn() : this.#token;
      incoming = await this.#patiently(ask, renewed, failing);
    }
    return judged(incoming, failing);
  }

  #failing({ step, isWrite = false }: Ask): Failing {
    return { where: `${this.server}, ${step}`, isWrite };
  }

  async #enter(): Promise<Secret> {
    const { tokenFile, login } = this.#settings;
    if (login === undefined) {
      // Read each time: whoever renews it writes it into the same file.
      this.#token = await Secret.fromFile(tokenFile ?? '');
      return this.#token;
    }
    const password = await Secret.fromFile(login.passwordFile);
    const body = { username: login.user, password: password.reveal() };
    const ask: Ask = { path: '/auth', body, step: `logging on as ${login.user}` };
    const failing = this.#failing(ask);
    const { value } = judged(await this.#patiently(ask, null, failing), failing);
    const { token, rights } = readLogOn(value, failing.where);
    this.#token = new Secret(token);
    this.#rights = rights;
    return this.#token;
  }

  /** Waits as often as the server asks for it, until the patience of this connection is used up. */
  async #patiently(ask: Ask, token: Secret | null, failing: Failing): Promise<Incoming> {
    for (;;) {
      const leftMs = this.#manners.quietUntil - Date.now();
      if (leftMs > 0) {
        if (leftMs > this.#patienceMs) throw askedToWait(failing, Math.ceil(leftMs / 1000));
        this.#patienceMs -= leftMs;
        await wait(leftMs);
      }
      const incoming = await this.#send(ask, token, failing);
      if (incoming.status !== 429 && !(incoming.status === 503 && incoming.retryAfter !== undefined)) return incoming;
      const seconds = Math.min(secondsIn(incoming.retryAfter, Date.now()), LEFT_ALONE_MAX);
      this.#manners.quietUntil = Math.max(this.#manners.quietUntil, Date.now() + seconds * 1000);
    }
  }

  #send({ path, query = {}, body }: Ask, token: Secret | null, failing: Failing): Promise<Incoming> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const { connectSeconds, answerSeconds } = this.#settings.timeouts;
    const method = body === undefined ? 'GET' : 'POST';
    const credentials: Outgoing['credentials'] = token === null ? {} : { authorization: token.reveal() };
    const complaints = complaintsOf(failing);
    const what = { method, url, credentials, complaints, connectSeconds, answerSeconds } as const;
    return this.#wire.exchange(body === undefined ? what : { ...what, body });
  }
}

function judged({ status, contentType, location, dateMs, body }: Incoming, failing: Failing): Answered {
  if (status >= 300 && status < 400) throw redirected(failing, location);
  const answer: Answer | null = /^application\/json\b/i.test(contentType) ? readAnswer(body) : null;
  if (status >= 500) throw serverTrouble(failing, status);
  if (answer === null) throw noAnswer(failing, status, contentType);
  if (!answer.ok) throw refusedBy(failing, status, answer.code, answer.message);
  if (status !== 200) throw serverTrouble(failing, status);
  return { value: answer.value, timeMs: answer.timeMs ?? dateMs };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function secondsIn(retryAfter: string | undefined, at: number): number {
  if (retryAfter === undefined) return WAIT_DEFAULT;
  if (/^\d{1,9}$/.test(retryAfter)) return Math.max(Number(retryAfter), 1);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? WAIT_DEFAULT : Math.max(Math.ceil((date - at) / 1000), 1);
}

async function authoritiesOf({ caFile }: PrivacyideaSettings): Promise<string | null> {
  if (caFile === undefined) return null;
  try {
    return await readFile(caFile, 'utf8');
  } catch (error) {
    throw new MusterError(
      {
        remedy: 'person',
        where: `certificate file ${caFile}`,
        what: 'The file can’t be read.',
        next: 'Put the PEM certificate of the authority there, or correct "tokens.privacyidea.caFile".',
      },
      { cause: error },
    );
  }
}
