/** A queue on disk, a mail server, and a sender between them, under a clock that stands still until the test moves it. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Mail, Mails } from '../../src/core/mails.ts';
import type { Log } from '../../src/log.ts';
import { openLog } from '../../src/log.ts';
import { Sender } from '../../src/notify/sender.ts';
import type { SmtpSettings } from '../../src/notify/settings.ts';
import { openSmtp } from '../../src/notify/smtp.ts';
import { NOON } from '../contracts/store-samples.ts';
import { openFor } from '../contracts/store-world.ts';
import { sqliteWorld } from '../store/sqlite-world.ts';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/mail-server.ts';

export const OPERATIONS = 'operations@example.org';

export interface MailScene {
  readonly server: MailServer;
  readonly mails: Mails;
  readonly settings: SmtpSettings;
  readonly clock: { now: number };
  /** Lines of the log. */
  readonly log: string[];
  readonly sender: Sender;
  /** Another process: it remembers nothing but the queue. */
  freshSender(): Sender;
  queue(...mails: readonly Mail[]): Promise<void>;
  /** One round. */
  send(): Promise<number>;
}

export async function mailScene(options: MailServerOptions = {}, smtp: Partial<SmtpSettings> = {}): Promise<MailScene> {
  const server = await startMailServer(options);
  onTestFinished(() => server.close());
  const { mails } = await openFor(sqliteWorld);
  const clock = { now: NOON };
  const lines: string[] = [];
  const log: Log = openLog('debug', (line) => lines.push(line));
  const settings = smtpTo(server.port, smtp);
  const freshSender = () =>
    new Sender({ mails, clock: () => clock.now, log, open: (signal) => openSmtp(settings, signal) });
  const sender = freshSender();
  return {
    server,
    mails,
    settings,
    clock,
    log: lines,
    sender,
    freshSender,
    queue: async (...some) => {
      const told = await mails.told();
      await mails.record(told.version, { ...told, mails: some });
    },
    send: () => sender.round(new AbortController().signal),
  };
}

export function smtpTo(port: number, more: Partial<SmtpSettings> = {}): SmtpSettings {
  return { host: '127.0.0.1', port, tls: 'none', from: 'muster@example.org', login: null, caFile: null, ...more };
}

export function sampleMail(more: Partial<Mail> = {}): Mail {
  const text = 'Text of the mail, with an å in it.\n';
  return { id: randomUUID(), topic: 'matters', recipient: OPERATIONS, subject: 'A subject', text, at: NOON, ...more };
}

/** How each mail stands, by recipient. */
export async function standing(mails: Mails): Promise<{ waiting: number; refusing: readonly string[] }> {
  const { waiting, refusing } = await mails.state();
  return { waiting, refusing: refusing.map(({ recipient, error }) => `${recipient}: ${error}`) };
}
