/** A real mail server on 127.0.0.1 for tests: keeps what it takes, and refuses, forgets or falls silent where it is told to. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { CertificateFiles } from './test-certificates.ts';

export interface Received {
  readonly recipient: string;
  readonly mail: Email;
  /** As it came in, byte for byte. */
  readonly raw: string;
}

/** What becomes of one mail: `unanswered`: it is kept, and the connection cut before the answer. */
export type Manner = 'take' | 'unanswered' | { readonly code: number; readonly says: string };

/** How far a mail has come, seen from the server: the last two are before and after its answer to the whole mail. */
export const MAIL_STEPS = ['connected', 'sender', 'recipient', 'begun', 'whole', 'answered'] as const;
export type MailStep = (typeof MAIL_STEPS)[number];

export interface MailServerOptions {
  /** Called at each step, and waited for. */
  at?(step: MailStep): Promise<void> | void;
  readonly port?: number;
  readonly certificate?: CertificateFiles;
  /** TLS from the first byte; STARTTLS otherwise where there is a certificate. */
  readonly implicit?: boolean;
  /** Who must log in; nobody need by default. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Judges each sender. */
  sender?(address: string): Manner;
  /** Judges each recipient. */
  recipient?(address: string): Manner;
  /** Judges each mail once it is in; `nth` counts from 1. */
  mail?(nth: number, received: Received): Manner | Promise<Manner>;
}

export interface MailServer {
  readonly port: number;
  /** Everything that came in whole, also what was then refused or not answered. */
  readonly received: readonly Received[];
  /** Passwords that were tried. */
  readonly passwords: readonly unknown[];
  /** What it said that it has. */
  readonly taken: readonly Received[];
  /** As if nothing had come in yet. */
  forget(): void;
  close(): Promise<void>;
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { certificate, login } = options;
  const received: Received[] = [];
  const taken: Received[] = [];
  const passwords: unknown[] = [];
  const at = async (step: MailStep) => options.at?.(step);
  const keep = async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
    await at('begun');
    const raw = await textOf(stream).catch(() => null);
    // Whoever sent it was killed in the middle.
    if (raw === null) return 'unanswered';
    const [recipient] = session.envelope.rcptTo;
    const one = { recipient: recipient?.address ?? '', raw, mail: await PostalMime.parse(raw) };
    received.push(one);
    const manner = (await options.mail?.(received.length, one)) ?? 'take';
    if (manner === 'take') taken.push(one);
    return manner;
  };
  const server = new SMTPServer({
    banner: 'test',
    logger: false,
    secure: options.implicit === true,
    ...(certificate === undefined
      ? { disabledCommands: ['STARTTLS', ...(login === undefined ? ['AUTH'] : [])] }
      : { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certFile) }),
    authOptional: login === undefined,
    onAuth: ({ username, password }, _session, done) => {
      passwords.push(password);
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(refusal(535, 'Log-on failed'));
    },
    onConnect: (_session, done) => void at('connected').then(() => done()),
    onMailFrom: ({ address }, _session, done) =>
      void at('sender').then(() => done(refusalBy(options.sender?.(address) ?? 'take'))),
    onRcptTo: ({ address }, _session, done) =>
      void at('recipient').then(() => done(refusalBy(options.recipient?.(address) ?? 'take'))),
    onData: (stream, session, done) => {
      void keep(stream, session).then(async (manner) => {
        await at('whole');
        if (manner === 'unanswered') cut(server, session);
        else done(refusalBy(manner));
        await at('answered');
      });
    },
  });
  // A client that turns away from a wrong certificate is an error to the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', () => resolve()));
  return {
    // It listens on a port, not on a path.
    port: (server.server.address() as AddressInfo).port,
    received,
    taken,
    passwords,
    forget: () => {
      received.length = 0;
      taken.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        for (const connection of server.connections) connection.close();
        server.close(() => resolve());
      }),
  };
}

function refusalBy(manner: Manner): Error | null {
  return typeof manner === 'string' ? null : refusal(manner.code, manner.says);
}

function refusal(code: number, says: string): Error {
  return Object.assign(new Error(says), { responseCode: code });
}

function cut({ connections }: SMTPServer, { id }: SMTPServerSession): void {
  for (const connection of connections) if (connection.id === id) connection.close();
}

async function textOf(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  // A stream of buffers, which its type does not say.
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
