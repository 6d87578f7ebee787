/** The push trigger: a listener of its own that takes notices of pushes, checks who sent them, and does nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MusterError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { bearsProof, type Judgement, noticeJudge } from './push-notice.ts';

/** Bytes of one notice: a push of a thousand commits stays below; whoever sends more is not listened to. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Connections at once: with the largest bodies, 32 MB. */
const CONNECTIONS_MAX = 32;
/** A notice that takes longer than this to arrive, in milliseconds, is dropped: it is one message over a short way. */
const ARRIVAL_MS = 10_000;
/** Notices from one address in one minute that are told they are forged; those after them are told that they are too many. */
const REFUSED_PER_MINUTE_MAX = 60;
/** Characters of a secret: fewer can be guessed by trying. */
const SECRET_CHARACTERS_MIN = 16;
const MINUTE_MS = 60_000;
/** Addresses counted in one minute: beyond that, whatever a new one forges is one too many. */
const ADDRESSES_MAX = 1_000;

export interface PushListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly secret: Secret;
  /** Told of each genuine notice. */
  onPush(): void;
  /** Told of the first notice that is turned away in a minute, and of how many were in the minute before: a flood must not fill the log. */
  onRefused(refused: Refused): void;
  /** Milliseconds that only go forward, for the limit per minute. */
  readonly clock: () => number;
}

export interface Refused {
  readonly why: string;
  readonly address: string;
  readonly inTheMinuteBefore: number;
}

export interface PushListener {
  readonly port: number;
  close(): Promise<void>;
}

/** What is answered: a short text and no page. 200 also for a repeated one, so that its sender does not try again. */
const ANSWERS: Readonly<Record<Judgement, readonly [status: number, text: string]>> = {
  genuine: [202, 'Muster will look.'],
  repeated: [200, 'Known already.'],
  forged: [401, 'The signature or token is not right.'],
};

/** @throws MusterError (`person`) where the address can't be listened on, or the secret is too short. */
export async function startPushListener(options: PushListenerOptions): Promise<PushListener> {
  if (options.secret.reveal().length < SECRET_CHARACTERS_MIN) throw tooShort();
  const judge = noticeJudge(options.secret, Date.now);
  const refusals = new Refusals(options);
  const server = createServer(
    {
      requestTimeout: ARRIVAL_MS,
      headersTimeout: ARRIVAL_MS,
      keepAliveTimeout: 1_000,
      maxHeaderSize: 8 * 1024,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      const address = request.socket.remoteAddress ?? 'unknown';
      const refuse = (status: number, why: string) => {
        if (refusals.add(why, address)) answer(response, status, why);
        else answer(response, 429, 'Too many forged notices; the schedule looks anyway.');
      };
      if (request.method !== 'POST') return refuse(405, 'Notices of pushes come as POST.');
      const [forgedStatus, forgedText] = ANSWERS.forged;
      if (!bearsProof(request.headers)) return refuse(forgedStatus, forgedText);
      // Judged before anybody is counted: behind a proxy, whoever forges has the address of the Git server.
      void bodyOf(request).then((body) => {
        if (body === null) return refuse(413, 'The notice is too large.');
        const judgement = judge({ headers: request.headers, body });
        const [status, text] = ANSWERS[judgement];
        if (judgement === 'forged') return refuse(status, text);
        if (judgement === 'genuine') options.onPush();
        answer(response, status, text);
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listening(server, options);
  return {
    // A server that listens on a port has one.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, text: string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  // Who is turned away is not read on.
  response.writeHead(status, status < 400 ? headers : { ...headers, connection: 'close' }).end(`${text}\n`);
}

/** The raw bytes, which alone are signed; null: too many. Never settles for a request that breaks off: its answer reaches nobody. */
function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return Promise.resolve(null);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_BYTES_MAX) {
        chunks.length = 0;
        request.pause();
        resolve(null);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => undefined);
  });
}

/** Who was turned away in this minute, and how often. */
class Refusals {
  readonly #options: Pick<PushListenerOptions, 'clock' | 'onRefused'>;
  #counts = new Map<string, number>();
  #since: number;
  #told = 0;
  #before = 0;

  constructor(options: Pick<PushListenerOptions, 'clock' | 'onRefused'>) {
    this.#options = options;
    this.#since = options.clock();
  }

  /** Counts one; false: it is one too many of that address. */
  add(why: string, address: string): boolean {
    const now = this.#options.clock();
    if (now - this.#since >= MINUTE_MS) {
      this.#before = this.#told;
      this.#told = 0;
      this.#counts = new Map();
      this.#since = now;
    }
    this.#told += 1;
    if (this.#told === 1) this.#options.onRefused({ why, address, inTheMinuteBefore: this.#before });
    const count = this.#counts.get(address) ?? 0;
    if (count >= REFUSED_PER_MINUTE_MAX || (count === 0 && this.#counts.size >= ADDRESSES_MAX)) return false;
    this.#counts.set(address, count + 1);
    return true;
  }
}

function tooShort(): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'http.webhook.secretFile',
    what: `The secret is shorter than ${SECRET_CHARACTERS_MIN} characters, so that it could be found by trying.`,
    next: 'Put a long random text there, as "openssl rand -hex 32" makes one, and give the same to the Git server.',
  });
}

function listening(server: Server, { host, port }: PushListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const where = `http.webhook.listen ${host}:${port}`;
      const what = `Nothing can be listened to there: ${error.message}.`;
      const next = 'Choose a free address of this machine.';
      reject(new MusterError({ remedy: 'person', where, what, next }, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
