/** One connection to a mail server (SMTP, RFC 5321): opened with its certificate checked and the log-on done, then mail by mail. */
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Mail } from '../core/mails.ts';
import { codeOf } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { SmtpSettings } from './settings.ts';
import { SmtpFailure, smtpFailure } from './smtp-failure.ts';

export interface SmtpSession {
  /** Resolves once the server has said that it has the mail. @throws SmtpFailure */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const CONNECT_MS = 10_000;
/** Servers that slow down spam keep everybody waiting for their greeting. */
const GREETING_MS = 60_000;
/** What a server may take for its answer to a whole mail (RFC 5321, section 4.5.3.2.6); who gives up earlier sends it twice. */
const ANSWER_MS = 10 * 60_000;

/** Connects, checks the certificate, logs in. @throws SmtpFailure, or MusterError where a file of the settings can't be read. */
export async function openSmtp(settings: SmtpSettings, signal: AbortSignal): Promise<SmtpSession> {
  const { host, port, tls, login, caFile } = settings;
  const password = login === null ? null : await Secret.fromFile(login.passwordFile);
  const ca = caFile === null ? null : await authorityFrom(caFile);
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, host, ...(ca === null ? {} : { ca }) },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: ANSWER_MS,
  });
  const line = new Line(connection, settings, password, signal);
  try {
    await line.step((done) => connection.connect(done));
    if (login !== null && password !== null) {
      const credentials = { user: login.user, pass: password.reveal() };
      await line.step((done) => connection.login({ credentials }, done));
    }
    return line;
  } catch (error) {
    line.close();
    throw error;
  }
}

async function authorityFrom(caFile: string): Promise<Buffer> {
  try {
    return await readFile(caFile);
  } catch (error) {
    const what = `The authority ${caFile} can't be read (${codeOf(error)}).`;
    throw new SmtpFailure({ obstacle: 'way', what, next: 'Check "notify.smtp.caFile".', cause: error });
  }
}

type Step = (done: (error?: Error | null) => void) => void;

class Line implements SmtpSession {
  readonly #connection: SMTPConnection;
  readonly #settings: SmtpSettings;
  readonly #password: Secret | null;
  readonly #signal: AbortSignal;
  /** Rejects when the connection is lost, or is no longer wanted. */
  readonly #lost: Promise<never>;
  /** Whether the server still remembers a mail that came to nothing. */
  #unfinished = false;

  constructor(connection: SMTPConnection, settings: SmtpSettings, password: Secret | null, signal: AbortSignal) {
    this.#connection = connection;
    this.#settings = settings;
    this.#password = password;
    this.#signal = signal;
    this.#lost = new Promise<never>((_, reject) => {
      connection.on('error', reject);
      // A server that says why it goes (421) is heard after its end: what it answered counts first.
      const gone = () => reject(new Error('The mail server closed the connection.'));
      connection.once('end', () => setImmediate(gone));
      const stop = () => reject(new Error('Broken off, because Muster is to end.'));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    // Awaited only while a step is under way.
    this.#lost.catch(() => undefined);
  }

  /** @throws SmtpFailure */
  async step(step: Step, handedOver = () => false): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      if (!this.#signal.aborted) step((error) => (error ? reject(error) : resolve()));
    });
    try {
      await Promise.race([answered, this.#lost]);
    } catch (error) {
      answered.catch(() => undefined);
      throw this.#failure(error, handedOver());
    }
  }

  async send(mail: Mail): Promise<void> {
    if (this.#unfinished) await this.step((done) => this.#connection.reset(done));
    const { from } = this.#settings;
    const message = Readable.from([await composed(mail, from)]);
    let handedOver = false;
    // Before the last dot can have gone out.
    message.once('end', () => {
      handedOver = true;
    });
    this.#unfinished = true;
    const envelope = { from, to: mail.recipient };
    await this.step(
      (done) => this.#connection.send(envelope, message, done),
      () => handedOver,
    );
    this.#unfinished = false;
  }

  close(): void {
    this.#connection.close();
  }

  #failure(error: unknown, handedOver: boolean): SmtpFailure {
    const secrets = secretsSent(this.#settings.login?.user ?? '', this.#password?.reveal() ?? '');
    // Whatever the server says, should it repeat what it was sent.
    const redact = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
    return smtpFailure(error, handedOver, redact);
  }
}

/** The password as a log-on sends it: as it is, and in base64 by itself (LOGIN) and with the user (PLAIN, RFC 4616). */
function secretsSent(user: string, password: string): readonly string[] {
  if (password === '') return [];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const sent = [password, base64(password), base64(`\0${user}\0${password}`), base64(`${user}\0${user}\0${password}`)];
  // The longest first, so that none is left of which another is a part; padding is not always repeated.
  return sent.map((text) => text.replace(/=+$/, '')).toSorted((a, b) => b.length - a.length);
}

/** The whole message (RFC 5322), the same for every try: a repeat can be told from another mail by its Message-ID. */
async function composed({ id, recipient, subject, text, at }: Mail, from: string): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: recipient,
    subject,
    text,
    date: new Date(at),
    messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    // RFC 3834, and what Exchange goes by: nobody's absence notice answers this.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}
