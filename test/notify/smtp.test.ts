/** The way to the mail server: certificates, log-on, and what is said where either fails. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SmtpSettings } from '../../src/notify/settings.ts';
import { openSmtp } from '../../src/notify/smtp.ts';
import { SmtpFailure } from '../../src/notify/smtp-failure.ts';
import { type MailServerOptions, startMailServer } from '../support/mail-server.ts';
import { type CertificateFiles, makeAuthority, makeCertificate, makeSelfSigned } from '../support/test-certificates.ts';
import { makeTestDirectory, type TestDirectory } from '../support/test-directory.ts';
import { sampleMail, smtpTo } from './mail-scene.ts';

const CANARY = 'Canary-pw-91c4';
const LOGIN = { user: 'muster', password: CANARY };

let home: TestDirectory;
let authority: CertificateFiles;
let good: CertificateFiles;
let defects: Readonly<Record<string, CertificateFiles>>;

beforeAll(async () => {
  home = await makeTestDirectory('smtp');
  authority = await makeAuthority(home.path);
  const other = await makeAuthority(home.path, 'other');
  good = await makeCertificate(home.path, 'good', authority);
  defects = {
    'of an authority that nobody named': await makeCertificate(home.path, 'foreign', other),
    'for another name': await makeCertificate(home.path, 'elsewhere', authority, { names: 'DNS:mail.example.org' }),
    'that has run out': await makeCertificate(home.path, 'expired', authority, { days: -1 }),
    'that vouches for itself': await makeSelfSigned(home.path, 'self'),
  };
  await writeFile(join(home.path, 'password'), `${CANARY}\n`, { mode: 0o600 });
  await writeFile(join(home.path, 'wrong-password'), 'something else\n', { mode: 0o600 });
});
afterAll(() => home.remove());

async function serverFor(options: MailServerOptions, more: Partial<SmtpSettings>) {
  const server = await startMailServer(options);
  onTestFinished(() => server.close());
  const settings = smtpTo(server.port, { caFile: authority.certFile, ...more });
  const open = () => openSmtp(settings, new AbortController().signal);
  return { server, open };
}

async function failureOf(opened: Promise<unknown>): Promise<SmtpFailure> {
  const outcome = await opened.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(SmtpFailure);
  // Seen to be one just now.
  return outcome as SmtpFailure;
}

describe.each(['starttls', 'implicit'] as const)('with TLS (%s)', (tls) => {
  const implicit = tls === 'implicit';

  test('a good certificate and a log-on let a mail through', async () => {
    const login = { user: LOGIN.user, passwordFile: join(home.path, 'password') };
    const { server, open } = await serverFor({ certificate: good, implicit, login: LOGIN }, { tls, login });
    const session = await open();
    await session.send(sampleMail());
    session.close();
    expect(server.taken).toHaveLength(1);
  });

  test('K1: a wrong certificate is refused, whatever is wrong with it, before any password is sent', async () => {
    const login = { user: LOGIN.user, passwordFile: join(home.path, 'password') };
    for (const [defect, certificate] of Object.entries(defects)) {
      const { server, open } = await serverFor({ certificate, implicit, login: LOGIN }, { tls, login });
      const { obstacle, message } = await failureOf(open());
      expect([defect, obstacle]).toEqual([defect, 'way']);
      expect(message).not.toContain(CANARY);
      expect([server.received, server.passwords]).toEqual([[], []]);
    }
  });
});

test('a server that offers no TLS gets neither mail nor password', async () => {
  const login = { user: LOGIN.user, passwordFile: join(home.path, 'password') };
  const { server, open } = await serverFor({ login: LOGIN }, { tls: 'starttls', login });
  expect(await failureOf(open())).toMatchObject({ obstacle: 'way' });
  expect([server.received, server.passwords]).toEqual([[], []]);
});

test('a wrong password says so, is no reason to give a mail up, and is shown to nobody', async () => {
  const login = { user: LOGIN.user, passwordFile: join(home.path, 'wrong-password') };
  const { open } = await serverFor({ certificate: good, login: LOGIN }, { tls: 'starttls', login });
  const failure = await failureOf(open());
  expect(failure).toMatchObject({ obstacle: 'way', message: 'The mail server answered: 535 Log-on failed' });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('K1: a server that repeats the password in its answer does not get it into any message', async () => {
  const login = { user: LOGIN.user, passwordFile: join(home.path, 'password') };
  const { open } = await serverFor(
    { certificate: good, login: LOGIN, recipient: () => ({ code: 550, says: `I know ${CANARY}` }) },
    { tls: 'starttls', login },
  );
  const session = await open();
  const { message } = await failureOf(session.send(sampleMail()));
  session.close();
  expect(message).toBe('The mail server answered: 550 I know [redacted]');
});

test.each([
  ['LOGIN', (user: string) => [user, CANARY].map(base64).join(' ')],
  ['PLAIN', (user: string) => `AUTH PLAIN ${base64(`\0${user}\0${CANARY}`)}`],
  ['PLAIN without padding', (user: string) => base64(`\0${user}\0${CANARY}`).replaceAll('=', '')],
])('K1: nor one that repeats it as it was sent by %s', async (_how, says) => {
  const login = { user: LOGIN.user, passwordFile: join(home.path, 'password') };
  const { open } = await serverFor(
    { certificate: good, login: LOGIN, recipient: () => ({ code: 501, says: `cannot decode ${says(LOGIN.user)}` }) },
    { tls: 'starttls', login },
  );
  const session = await open();
  const { message } = await failureOf(session.send(sampleMail()));
  session.close();
  expect(message).toContain('[redacted]');
  expect(message).not.toContain(base64(CANARY).replaceAll('=', ''));
  expect(message).not.toContain(base64(`\0${LOGIN.user}\0${CANARY}`).slice(0, -4));
});

test.each([
  [450, 'later', /^The server says that this will pass: .*tried again/],
  [550, 'refused', /^Correct the address under "notify.to"/],
] as const)('an address that is answered with %i is advised as what it is', async (code, expected, advice) => {
  const { open } = await serverFor({ recipient: () => ({ code, says: 'not now' }) }, {});
  const session = await open();
  const { obstacle, next } = await failureOf(session.send(sampleMail()));
  session.close();
  expect(obstacle).toBe(expected);
  expect(next).toMatch(advice);
});

test('a server that talks without end is cut short', async () => {
  const { open } = await serverFor({ recipient: () => ({ code: 550, says: 'no '.repeat(20_000) }) }, {});
  const session = await open();
  const { message } = await failureOf(session.send(sampleMail()));
  session.close();
  expect(message.length).toBeLessThan(600);
});

test('where nobody listens, that is said with the reason', async () => {
  const { server, open } = await serverFor({}, {});
  await server.close();
  const { obstacle, message } = await failureOf(open());
  expect(obstacle).toBe('way');
  expect(message).toContain('ECONNREFUSED');
});
