/** The `notify` part of the configuration: who is told what by mail, and how it leaves. */
import { isIP } from 'node:net';
import type { z } from 'zod';
import { LANGUAGES, type NotifySettings, type SmtpTls } from '../notify/settings.ts';
import { listOf, matching, oneOf, path, settings, text, whole } from './fields.ts';

/** One address as RFC 5321 has them, without quotes and comments, which nobody needs and few systems get right. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const HOST = /^[A-Za-z0-9:](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

const address = matching('one e-mail address', 'research-service@example.org', ADDRESS);
export const addresses = listOf(address, '[research-service@example.org]').min(1, 'Needs at least one address');

const PORT_MAX = 65_535;
/** Submission (RFC 6409), submission over TLS (RFC 8314), and the mail server of the machine itself. */
const PORTS: Readonly<Record<SmtpTls, number>> = { starttls: 587, implicit: 465, none: 25 };

/** What is not told within a working week helps nobody. */
const AFTER_MINUTES_MAX = 7 * 24 * 60;
/** Longer than a restart of a server takes, and short enough to be mended in the same morning. */
const AFTER_MINUTES_DEFAULT = 30;
/** Ten years: what has to be kept for longer is no matter of accounts. */
const CLOSED_DAYS_MAX = 3_650;
const CLOSED_DAYS_DEFAULT = 365;
/** Read with the first coffee. */
const DIGEST_DEFAULT = '07:00';

const smtp = settings({
  host: text('the name or address of a mail server', 'smtp.example.org', (value) => HOST.test(value)),
  port: whole(1, PORT_MAX, 'a port', PORTS.starttls).optional(),
  tls: oneOf('starttls', 'implicit', 'none').optional(),
  from: matching('one e-mail address', 'muster@example.org', ADDRESS),
  user: text('the log-on name at the mail server', 'muster', (value) => value.trim() !== '').optional(),
  passwordFile: path('/run/secrets/muster-smtp').optional(),
  caFile: path('/etc/muster/ca.pem').optional(),
})
  .refine(({ tls, host }) => tls !== 'none' || isThisMachine(host), {
    path: ['tls'],
    error:
      'Without TLS, mail may go to a server on this machine alone (127.0.0.1, ::1, localhost). Write "starttls" or "implicit"',
  })
  .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
    path: ['passwordFile'],
    error: 'A log-on needs both "user" and "passwordFile". Write both, or neither',
  });

export const notifySchema = settings({
  language: oneOf(...LANGUAGES),
  smtp,
  to: settings({ researchService: addresses, operations: addresses }),
  digest: matching('a time of the day', '"07:00"', TIME).optional(),
  afterMinutes: whole(0, AFTER_MINUTES_MAX, 'minutes').optional(),
  closedAfterDays: whole(1, CLOSED_DAYS_MAX, 'days', CLOSED_DAYS_DEFAULT).optional(),
  templates: path('/etc/muster/mail').optional(),
});

/** Whether nobody else can hear what is sent there (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3; RFC 6761, 6.3). */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** @param absolute makes a path of the configuration one from the root. */
export function notifySettingsOf(
  parsed: z.output<typeof notifySchema>,
  absolute: (path: string) => string,
): NotifySettings {
  const { host, port, from, user, passwordFile, caFile } = parsed.smtp;
  const tls = parsed.smtp.tls ?? (port === PORTS.implicit ? 'implicit' : 'starttls');
  return {
    language: parsed.language,
    smtp: {
      host,
      port: port ?? PORTS[tls],
      tls,
      from,
      login: user === undefined || passwordFile === undefined ? null : { user, passwordFile: absolute(passwordFile) },
      caFile: caFile === undefined ? null : absolute(caFile),
    },
    to: parsed.to,
    digest: parsed.digest ?? DIGEST_DEFAULT,
    afterMinutes: parsed.afterMinutes ?? AFTER_MINUTES_DEFAULT,
    closedAfterDays: parsed.closedAfterDays ?? CLOSED_DAYS_DEFAULT,
    templates: parsed.templates === undefined ? null : absolute(parsed.templates),
  };
}
