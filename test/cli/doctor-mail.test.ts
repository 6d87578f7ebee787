/** `muster doctor --mail` against a real mail server: what arrives, and what is said, word for word, where something is wrong. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type MailServer, type MailServerOptions, startMailServer } from '../support/mail-server.ts';
import { type CertificateFiles, makeAuthority, makeCertificate } from '../support/test-certificates.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';
import { makeSite, type SiteFolder } from './site-folder.ts';

const LOGIN = { user: 'muster', password: 'Canary-pw-5d20' };

let home: TestDirectory;
let authority: CertificateFiles;
let good: CertificateFiles;
let foreign: CertificateFiles;
let elsewhere: CertificateFiles;
let expired: CertificateFiles;
let site: SiteFolder;
let server: MailServer | null = null;

beforeAll(async () => {
  home = await makeTestDirectory('doctor-mail');
  authority = await makeAuthority(home.path);
  good = await makeCertificate(home.path, 'good', authority);
  foreign = await makeCertificate(home.path, 'foreign', await makeAuthority(home.path, 'other'));
  elsewhere = await makeCertificate(home.path, 'elsewhere', authority, { names: 'DNS:mail.example.org' });
  expired = await makeCertificate(home.path, 'expired', authority, { days: -1 });
});
afterAll(() => home.remove());
beforeEach(async () => {
  site = await makeSite();
});
afterEach(async () => {
  site.remove();
  await server?.close();
  server = null;
});

/** What doctor says of mail, without where the server listens. */
async function examined(
  options: MailServerOptions,
  smtp: string,
  { closed = false, command = ['doctor', '--mail'] } = {},
) {
  server = await startMailServer(options);
  const { port } = server;
  if (closed) await server.close();
  site.configure(
    'limits: { always: 5 }',
    `limits: { always: 5 }
notify:
  language: en
  smtp: { host: 127.0.0.1, port: ${port}, from: muster@example.org${smtp} }
  to: { researchService: [rs@example.org], operations: [ops@example.org] }
`,
  );
  const { code, out } = await site.muster('--format', 'json', ...command);
  const findings: { check: string; status: string; text: string; next: string | null }[] = JSON.parse(out).findings;
  const mail = findings.filter(({ check }) => check === 'mail');
  const steady = (text: string) => text.replaceAll(`127.0.0.1:${port}`, 'SERVER').replaceAll(home.path, '/home');
  return { code, said: mail.map(({ status, text, next }) => [status, steady(text), next] as const) };
}

const tls = (more = '') => `, tls: starttls, caFile: ${authority.certFile}${more}`;
const implicit = (more = '') => `, tls: implicit, caFile: ${authority.certFile}${more}`;

function login(password: string): string {
  const file = join(site.folder, 'mail-password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return `, user: ${LOGIN.user}, passwordFile: ${file}`;
}

const TEST_MAILS = [
  ['ok', 'The server took a test mail to rs@example.org.', null],
  ['ok', 'The server took a test mail to ops@example.org.', null],
] as const;

interface Case {
  readonly where: string;
  readonly server: MailServerOptions;
  readonly smtp: () => string;
  readonly closed?: boolean;
  /** Of the test mails as well, where it comes to them. */
  readonly says: readonly (readonly [status: string, text: string, next: string | null])[];
}

const PLAIN = ['ok', 'SERVER answers, without encryption, on this machine.', null] as const;
const refusing = (code: number, says: string) => ({ code, says });
/** A manner for what is addressed to Research Service alone. */
const only = (manner: ReturnType<typeof refusing>) => (address: string) =>
  address.startsWith('rs') ? manner : ('take' as const);
const notTaken = (why: string, next: string) =>
  ['fail', `A test mail to rs@example.org was not taken: The mail server answered: ${why}`, next] as const;

const UNTRUSTED = [
  'fail',
  'SERVER: Its certificate is of an authority that Muster does not trust (UNABLE_TO_VERIFY_LEAF_SIGNATURE).',
  'Name the certificate of the right authority in "notify.smtp.caFile"; where that is there, find out who answers at this address.',
] as const;
const LATER =
  'The server says that this will pass: what waits is tried again by itself. If it stays so, ask whoever runs the mail server.';
const TO = 'Correct the address under "notify.to", or ask whoever runs the mail server.';

/** Certificates are made only once the tests begin. */
function cases(): readonly Case[] {
  return [
    { where: 'all is well', server: {}, smtp: () => ', tls: none', says: [PLAIN, ...TEST_MAILS] },
    {
      where: 'all is well, with STARTTLS and a log-on',
      server: { certificate: good, login: LOGIN },
      smtp: () => tls(login(LOGIN.password)),
      says: [['ok', 'SERVER answers, shows a good certificate, and takes the log-on of muster.', null], ...TEST_MAILS],
    },
    {
      where: 'all is well, with TLS from the first byte',
      server: { certificate: good, implicit: true },
      smtp: () => implicit(),
      says: [['ok', 'SERVER answers, shows a good certificate.', null], ...TEST_MAILS],
    },
    {
      where: 'nobody listens',
      server: {},
      smtp: () => ', tls: none',
      closed: true,
      says: [
        [
          'fail',
          'SERVER: Nobody listens there (ECONNREFUSED).',
          'Check "notify.smtp.host" and "notify.smtp.port", and whether the mail server runs.',
        ],
      ],
    },
    {
      where: 'the port has STARTTLS and the configuration wants TLS from the first byte',
      server: { certificate: good },
      smtp: () => implicit(),
      says: [
        [
          'fail',
          'SERVER: It does not speak TLS from the first byte (ERR_SSL_WRONG_VERSION_NUMBER).',
          'Set "notify.smtp.tls" to starttls, or name the port that has TLS from the first byte.',
        ],
      ],
    },
    {
      where: 'the port has no STARTTLS',
      server: {},
      smtp: () => tls(),
      says: [
        [
          'fail',
          'SERVER: There is no STARTTLS on that port. The mail server answered: 500 Error: command not recognized',
          'Set "notify.smtp.tls" to implicit where that port wants TLS from the first byte, or name the port that has STARTTLS.',
        ],
      ],
    },
    {
      where: 'STARTTLS shows an unknown authority',
      server: { certificate: foreign },
      smtp: () => tls(),
      says: [UNTRUSTED],
    },
    {
      where: 'TLS from the first byte shows an unknown authority',
      server: { certificate: foreign, implicit: true },
      smtp: () => implicit(),
      says: [UNTRUSTED],
    },
    {
      where: 'the certificate is for another name',
      server: { certificate: elsewhere },
      smtp: () => tls(),
      says: [
        [
          'fail',
          'SERVER: Its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID).',
          'Write the name that the certificate bears in "notify.smtp.host".',
        ],
      ],
    },
    {
      where: 'the certificate has run out',
      server: { certificate: expired },
      smtp: () => tls(),
      says: [
        [
          'fail',
          'SERVER: Its certificate has run out (CERT_HAS_EXPIRED).',
          'Have whoever runs the mail server renew it.',
        ],
      ],
    },
    {
      where: 'the password is wrong',
      server: { certificate: good, login: LOGIN },
      smtp: () => tls(login('something else')),
      says: [
        [
          'fail',
          'SERVER: The mail server answered: 535 Log-on failed',
          'Check "notify.smtp.user" and what stands in "notify.smtp.passwordFile".',
        ],
      ],
    },
    {
      where: 'a log-on is wanted and none configured',
      server: { certificate: good, login: LOGIN },
      smtp: () => tls(),
      says: [
        ['ok', 'SERVER answers, shows a good certificate.', null],
        notTaken('530 Error: authentication Required', 'Set "notify.smtp.user" and "notify.smtp.passwordFile".'),
      ],
    },
    {
      where: 'the sender is refused: asked for one mail alone',
      server: { sender: () => refusing(550, 'Sender not allowed') },
      smtp: () => ', tls: none',
      says: [
        PLAIN,
        notTaken(
          '550 Sender not allowed',
          'Check "notify.smtp.from", and ask whoever runs the mail server which addresses this machine may send from.',
        ),
      ],
    },
    {
      where: 'one recipient is refused: the other gets theirs',
      server: { recipient: only(refusing(550, 'No such mailbox')) },
      smtp: () => ', tls: none',
      says: [PLAIN, notTaken('550 No such mailbox', TO), TEST_MAILS[1]],
    },
    {
      where: 'one recipient is put off: the other gets theirs',
      server: { recipient: only(refusing(450, 'Mailbox busy')) },
      smtp: () => ', tls: none',
      says: [PLAIN, notTaken('450 Mailbox busy', LATER), TEST_MAILS[1]],
    },
    {
      where: 'one mail is refused for what it says',
      server: { mail: (nth) => (nth === 1 ? refusing(554, 'Looks like spam') : 'take') },
      smtp: () => ', tls: none',
      says: [
        PLAIN,
        notTaken('554 Looks like spam', 'Ask whoever runs the mail server why it does not want such mails.'),
        TEST_MAILS[1],
      ],
    },
  ];
}

test.each(cases().map(({ where }, nth) => [where, nth] as const))('where %s', async (_where, nth) => {
  const one = cases()[nth];
  if (one === undefined) throw new RangeError('no such case');
  const { code, said } = await examined(one.server, one.smtp(), one);
  expect(said).toEqual(one.says);
  expect(code).toBe(one.says.some(([status]) => status === 'fail') ? 1 : 0);
  const arrived = one.says.filter(([, text]) => text.startsWith('The server took')).length;
  expect(server?.taken).toHaveLength(arrived);
  for (const { mail } of server?.taken ?? []) expect(mail.subject).toBe('Muster (demo): this is a test');
});

test('without a test mail the server is looked at, and nobody gets anything', async () => {
  const { said } = await examined({}, ', tls: none', { command: ['doctor'] });
  expect(said).toEqual([PLAIN]);
  expect(server?.received).toEqual([]);
});

test('where nobody is to be told, that is said; a test mail then has nobody to go to', async () => {
  const mail = async (...command: readonly string[]) => {
    const { findings } = JSON.parse((await site.muster('--format', 'json', ...command)).out);
    return findings.filter(({ check }: { check: string }) => check === 'mail');
  };
  const text = 'Nobody is told by mail: "notify" is not set.';
  expect(await mail('doctor')).toEqual([expect.objectContaining({ status: 'ok', text })]);
  const next = 'Set "notify" in the configuration.';
  expect(await mail('doctor', '--mail')).toEqual([expect.objectContaining({ status: 'fail', text, next })]);
});
